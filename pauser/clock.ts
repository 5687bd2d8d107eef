/**
 * The API server's clock against this one, from the `Date` headers of its answers.
 *
 * A `Date` header has whole seconds only: the answer was made somewhere in [date, date + 1 s), and, on this clock,
 * between the request's start and the answer's arrival. Every answer so bounds the offset from both sides, and many
 * answers bound it tightly.
 */
export class ClockOffset {
  private lower = -Infinity;
  private upper = Infinity;

  /** @param sent when the request started, epoch milliseconds; `received` when its answer came. */
  observe(date: string | undefined, sent: number, received: number): void {
    const server = Date.parse(date ?? "");
    if (Number.isNaN(server)) return;
    this.lower = Math.max(this.lower, server - received);
    this.upper = Math.min(this.upper, server + 1000 - sent);
  }

  get known(): boolean {
    return this.lower !== -Infinity;
  }

  /** The API server's clock minus this one, in milliseconds: the middle of what is possible; 0 while unknown. */
  get millis(): number {
    return this.known ? Math.round((this.lower + this.upper) / 2) : 0;
  }

  /** By how much the clocks provably differ. Contradicting answers count with the worst of them. */
  get provenMillis(): number {
    return Math.max(0, this.lower, -this.upper);
  }
}
