import { waitingClock } from "../clock";

/** Takes a line for the user. */
export type Say = (line: string) => void;

const SILENCE_MILLIS = 45_000;

/** Runs `work`, and repeats its last line whenever it has said nothing for a while, so that it does not seem to hang. */
export async function neverSilent<Result>(
  say: Say,
  work: (say: Say) => Promise<Result>,
  silenceMillis = SILENCE_MILLIS,
): Promise<Result> {
  let [last, since, repeatedAt] = ["", Date.now(), Date.now()];
  const timer = setInterval(() => {
    if (Date.now() - repeatedAt < silenceMillis) return;
    repeatedAt = Date.now();
    say(`still working, ${elapsed(Date.now() - since)} after: ${last}`);
  }, silenceMillis / 9);
  try {
    return await work((line) => {
      [last, since, repeatedAt] = [line, Date.now(), Date.now()];
      say(line);
    });
  } finally {
    clearInterval(timer);
  }
}

/** Such as `45 s` and `3 min 5 s`. */
export function elapsed(millis: number): string {
  const seconds = Math.round(millis / 1000);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes === 0) return `${rest} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

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
    return elapsed(waitingClock().now() - this.#begin);
  }

  /** Says a text that is new, or that has not changed for half a minute, and waits. @throws {Error} `failure` at the limit */
  async next(text: string, millis: number, failure: () => string): Promise<void> {
    const now = waitingClock().now();
    if (now - this.#begin > this.#limitMillis) throw new Error(failure());
    if (text !== this.#reported || now - this.#reportedAt >= REPORT_MILLIS) {
      this.#say(`${text}, ${this.elapsed}`);
      [this.#reported, this.#reportedAt] = [text, now];
    }
    await waitingClock().wait(millis);
  }
}
