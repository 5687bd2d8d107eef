import type { ExecutionContext } from "ava";
import { useWaitingClock } from "../../../operations/clock";

/**
 * Lets operations of this process wait in virtual time, until the test is over. For tests that run one after another.
 * @param haste How many times as long as asked for every wait is: a wait of hours then has few looks.
 */
export function virtualClock(t: ExecutionContext, haste = 1): { waitedMillis(): number } {
  const start = Date.now();
  let waited = 0;
  const restore = useWaitingClock({
    now: () => start + waited,
    async wait(millis) {
      waited += millis * haste;
    },
  });
  t.teardown(restore);
  return { waitedMillis: () => waited };
}
