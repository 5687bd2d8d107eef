import { type WaitingClock, waitingClock } from "./clock";

const SECOND = 1000;

/**
 * Lets calls pass at a rate; a further call waits its turn. Half a second's calls pass at once: the other half is left to what
 * delays and bunches calls on their way, so that the server counts no more than its limit.
 */
export class CallRate {
  readonly #everyMillis: number;
  readonly #burst: number;
  /** When the calls so far would have passed one by one, by the clock that they asked. */
  #usedUntil = 0;
  #clock: WaitingClock | undefined;

  constructor(perSecond: number) {
    this.#everyMillis = SECOND / perSecond;
    this.#burst = Math.max(1, Math.floor(perSecond / 2));
  }

  async turn(): Promise<void> {
    const clock = waitingClock();
    // Another clock has another zero: waiting for an instant of the earlier one would take years.
    if (clock !== this.#clock) this.#usedUntil = 0;
    this.#clock = clock;
    const wait = this.reserve(clock.monotonic?.() ?? clock.now());
    if (wait > 0) await clock.wait(wait);
  }

  /** For how long a call that is asked for now has to wait, in milliseconds. It counts from then on. */
  reserve(now: number): number {
    const begin = Math.max(this.#usedUntil, now);
    this.#usedUntil = begin + this.#everyMillis;
    return Math.max(0, begin - now - (this.#burst - 1) * this.#everyMillis);
  }
}
