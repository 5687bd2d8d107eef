import type { Clock } from "./ports";

/** An instant on both clocks of this machine. */
export interface Moment {
  /** Milliseconds since the epoch, by a clock that may jump. */
  wall: number;
  /** Milliseconds since some instant, by a clock that never jumps. */
  monotonic: number;
}

export const momentOf = (clock: Clock): Moment => ({ wall: clock.now(), monotonic: clock.monotonic() });

/** By how much two clocks drift apart at most: as fast as Linux corrects a clock (500 ppm, `MAXFREQ` of adjtimex). */
const DRIFT = 500e-6;

/** What one answer says: the API server's clock minus the monotonic one was between two bounds. */
interface Reading {
  /** When the request started, and when its answer came, by the monotonic clock. */
  sent: number;
  received: number;
  lower: number;
  upper: number;
}

/**
 * The difference between the API server's clock and this machine's, from the `Date` headers of its answers.
 *
 * A `Date` header has whole seconds only: the answer was made somewhere in [date, date + 1 s), and, on this clock,
 * between the request's start and the answer's arrival. So every answer bounds the offset from both sides. A request
 * that arrives shortly before the server's clock reaches a whole second halves the uncertainty.
 *
 * The bounds are kept on the monotonic clock: a wall clock that jumps between two answers would narrow them wrongly. They widen
 * with time, because clocks drift.
 */
export class ClockOffset {
  private readonly readings: Reading[] = [];

  /** @param sent when the request started, by the monotonic clock; `received` when its answer came. */
  observe(date: string | undefined, sent: number, received: number): void {
    const server = Date.parse(date ?? "");
    if (Number.isNaN(server)) return;
    this.readings.push({ sent, received, lower: server - received, upper: server + 1000 - sent });
  }

  get known(): boolean {
    return this.readings.length > 0;
  }

  /** How far the bounds are apart at an instant of the monotonic clock: the uncertainty. */
  uncertaintyMillis(monotonic: number): number {
    const { lower, upper } = this.boundsAt(monotonic);
    return Math.max(0, upper - lower);
  }

  /**
   * The API server's clock minus this machine's wall clock at a moment, in milliseconds: the bound that is further from 0, since
   * the truth may be there. 0 while nothing is known.
   */
  worstMillis({ wall, monotonic }: Moment): number {
    if (!this.known) return 0;
    const { lower, upper } = this.boundsAt(monotonic);
    const shift = wall - monotonic;
    return Math.abs(lower - shift) > Math.abs(upper - shift) ? Math.floor(lower - shift) : Math.ceil(upper - shift);
  }

  /** By how much the clocks provably differ at a moment. Of contradicting answers, the worst counts. */
  provenMillis({ wall, monotonic }: Moment): number {
    const { lower, upper } = this.boundsAt(monotonic);
    const shift = wall - monotonic;
    return Math.max(0, lower - shift, shift - upper);
  }

  /**
   * When to send a request so that its answer halves the uncertainty, by the monotonic clock: within a second from
   * `now`.
   */
  bestRequestAt(now: number): number {
    const { lower, upper } = this.boundsAt(now);
    const middle = (lower + upper) / 2;
    const last = this.readings.at(-1);
    const halfTrip = last === undefined ? 0 : (last.received - last.sent) / 2;
    return Math.ceil((now + halfTrip + middle) / 1000) * 1000 - middle - halfTrip;
  }

  /** The bounds at an instant of the monotonic clock, of which any reading may be the narrowest. */
  private boundsAt(monotonic: number): { lower: number; upper: number } {
    let lower = -Infinity;
    let upper = Infinity;
    for (const reading of this.readings) {
      const drift = DRIFT * Math.max(0, reading.sent - monotonic, monotonic - reading.received);
      lower = Math.max(lower, reading.lower - drift);
      upper = Math.min(upper, reading.upper + drift);
    }
    return { lower, upper };
  }
}
