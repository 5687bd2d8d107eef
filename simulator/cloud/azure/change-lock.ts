import type { ArmError } from "./error";

/** How often others see a change at most that its caller no longer asks about: inferred, and only how the simulation ends it. */
const SIGHTINGS = 3;

interface Change {
  afterwards(): void;
}

/**
 * A database of Azure's works at one change at a time, and refuses others while it does. A change over HTTP goes on until
 * its caller has seen that it is done; one in process is done at once. A change whose caller is gone ends, too: Azure goes on
 * with what it has accepted, whether or not anybody polls it ("Track asynchronous Azure operations", Resource Manager's
 * documentation).
 */
export class ChangeLock {
  readonly #refusal: () => ArmError;
  #change: Change | undefined;
  #sightings = 0;

  constructor(refusal: () => ArmError) {
    this.#refusal = refusal;
  }

  get isHeld(): boolean {
    return this.#change !== undefined;
  }

  /** Inferred where no report is named: two changes at once would decide it. @throws {ArmError} while another change goes on. */
  refuse(): void {
    if (this.#change === undefined) return;
    this.seen();
    throw this.#refusal();
  }

  /** A client has read that the change is in progress. */
  seen(): void {
    if (this.#change === undefined) return;
    this.#sightings += 1;
    if (this.#sightings === SIGHTINGS) this.#end(this.#change);
  }

  /**
   * @param afterwards What happens once the change has ended.
   * @returns what ends it.
   */
  hold(afterwards: () => void = () => {}): () => void {
    const change = { afterwards };
    this.#change = change;
    this.#sightings = 0;
    return () => this.#end(change);
  }

  #end(change: Change): void {
    if (this.#change !== change) return;
    this.#change = undefined;
    change.afterwards();
  }
}
