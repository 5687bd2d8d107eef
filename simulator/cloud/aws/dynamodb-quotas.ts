/**
 * How often, and how much at once, DynamoDB's control plane may be asked. The numbers are those of its service model: [botocore:
 * dynamodb/2012-08-10/service-2.json, the documentation of each operation, and of LimitExceededException].
 */
import { AwsError } from "./error";

/**
 * Calls a second, in an account and a region; an operation without a number has no documented rate. `CreateBackup` has its own
 * count (`dynamodb-backup.ts`). The rate of `RestoreTableToPointInTime` is that of `RestoreTableFromBackup`.
 */
const CALLS_PER_SECOND: Record<string, number> = {
  DeleteBackup: 10,
  DescribeBackup: 10,
  DescribeContinuousBackups: 10,
  ListBackups: 5,
  ListTagsOfResource: 10,
  RestoreTableFromBackup: 10,
  RestoreTableToPointInTime: 10,
  TagResource: 5,
  UntagResource: 5,
};

/** Restores of any type, in an account. */
const RESTORES = 50;
/** Creations, changes, deletions and restores of tables, in an account. */
const TABLE_OPERATIONS = 500;

const SECOND = 1000;

/** Counts the calls that arrive, as a bucket that holds the calls of one second and fills again at the documented rate. */
export class CallRates {
  readonly #buckets = new Map<string, { left: number; at: number }>();

  /** @throws ThrottlingException, which every call of the control plane may meet [DynamoDB Developer Guide, Error handling]. */
  count(region: string, operation: string, now: number): void {
    const rate = CALLS_PER_SECOND[operation];
    if (rate === undefined) return;
    const key = `${region} ${operation}`;
    const { left, at } = this.#buckets.get(key) ?? { left: rate, at: now };
    const filled = Math.min(rate, left + (Math.max(0, now - at) * rate) / SECOND);
    this.#buckets.set(key, { left: filled < 1 ? filled : filled - 1, at: now });
    if (filled < 1) throw new AwsError("ThrottlingException", "Rate of requests exceeds the allowed throughput.");
  }
}

/** [Amazon DynamoDB Developer Guide, "Burst capacity"] Up to 5 minutes of unused capacity are kept. */
const BURST_SECONDS = 300;

/** The provisioned read capacity of one table. A new table has none in reserve. */
export class ReadCapacity {
  #left: number | undefined;
  #at = 0;

  /** @throws ProvisionedThroughputExceededException; one read may exceed what is left, the next one then has to wait */
  consume(units: number, unitsPerSecond: number, now: number): void {
    const gained = (Math.max(0, now - this.#at) * unitsPerSecond) / SECOND;
    const left = this.#left === undefined ? unitsPerSecond : this.#left + gained;
    this.#left = Math.min(unitsPerSecond * BURST_SECONDS, left);
    this.#at = now;
    if (this.#left <= 0)
      throw new AwsError(
        "ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
      );
    this.#left -= units;
  }
}

interface TableOperation {
  restore: boolean;
  start: number;
  end: number;
}

/** What goes on at once with an account's tables, in the cloud's time. */
export class SimultaneousOperations {
  #operations: TableOperation[] = [];
  /** How often a restore was refused because others go on. */
  refusedRestores = 0;

  /**
   * Does what takes so long from that instant on.
   * @throws LimitExceededException
   */
  run<Result>(start: number, restore: boolean, operation: () => Result, millis: (result: Result) => number): Result {
    const under = this.#operations.filter((each) => each.start <= start && start < each.end);
    // What AWS says above 50 restores is documented nowhere but in the model: "Too many operations for a given subscriber."
    if (restore && under.filter((each) => each.restore).length >= RESTORES) {
      this.refusedRestores++;
      throw new AwsError("LimitExceededException", "Too many operations for a given subscriber.");
    }
    if (under.length >= TABLE_OPERATIONS)
      throw new AwsError(
        "LimitExceededException",
        `Subscriber limit exceeded: Only ${TABLE_OPERATIONS} tables can be created, updated, or deleted simultaneously`,
      );
    const result = operation();
    this.#operations.push({ restore, start, end: start + millis(result) });
    return result;
  }

  /** The most restores that went on at once. */
  get mostRestores(): number {
    const restores = this.#operations.filter(({ restore }) => restore);
    const edges = restores.flatMap(({ start, end }) => [
      { at: start, by: 1 },
      { at: end, by: -1 },
    ]);
    let now = 0;
    let most = 0;
    // At the same instant, one ends before the next begins.
    for (const { by } of edges.sort((one, other) => one.at - other.at || one.by - other.by)) {
      now += by;
      most = Math.max(most, now);
    }
    return most;
  }
}
