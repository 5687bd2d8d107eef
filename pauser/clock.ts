import type { Clock } from "./ports";

/** An instant on both clocks of this machine. */
export interface Moment {
  /** Milliseconds since the epoch, by a clock that may jump. */
  wall: number;
  /** Milliseconds since some instant, by a clock that never jumps. */
  monotonic: number;
}

export const momentOf = (clock: Clock): Moment => ({ wall: clock.now(), monotonic: clock.monotonic() });

/**
 * The difference between the API server's clock and this machine's, from the `Date` headers of its answers.
 *
 * A `Date` header has whole seconds only: the answer was made somewhere in [date, date + 1 s), and, on this clock,
 * between the request's start and the answer's arrival. So every answer bounds the offset from both sides. A request
 * that arrives shortly before the server's clock reaches a whole second halves the uncertainty.
 *
 * The bounds are kept on the monotonic clock: a wall clock that jumps between two answers would narrow them wrongly.
 */
export class ClockOffset {
  private lower = -Infinity;
  private upper = Infinity;
  private roundTripMillis = 0;

  /** @param sent when the request started, by the monotonic clock; `received` when its answer came. */
  observe(date: string | undefined, sent: number, received: number): void {
    const server = Date.parse(date ?? "");
    if (Number.isNaN(server)) return;
    this.lower = Math.max(this.lower, server - received);
    this.upper = Math.min(this.upper, server + 1000 - sent);
    this.roundTripMillis = received - sent;
  }

  get known(): boolean {
    return this.lower !== -Infinity;
  }

  /** How far the bounds are apart: the uncertainty. */
  get uncertaintyMillis(): number {
    return Math.max(0, this.upper - this.lower);
  }

  /**
   * The API server's clock minus this machine's wall clock at a moment, in milliseconds: the bound that is further from 0, since
   * the truth may be there. 0 while nothing is known.
   */
  worstMillis(at: Moment): number {
    if (!this.known) return 0;
    const { lower, upper } = this.boundsAt(at);
    return Math.abs(lower) > Math.abs(upper) ? Math.floor(lower) : Math.ceil(upper);
  }

  /** By how much the clocks provably differ at a moment. Of contradicting answers, the worst counts. */
  provenMillis(at: Moment): number {
    const { lower, upper } = this.boundsAt(at);
    return Math.max(0, lower, -upper);
  }

  /**
   * When to send a request so that its answer halves the uncertainty, by the monotonic clock: within a second from
   * `now`.
   */
  bestRequestAt(now: number): number {
    const middle = (this.lower + this.upper) / 2;
    const halfTrip = this.roundTripMillis / 2;
    return Math.ceil((now + halfTrip + middle) / 1000) * 1000 - middle - halfTrip;
  }

  private boundsAt({ wall, monotonic }: Moment): { lower: number; upper: number } {
    const shift = wall - monotonic;
    return { lower: this.lower - shift, upper: this.upper - shift };
  }
}
