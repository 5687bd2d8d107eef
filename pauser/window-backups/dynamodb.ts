import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { messageOf } from "../../restore-points/error-message";
import type { Clock } from "../ports";
import type { Deadline } from "../time";
import { type Credentials, CredentialsError, endpointOf } from "./credentials";
import type { HttpClient } from "./http";

/** DynamoDB refused a request, or could not be reached. */
class DynamodbError extends Error {
  constructor(
    /** DynamoDB's name of the error; `Unreachable` without an answer. */
    readonly code: string,
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }

  /** Whether the same request may succeed a moment later. */
  get transient(): boolean {
    return this.status === undefined || this.status >= 500 || TRANSIENT.includes(this.code);
  }
}

const TRANSIENT = [
  "LimitExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  "ProvisionedThroughputExceededException",
  // The table, or another backup of it, is being created.
  "TableInUseException",
  "BackupInUseException",
];

/** What DynamoDB answers. */
type Output = Record<string, unknown>;

/** A client for the two calls that the pauser's IAM role allows. */
export class DynamodbClient {
  private readonly url: URL;
  private readonly signer: SignatureV4;

  constructor(
    private readonly http: HttpClient,
    private readonly clock: Clock,
    region: string,
    credentials: Credentials,
    env: Record<string, string | undefined>,
  ) {
    this.url = endpointOf("dynamodb", region, env);
    this.signer = new SignatureV4({ service: "dynamodb", region, credentials, sha256: Sha256 });
  }

  /** The names of all tables of the region. */
  async tableNames(deadline: Deadline, stop: AbortSignal): Promise<string[]> {
    const names: string[] = [];
    let start: unknown;
    do {
      const page = await this.insist("ListTables", { ExclusiveStartTableName: start }, deadline, stop);
      if (Array.isArray(page.TableNames)) names.push(...page.TableNames.map(String));
      start = page.LastEvaluatedTableName;
    } while (start !== undefined);
    return names;
  }

  /** Requests a backup of a table; returns when it is accepted. */
  async createBackup(table: string, name: string, deadline: Deadline, stop: AbortSignal): Promise<void> {
    await this.insist("CreateBackup", { TableName: table, BackupName: name }, deadline, stop);
  }

  /** Retries transient errors until the deadline. */
  private async insist(action: string, input: object, deadline: Deadline, stop: AbortSignal): Promise<Output> {
    for (let wait = 200; ; wait = Math.min(2000, wait * 2)) {
      try {
        return await this.call(action, input, stop);
      } catch (error) {
        const transient = error instanceof DynamodbError && error.transient;
        if (!transient || deadline.remainingMillis < wait || stop.aborted) throw error;
        await this.clock.sleep(wait * (0.5 + this.clock.random() / 2), stop);
      }
    }
  }

  private async call(action: string, input: object, signal: AbortSignal): Promise<Output> {
    const { url } = this;
    const body = JSON.stringify(input);
    const { headers } = await this.signer.sign({
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      port: url.port === "" ? undefined : Number(url.port),
      path: "/",
      headers: {
        host: url.host,
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${action}`,
      },
      body,
    });
    let answer: { status: number; text: string };
    try {
      answer = await this.http.exchange({ url, method: "POST", headers, body, signal });
    } catch (error) {
      throw new DynamodbError("Unreachable", `DynamoDB at ${url.host} does not answer: ${messageOf(error)}`);
    }
    const { status, text } = answer;
    let output: Output = {};
    try {
      output = JSON.parse(text);
    } catch {
      // Not DynamoDB: a proxy in between, most likely.
    }
    if (status === 200) return output;
    const code = String(output.__type ?? `HTTP ${status}`).replace(/^.*#/, "");
    throw new DynamodbError(code, String(output.message ?? output.Message ?? text.slice(0, 300)), status);
  }
}

/** The signer's hash function: Node's own. */
class Sha256 {
  private hash: Hash | Hmac;

  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = this.begin();
  }

  update(data: Uint8Array | string): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    this.hash = this.begin();
  }

  private begin(): Hash | Hmac {
    const { secret } = this;
    if (secret === undefined) return createHash("sha256");
    return createHmac("sha256", typeof secret === "string" ? secret : bytes(secret));
  }
}

function bytes(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** How to fix an error, where that is known. */
export function fixOf(error: unknown): string {
  if (error instanceof CredentialsError) return "";
  switch (error instanceof DynamodbError ? error.code : "") {
    case "AccessDeniedException":
      return "; allow it to the role of the pauser's ServiceAccount: with pause.aws.eksCluster by `pulumi up`, with pause.aws.roleArn in the role's policy";
    case "UnrecognizedClientException":
    case "ExpiredTokenException":
      return "; the pod's role may have been deleted: `pulumi up` creates it again";
    case "LimitExceededException":
    case "ThrottlingException":
      return "; too many requests at that time: pause when no other process changes tables or backs them up";
    case "TableInUseException":
      return "; the table is being created or deleted: the next run includes it or leaves it out";
    case "BackupInUseException":
      return "; another backup of it is in progress: pause at another time";
    case "TableNotFoundException":
      return "; it was deleted during the run: the next run leaves it out";
    case "ContinuousBackupsUnavailableException":
      return "; the table is new, and DynamoDB cannot back it up yet: the next run can";
    case "Unreachable":
      return "; check that the pod may reach it (network policies, DNS, VPC endpoints)";
    default:
      return "";
  }
}
