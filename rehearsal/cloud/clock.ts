/**
 * The clock of a simulated cloud: real time plus an offset. It runs at real speed, and `advance` makes it jump, so that
 * hours of restoring or weeks of retention pass without anybody waiting for them.
 */
export class SimulatedClock {
  #offsetMillis = 0;

  /** Epoch milliseconds. */
  now(): number {
    return Date.now() + this.#offsetMillis;
  }

  /** How far the clock is ahead of real time, in milliseconds: what a child process has to add (`shifted-clock.mjs`). */
  get offsetMillis(): number {
    return this.#offsetMillis;
  }

  /** Jumps forward. A cloud's clock never goes back. */
  advance(millis: number): void {
    if (!(millis >= 0)) throw new RangeError(`a clock advances by 0 ms or more, got ${millis}`);
    this.#offsetMillis += millis;
  }
}
