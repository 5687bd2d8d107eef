import type { TimeToLiveDescription, TimeToLiveSpecification } from "@aws-sdk/client-dynamodb";
import { invalid, invalidParameter } from "./dynamodb-errors";

const SECOND = 1000;
/**
 * "It can take up to one hour for the change to fully process. Any additional UpdateTimeToLive calls for the same table during this
 * one hour duration result in a ValidationException." [botocore: dynamodb/2012-08-10, UpdateTimeToLive]
 */
const LOCKED_MILLIS = 60 * 60 * SECOND;
/** How long it is ENABLING or DISABLING is inferred: up to the hour above. */
const CHANGE_MILLIS = 20 * SECOND;

/** A table's time to live. */
export class TimeToLive {
  /** The attribute that items expire by; absent when it is off. */
  #attribute: string | undefined;
  #changedAt: number | undefined;
  #former: string | undefined;

  get attribute(): string | undefined {
    return this.#attribute;
  }

  describe(now: number): TimeToLiveDescription {
    const changing = this.#changedAt !== undefined && now < this.#changedAt + CHANGE_MILLIS;
    if (this.#attribute !== undefined)
      return { TimeToLiveStatus: changing ? "ENABLING" : "ENABLED", AttributeName: this.#attribute };
    return changing ? { TimeToLiveStatus: "DISABLING", AttributeName: this.#former } : { TimeToLiveStatus: "DISABLED" };
  }

  /**
   * @throws ValidationException [botocore: dynamodb/2012-08-10, TimeToLiveSpecification, UpdateTimeToLive; aws-cdk #13720 quotes the
   * refusal of a second change, go-to-k/cdkd #932 that of another attribute]
   */
  update({ Enabled: enabled, AttributeName: attribute }: Partial<TimeToLiveSpecification>, now: number): void {
    if (!attribute) throw invalidParameter("TimeToLiveSpecification must name an attribute");
    if (this.#changedAt !== undefined && now < this.#changedAt + LOCKED_MILLIS)
      throw invalid("Time to live has been modified multiple times within a fixed interval");
    if (enabled && this.#attribute === attribute) throw invalid("TimeToLive is already enabled");
    if (!enabled && this.#attribute === undefined) throw invalid("TimeToLive is already disabled");
    if (this.#attribute !== undefined && this.#attribute !== attribute)
      throw invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${this.#attribute}`);
    this.#former = this.#attribute;
    this.#attribute = enabled ? attribute : undefined;
    this.#changedAt = now;
  }
}
