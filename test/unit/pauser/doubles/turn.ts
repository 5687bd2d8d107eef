import type { ExecutionContext } from "ava";

/** Tests against real servers mostly wait, so several run at once; all at once would be too much for a busy machine. */
const AT_ONCE = 4;
let running = 0;
const waiting: (() => void)[] = [];

/** Waits until it is this test's turn. */
export async function turn(t: ExecutionContext): Promise<void> {
  // The test's timeout begins with its turn.
  t.timeout(120_000);
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  t.teardown(() => {
    running--;
    waiting.shift()?.();
  });
}
