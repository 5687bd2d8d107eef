import { durationText } from "../../restore-points/duration";
import { waitingClock } from "../clock";
import type { Say } from "../long-work";

export type { Say } from "../long-work";

const REPORT_MILLIS = 30_000;

/** A wait with a limit, which reports how it goes. */
export class Waiting {
  readonly #say: Say;
  readonly #limitMillis: number;
  readonly #begin = waitingClock().now();
  #reported: string | undefined;
  #reportedAt = 0;

  constructor(say: Say, limitMillis: number) {
    this.#say = say;
    this.#limitMillis = limitMillis;
  }

  get elapsed(): string {
    return durationText(waitingClock().now() - this.#begin);
  }

  /** Says a text that is new, or that has not changed for half a minute, and waits. @throws {Error} `failure` at the limit */
  async next(text: string, millis: number, failure: () => string): Promise<void> {
    const now = waitingClock().now();
    if (now - this.#begin > this.#limitMillis) throw new Error(failure());
    if (text !== this.#reported || now - this.#reportedAt >= REPORT_MILLIS) {
      this.#say(`${text}, ${this.elapsed}`);
      this.#reported = text;
      this.#reportedAt = now;
    }
    await waitingClock().wait(millis);
  }
}
