import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as rds from "@aws-sdk/client-rds";
import { TooManyAtOnceError } from "../../../operations/dynamodb-client";
import { type AwsCloud, AwsError } from "../../../simulator/cloud/aws/aws";
import { awsOperations } from "../../../simulator/cloud/in-process";
import { REGION } from "../../unit/operations/switch-over/world";
import { Answers } from "./answers";
import { NoAnswer, type Operator, Throttled } from "./process";

/**
 * The AWS SDK's clients on a simulated AWS, without the wire between them: the SDK's own serialization, signatures and retries take
 * most of a schedule's time, and the programs' tests have them. A request without an answer is sent again, as the SDK does, so that
 * what it asks for may be done twice; it knows its caller by the access key.
 */
export interface InProcessAws {
  cloud: AwsCloud;
  operator(accessKey: string): Operator | undefined;
  now(): number;
  /** Lets time pass. */
  cloudTime(millis: number): Promise<void>;
  /** Called when a request has been served. */
  served(by: Operator, operation: string, input: Record<string, unknown>): void;
  /** Called before a request is served. */
  arrives(by: Operator, operation: string, input: Record<string, unknown>): void;
}

let world: InProcessAws | undefined;
let operations: ReturnType<typeof awsOperations> = new Map();
let answers = new Answers(() => 0);
const callers = new WeakMap<object, string>();

/** The world whose AWS is asked from now on. */
export function useAws(of: InProcessAws): void {
  world = of;
  operations = awsOperations(of.cloud);
  answers = new Answers(() => of.now());
}

/** The SDK repeats a request after about so long. */
const RETRY_MILLIS = 200;

interface Client {
  config: { credentials(): Promise<{ accessKeyId: string }> };
}
interface Command {
  input: object;
}

async function send(this: Client, command: Command): Promise<unknown> {
  const operation = command.constructor.name.replace(/Command$/, "");
  const known = callers.get(this) ?? (await this.config.credentials()).accessKeyId;
  callers.set(this, known);
  const now = world;
  const caller = now?.operator(known);
  // A process of an earlier world.
  if (now === undefined || caller === undefined) return new Promise(() => {});
  const run = operations.get(operation);
  if (run === undefined) throw new Error(`${operation} is not simulated`);
  const input = asSent(command.input);
  for (;;) {
    try {
      return await caller.call(operation, () => {
        now.arrives(caller, operation, input);
        const answer = answers.to(operation, input, caller, () => run(input, REGION));
        now.served(caller, operation, input);
        return answer;
      });
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof Throttled)) throw asSdkError(error);
      await now.cloudTime(RETRY_MILLIS);
    }
  }
}

/** Instants are numbers of seconds on their way to DynamoDB, the only service that is asked with one. [AWS JSON protocol 1.0, Timestamp] */
function asSent(input: object): Record<string, unknown> {
  const members = Object.entries(input);
  return Object.fromEntries(
    members.map(([name, value]) => [name, value instanceof Date ? value.getTime() / 1000 : value]),
  );
}

type ErrorClass = new (options: { message: string; $metadata: object }) => Error;

/** Cast: among what the SDK exports are the classes of its errors, by their names. */
const ERRORS = { ...rds, ...dynamodb } as unknown as Record<string, ErrorClass | undefined>;

function asSdkError(error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  const { code, message } = error;
  // The query protocol's codes have no ending of their own where the SDK's classes have one.
  const known = ERRORS[code] ?? ERRORS[`${code}Fault`];
  if (known === undefined) return Object.assign(new Error(message), { name: code });
  const made = new known({ message, $metadata: {} });
  return made instanceof dynamodb.LimitExceededException ? new TooManyAtOnceError(made) : made;
}

/** From now on, every client of this process asks the world's AWS. */
export function installAws(): void {
  // Cast: what callers see of `send` is the same.
  for (const client of [dynamodb.DynamoDBClient, rds.RDSClient])
    (client.prototype as unknown as { send: typeof send }).send = send;
}
