/** Instants and retries. */
import type { Clock } from "./ports";

/** RFC 3339, UTC, milliseconds. */
export function instant(epochMillis: number): string {
  return new Date(epochMillis).toISOString();
}

/** A bound on retries, on the monotonic clock: a wall clock that jumps must neither shorten nor prolong it. */
export class Deadline {
  private readonly end: number;
  private wait = 0;

  constructor(
    private readonly clock: Clock,
    millis: number,
  ) {
    this.end = clock.monotonic() + millis;
  }

  get remainingMillis(): number {
    return Math.max(0, this.end - this.clock.monotonic());
  }

  get passed(): boolean {
    return this.remainingMillis === 0;
  }

  /**
   * Waits before the next attempt: 100 ms at first, doubled up to 2 s, with jitter so that pods are not asked all at
   * the same time.
   */
  async backOff(stop?: AbortSignal): Promise<void> {
    this.wait = Math.min(2000, Math.max(100, this.wait * 2));
    await this.clock.sleep(Math.min(this.wait * (0.5 + this.clock.random() / 2), this.remainingMillis), stop);
  }
}
