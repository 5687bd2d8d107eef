/**
 * What can be attached to a table besides its settings: a resource policy, contributor insights, Kinesis streaming destinations.
 * No restore brings them back: a restored table is a new one. [botocore: dynamodb/2012-08-10/service-2.json, the documentation of
 * each operation]
 */
import { createHash } from "node:crypto";
import type {
  ContributorInsightsMode,
  DescribeContributorInsightsOutput,
  DescribeKinesisStreamingDestinationOutput,
  GetResourcePolicyOutput,
  KinesisDataStreamDestination,
  KinesisStreamingDestinationInput,
  PutResourcePolicyInput,
  UpdateContributorInsightsInput,
} from "@aws-sdk/client-dynamodb";
import { AwsError } from "./error";

/** "Wait for a few seconds, and then retry the GetResourcePolicy request": how many is inferred. */
const POLICY_MILLIS = 3000;
/** [PutResourcePolicy, Policy: "The maximum size supported for a resource-based policy document is 20 KB."] */
const POLICY_BYTES = 20 * 1024;

interface Policy {
  document: string;
  revision: string;
}

/** The attachments of one table. */
export class Attachments {
  /** What was put and deleted, and when. */
  readonly #policies: { at: number; policy: Policy | undefined }[] = [];
  /** By index; the table's own under the empty name. */
  readonly #insights = new Map<string, { mode: ContributorInsightsMode; at: number }>();
  readonly #destinations = new Map<string, KinesisDataStreamDestination>();

  /**
   * What was there some seconds ago: "GetResourcePolicy follows an eventually consistent model".
   * @throws PolicyNotFoundException
   */
  getResourcePolicy(resourceArn: string, now: number): GetResourcePolicyOutput {
    const seen = this.#policies.filter(({ at }) => at + POLICY_MILLIS <= now).at(-1)?.policy;
    if (!seen) throw noPolicy(resourceArn);
    return { Policy: seen.document, RevisionId: seen.revision };
  }

  putResourcePolicy(input: PutResourcePolicyInput, now: number): { RevisionId: string } {
    const document = input.Policy ?? "";
    checkPolicy(document);
    this.#checkRevision(input.ExpectedRevisionId, input.ResourceArn as string);
    // "the same policy document will return the same revision ID"
    const revision = String(createHash("sha256").update(document).digest().readUIntBE(0, 6));
    this.#policies.push({ at: now, policy: { document, revision } });
    return { RevisionId: revision };
  }

  deleteResourcePolicy(resourceArn: string, expected: string | undefined, now: number): { RevisionId?: string } {
    const { revision } = this.#checkRevision(expected, resourceArn) ?? {};
    this.#policies.push({ at: now, policy: undefined });
    return { RevisionId: revision };
  }

  describeContributorInsights(table: string, index: string | undefined): DescribeContributorInsightsOutput {
    const on = this.#insights.get(index ?? "");
    return {
      TableName: table,
      IndexName: index,
      ContributorInsightsStatus: on ? "ENABLED" : "DISABLED",
      ContributorInsightsMode: on?.mode,
      LastUpdateDateTime: on && new Date(on.at),
    };
  }

  updateContributorInsights(input: UpdateContributorInsightsInput, now: number): DescribeContributorInsightsOutput {
    const mode = input.ContributorInsightsMode ?? "ACCESSED_AND_THROTTLED_KEYS";
    const index = input.IndexName ?? "";
    if (input.ContributorInsightsAction === "ENABLE") this.#insights.set(index, { mode, at: now });
    else this.#insights.delete(index);
    return {
      TableName: input.TableName,
      IndexName: input.IndexName,
      ContributorInsightsStatus: input.ContributorInsightsAction === "ENABLE" ? "ENABLING" : "DISABLING",
      ContributorInsightsMode: mode,
    };
  }

  describeKinesisStreamingDestination(table: string): DescribeKinesisStreamingDestinationOutput {
    return { TableName: table, KinesisDataStreamDestinations: [...this.#destinations.values()] };
  }

  enableKinesisStreamingDestination(input: KinesisStreamingDestinationInput) {
    const stream = input.StreamArn as string;
    if (this.#destinations.has(stream))
      throw new AwsError(
        "ResourceInUseException",
        `Table is already in an enabled state to stream to Kinesis data stream ${stream}`,
      );
    const precision = input.EnableKinesisStreamingConfiguration?.ApproximateCreationDateTimePrecision ?? "MILLISECOND";
    this.#destinations.set(stream, {
      StreamArn: stream,
      DestinationStatus: "ACTIVE",
      ApproximateCreationDateTimePrecision: precision,
    });
    return { TableName: input.TableName, StreamArn: stream, DestinationStatus: "ENABLING" };
  }

  /** @throws PolicyNotFoundException unless the policy has the expected revision. */
  #checkRevision(expected: string | undefined, resourceArn: string): Policy | undefined {
    const policy = this.#policies.at(-1)?.policy;
    if (expected !== undefined && expected !== (policy?.revision ?? "NO_POLICY")) throw noPolicy(resourceArn);
    return policy;
  }
}

function checkPolicy(document: string): void {
  const problem = Buffer.byteLength(document) > POLICY_BYTES ? "Policy size exceeds 20 KB" : syntaxProblem(document);
  if (problem) throw new AwsError("ValidationException", `Invalid policy document: ${problem}`);
}

function syntaxProblem(document: string): string | undefined {
  try {
    return "Statement" in JSON.parse(document) ? undefined : "Missing required field Statement";
  } catch {
    return "Syntax errors in policy";
  }
}

function noPolicy(resourceArn: string): AwsError {
  return new AwsError(
    "PolicyNotFoundException",
    `Resource-based policy not found for the provided ResourceArn: ${resourceArn}`,
  );
}
