import { longWork } from "./long-work";
import { poll } from "./poll";

/** How long a restore may take, and how often it is looked at. */
const PATIENCE_MILLIS = 12 * 60 * 60_000;
const POLL_MILLIS = 30_000;

/** Waits for a copy that Azure is still restoring. @throws {Error} when it is gone, or not ready in 12 hours. */
export async function awaitRestore(
  what: string,
  look: () => Promise<{ state: string | undefined; ready: boolean }>,
): Promise<void> {
  let said: string | undefined;
  const pace = {
    everyMillis: POLL_MILLIS,
    limitMillis: PATIENCE_MILLIS,
    late: () => `${what} is still ${said} after 12 hours; run this again`,
  };
  await longWork({ what: `waits for the restore of ${what}`, state: () => said }, () =>
    poll(pace, async () => {
      const { state, ready } = await look();
      said = state;
      if (ready) return true;
      if (state === undefined) throw new Error(`${what} is gone; it may just have been deleted: run the program again`);
      if (/fail/i.test(state))
        throw new Error(`the restore of ${what} has failed (${state}); delete it, then run this again`);
      return false;
    }),
  );
}
