import { durationText } from "../restore-points/duration";
import { waitingClock } from "./clock";
import { longWork, type Say } from "./long-work";
import { poll } from "./poll";

/** How often a wait says that it goes on. */
const SAY_EVERY_MILLIS = 50_000;

/** What is waited for. */
export interface Wait {
  /** The beginning of messages: `ledger: waits until the instance has its new name`. */
  what: string;
  /** How long it usually takes, in minutes, where its cloud documents that. */
  usualMinutes?: number;
  everyMillis: number;
  limitMillis: number;
}

/**
 * Looks until nothing is left to wait for. `left` says what is, as text.
 * @throws {Error} when the limit has passed: the operation can be run again, and goes on.
 */
export async function until(wait: Wait, left: () => Promise<string | undefined>, say: Say): Promise<void> {
  const expected = wait.usualMinutes === undefined ? undefined : `usually about ${wait.usualMinutes} min`;
  let remaining: string | undefined;
  const clock = waitingClock();
  const began = clock.now();
  let said = began - SAY_EVERY_MILLIS;
  const pace = {
    ...wait,
    late: (elapsed: number) =>
      `${wait.what}: not done after ${durationText(elapsed)}: ${remaining}. Run "pulumi up" again: it goes on from here`,
  };
  await longWork({ what: wait.what, state: () => remaining, ...(expected && { expected }) }, () =>
    poll(pace, async () => {
      remaining = await left();
      if (remaining === undefined) return true;
      const now = clock.now();
      if (now - said >= SAY_EVERY_MILLIS) {
        say(
          `${wait.what}: ${remaining} (${durationText(now - began)}${expected === undefined ? "" : `, ${expected}`})`,
        );
        said = now;
      }
      return false;
    }),
  );
}
