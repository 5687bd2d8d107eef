import { DynamoDBClient, LimitExceededException } from "@aws-sdk/client-dynamodb";
import { type AwsAccessSource, accessIdentity, awsClientConfig } from "./aws";
import { CallRate } from "./call-rate";

/**
 * Calls a second that DynamoDB accepts of an account in a region, by their commands [AWS API Reference of each, as in its service
 * model]. Without this, look-ups of a thousand tables would be throttled, and take longer than by waiting their turn.
 */
const CALLS_PER_SECOND: Record<string, number> = {
  // 50 in any second: half a second's calls pass at once.
  CreateBackupCommand: 33,
  DeleteBackupCommand: 10,
  DescribeBackupCommand: 10,
  DescribeContinuousBackupsCommand: 10,
  ListBackupsCommand: 5,
  ListTagsOfResourceCommand: 10,
  RestoreTableFromBackupCommand: 10,
  TagResourceCommand: 5,
  UntagResourceCommand: 5,
};

/** The rates of all clients of this process, keyed by endpoint, region, identity and command. */
const rates = new Map<string, CallRate>();

/** A client that holds to the documented rates, together with all others of this process. */
export function dynamodbClient(region: string, access: AwsAccessSource): DynamoDBClient {
  const client = new DynamoDBClient(awsClientConfig(region, access));
  const target = JSON.stringify([process.env.AWS_ENDPOINT_URL ?? "", region, accessIdentity(access)]);
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        await rateOf(target, commandName)?.turn();
        return next(args);
      },
    // This comes after the SDK's retries, because each attempt is a call.
    { name: "documentedRate", step: "finalizeRequest", priority: "low" },
  );
  return client;
}

/** `LimitExceededException`, by a name that the SDK does not take for throttling. */
export class TooManyAtOnceError extends Error {
  override readonly name = "TooManyAtOnceError";

  constructor(override readonly cause: LimitExceededException) {
    super(cause.message);
  }
}

/**
 * The same, for callers that pace themselves what goes on at once in an account: restores, deletions, backups. A limit on these is
 * reached for as long as they take, which may be an hour. The SDK would ask twelve times in seconds, and slow down all calls of the client.
 * @throws {TooManyAtOnceError} from each of its calls that reaches such a limit
 */
export function selfPacedDynamodbClient(region: string, access: AwsAccessSource): DynamoDBClient {
  const client = dynamodbClient(region, access);
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw error instanceof LimitExceededException ? new TooManyAtOnceError(error) : error;
      }
    },
    { name: "limitsOfCaller", step: "finalizeRequest", priority: "low" },
  );
  return client;
}

function rateOf(target: string, commandName = ""): CallRate | undefined {
  const perSecond = CALLS_PER_SECOND[commandName];
  if (perSecond === undefined) return undefined;
  const key = `${target} ${commandName}`;
  const rate = rates.get(key) ?? new CallRate(perSecond);
  rates.set(key, rate);
  return rate;
}
