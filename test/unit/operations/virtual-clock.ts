import type { ExecutionContext } from "ava";
import { useWaitingClock } from "../../../operations/clock";

/** Lets operations of this process wait in virtual time, until the test is over. For tests that run one after another. */
export function virtualClock(t: ExecutionContext): { waitedMillis(): number } {
  const start = Date.now();
  let waited = 0;
  const restore = useWaitingClock({
    now: () => start + waited,
    async wait(millis) {
      waited += millis;
    },
  });
  t.teardown(restore);
  return { waitedMillis: () => waited };
}
