import { waitingClock } from "./clock";
import { longWork } from "./long-work";

/** How long a restore may take, and how often it is looked at. */
const PATIENCE_MILLIS = 12 * 60 * 60_000;
const POLL_MILLIS = 30_000;

/** Waits for a copy that Azure is still restoring. @throws {Error} when it is gone, or not ready in 12 hours. */
export async function awaitRestore(
  what: string,
  look: () => Promise<{ state: string | undefined; ready: boolean }>,
): Promise<void> {
  const clock = waitingClock();
  const deadline = clock.now() + PATIENCE_MILLIS;
  let said: string | undefined;
  await longWork({ what: `waits for the restore of ${what}`, state: () => said }, async () => {
    for (;;) {
      const { state, ready } = await look();
      said = state;
      if (ready) return;
      if (state === undefined) throw new Error(`${what} is gone; it may just have been deleted: run the program again`);
      if (/fail/i.test(state))
        throw new Error(`the restore of ${what} has failed (${state}); delete it, then run this again`);
      if (clock.now() > deadline) throw new Error(`${what} is still ${state} after 12 hours; run this again`);
      await clock.wait(POLL_MILLIS);
    }
  });
}
