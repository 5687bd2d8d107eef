import type { GlobalSecondaryIndexUpdate, IndexStatus } from "@aws-sdk/client-dynamodb";
import { AwsError } from "./error";

/** The index of a table that is being filled. */
export class IndexChanges {
  #filling: { index: string; until: number } | undefined;

  /**
   * [DynamoDB Developer Guide, Managing global secondary indexes] "You can only create or delete one index per UpdateTable"; the
   * text for a second one at a time is that of an issue [architect/architect #334].
   * @throws LimitExceededException
   */
  check(updates: readonly GlobalSecondaryIndexUpdate[], now: number): void {
    const changes = updates.filter(({ Create, Delete }) => Create || Delete).length;
    if (changes > 1 || (changes > 0 && this.#filling !== undefined && now < this.#filling.until))
      throw new AwsError(
        "LimitExceededException",
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
      );
  }

  /** A new index is there, and is filled until an instant. */
  fill(index: string, until: number): void {
    this.#filling = { index, until };
  }

  statusOf(index: string | undefined, now: number): IndexStatus {
    const { index: filling, until = 0 } = this.#filling ?? {};
    return filling !== undefined && filling === index && now < until ? "CREATING" : "ACTIVE";
  }
}
