/** Instants, waits and retries. */

/** RFC 3339, UTC, milliseconds. */
export function instant(epochMillis: number): string {
  return new Date(epochMillis).toISOString();
}

/** Waits, or returns early when `stop` is aborted. Never throws: the caller looks at `stop`. */
export function sleep(millis: number, stop?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      stop?.removeEventListener("abort", end);
      resolve();
    };
    // An instant that has passed is not waited for; newer Node.js would warn of a negative time.
    const timer = setTimeout(end, Math.max(0, millis));
    stop?.addEventListener("abort", end);
  });
}

/** A bound on retries, on the monotonic clock: a stepped wall clock must neither shorten nor stretch it. */
export class Deadline {
  private readonly end: number;
  private wait = 0;

  constructor(millis: number) {
    this.end = performance.now() + millis;
  }

  get remainingMillis(): number {
    return Math.max(0, this.end - performance.now());
  }

  get passed(): boolean {
    return this.remainingMillis === 0;
  }

  /** Waits before the next attempt: 100 ms at first, doubled up to 2 s, with jitter so that pods are not asked in step. */
  async backOff(stop?: AbortSignal): Promise<void> {
    this.wait = Math.min(2000, Math.max(100, this.wait * 2));
    await sleep(Math.min(this.wait * (0.5 + Math.random() / 2), this.remainingMillis), stop);
  }
}
