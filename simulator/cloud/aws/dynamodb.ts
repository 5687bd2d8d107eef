import type { SimulatedClock } from "../clock";
import { DELETE_TABLE } from "./durations";
import { CallRates, SimultaneousOperations } from "./dynamodb-quotas";
import { DynamoDbRegion } from "./dynamodb-region";
import type { Identifiers } from "./identifiers";
import { Regional } from "./regional";

/** DynamoDB in all regions. */
export class DynamoDb extends Regional<DynamoDbRegion> {
  /** Counts the calls that arrive over the wire. */
  readonly rates = new CallRates();
  /** Long operations that run now; a caller says when one begins. */
  readonly operations = new SimultaneousOperations();
  /** How long a table that is deleted over the wire still exists. AWS documents no time. */
  deletionMillis = DELETE_TABLE;
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;

  constructor(clock: SimulatedClock, identifiers: Identifiers) {
    super();
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  protected createRegion(name: string): DynamoDbRegion {
    return new DynamoDbRegion(this, name, this.#clock, this.#identifiers);
  }
}
