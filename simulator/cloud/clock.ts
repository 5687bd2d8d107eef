/** The variables that make a child process run at a clock's time (`shifted-clock.mjs`). */
export interface ClockShift {
  /** How far the clock is ahead of real time, in milliseconds, without what its pace adds. */
  offsetMillis: number;
  /** How many times as fast as real time it runs, since when (real epoch milliseconds). */
  pace: number;
  since: number;
  /** Timers from here on are shortened by the pace, in milliseconds. */
  longTimerMillis: number;
}

/** Shorter timers are how long others may take to answer, on a machine that is no faster than it was. */
const LONG_TIMER_MILLIS = 10_000;

/**
 * The clock of a simulated cloud: real time plus an offset. It runs at real speed, and `advance` makes it jump, so that
 * hours of restoring or weeks of retention pass without anybody waiting for them.
 */
export class SimulatedClock {
  #offsetMillis: number;
  #pace = 1;
  #since = 0;
  #longTimerMillis = LONG_TIMER_MILLIS;

  /** @param behindMillis How far it is behind real time at first, so that a past can be played up to the present. */
  constructor(behindMillis = 0) {
    this.#offsetMillis = -behindMillis;
  }

  /** Epoch milliseconds. */
  now(): number {
    const now = Date.now();
    return now + this.#offsetMillis + Math.round((now - this.#since) * (this.#pace - 1));
  }

  /** How far the clock is ahead of real time, in milliseconds. */
  get offsetMillis(): number {
    return this.now() - Date.now();
  }

  get shift(): ClockShift {
    return {
      offsetMillis: this.#offsetMillis,
      pace: this.#pace,
      since: this.#since,
      longTimerMillis: this.#longTimerMillis,
    };
  }

  /** Jumps forward. A cloud's clock never goes back. */
  advance(millis: number): void {
    if (!(millis >= 0)) throw new RangeError(`a clock advances by 0 ms or more, got ${millis}`);
    this.#offsetMillis += millis;
  }

  /**
   * Runs so many times as fast while something runs that has to wait.
   * @param longTimerMillis The shortest timers of processes that are shortened as well.
   */
  async faster<Result>(
    pace: number,
    work: () => Promise<Result>,
    longTimerMillis = LONG_TIMER_MILLIS,
  ): Promise<Result> {
    this.#since = Date.now();
    this.#pace = pace;
    this.#longTimerMillis = longTimerMillis;
    try {
      return await work();
    } finally {
      const offset = this.offsetMillis;
      this.#pace = 1;
      this.#offsetMillis = offset;
    }
  }
}

/** The variables for `shifted-clock.mjs`; none without a shift. */
export function clockVariables({ offsetMillis, pace, since, longTimerMillis }: ClockShift): Record<string, string> {
  if (offsetMillis === 0 && pace === 1) return {};
  return {
    SIMULATED_CLOCK_OFFSET_MILLIS: String(offsetMillis),
    ...(pace !== 1 && {
      SIMULATED_CLOCK_PACE: String(pace),
      SIMULATED_CLOCK_SINCE: String(since),
      SIMULATED_CLOCK_LONG_TIMER_MILLIS: String(longTimerMillis),
    }),
  };
}
