import type { PointInTimeRecoveryDescription, PointInTimeRecoverySpecification } from "@aws-sdk/client-dynamodb";
import { invalidParameter } from "./dynamodb-errors";

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** "LatestRestorableDateTime is typically 5 minutes before the current time." [botocore: dynamodb/2012-08-10, PointInTimeRecoveryDescription] */
const RESTORE_LAG_MILLIS = 5 * 60 * SECOND;

/** [botocore: dynamodb/2012-08-10, PointInTimeRecoverySpecification: 1 to 35, "the value will default to 35"] */
const DEFAULT_RECOVERY_PERIOD_IN_DAYS = 35;

/** A table's point-in-time recovery. */
export class PointInTimeRecovery {
  readonly #now: () => number;
  #recovery: { since: number; periodInDays: number } | undefined;

  /** @param now the table's own clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  get periodInDays(): number | undefined {
    return this.#recovery?.periodInDays;
  }

  /**
   * Switches it on or off, or changes its period. What a shorter period has dropped does not come back with a longer one;
   * switching it off drops everything.
   * @throws ValidationException [botocore: dynamodb/2012-08-10, PointInTimeRecoverySpecification]
   */
  update(specification: PointInTimeRecoverySpecification | undefined): void {
    if (specification?.PointInTimeRecoveryEnabled === undefined)
      throw invalidParameter("PointInTimeRecoverySpecification must be specified");
    const periodInDays = specification.RecoveryPeriodInDays ?? DEFAULT_RECOVERY_PERIOD_IN_DAYS;
    if (!Number.isInteger(periodInDays) || periodInDays < 1 || periodInDays > 35)
      throw invalidParameter(`RecoveryPeriodInDays must be between 1 and 35, got ${periodInDays}`);
    const since = this.#recovery ? this.#earliest(this.#recovery) : this.#now();
    this.#recovery = specification.PointInTimeRecoveryEnabled ? { since, periodInDays } : undefined;
  }

  /** The instants that can be restored now, in whole seconds as DynamoDB counts; undefined when recovery is off. */
  restorableRange(): { earliest: number; latest: number } | undefined {
    if (!this.#recovery) return undefined;
    const earliest = Math.ceil(this.#earliest(this.#recovery) / SECOND) * SECOND;
    const latest = Math.floor((this.#now() - RESTORE_LAG_MILLIS) / SECOND) * SECOND;
    return { earliest, latest: Math.max(earliest, latest) };
  }

  describe(): PointInTimeRecoveryDescription {
    const range = this.restorableRange();
    if (!range) return { PointInTimeRecoveryStatus: "DISABLED" };
    return {
      PointInTimeRecoveryStatus: "ENABLED",
      RecoveryPeriodInDays: this.#recovery?.periodInDays,
      EarliestRestorableDateTime: new Date(range.earliest),
      LatestRestorableDateTime: new Date(range.latest),
    };
  }

  #earliest(recovery: { since: number; periodInDays: number }): number {
    return Math.max(recovery.since, this.#now() - recovery.periodInDays * DAY);
  }
}
