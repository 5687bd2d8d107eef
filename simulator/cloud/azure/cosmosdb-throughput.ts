/**
 * What ScalarDB's Schema Loader gives each database by default: autoscale up to this many request units a second.
 * [scalardb: storage/cosmos/CosmosAdmin.java]
 */
const UNITS_PER_SECOND = 4000;

/** The request units that an account has left. [Microsoft Learn, "Request Units in Azure Cosmos DB"] */
export class RequestUnits {
  #left = UNITS_PER_SECOND;
  #at = 0;

  /** @returns how long the caller has to wait, if nothing is left; one request may exceed what is left */
  consume(units: number, now: number): { retryAfterMillis: number } | undefined {
    const gained = (Math.max(0, now - this.#at) * UNITS_PER_SECOND) / 1000;
    this.#left = Math.min(UNITS_PER_SECOND, this.#left + gained);
    this.#at = now;
    if (this.#left <= 0) return { retryAfterMillis: Math.ceil((-this.#left / UNITS_PER_SECOND) * 1000) + 1 };
    this.#left -= units;
    return undefined;
  }
}
