import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { ExecutionContext } from "ava";
import { useWaitingClock } from "../../../../operations/clock";

/** Turns of the event loop without a request under way, after which everything waits. */
const QUIET_TURNS = 30;

/**
 * Time of this process that passes only while everything in it waits, and then to the next instant that something waits for: waits
 * that overlap cost the longest of them, and work costs nothing. For tests that run one after another.
 * @param start When it begins: by default, now.
 */
export function oneTime(t: Pick<ExecutionContext, "teardown">, start = Date.now()) {
  const realNow = Date.now;
  let now = start;
  Date.now = () => now;
  const { now: monotonic } = performance;
  performance.now = () => now;
  let requests = 0;
  const began = (message: unknown) => {
    requests += 1;
    // Cast: what Node.js documents of this channel. A request whose connection breaks has no answer that could finish.
    const { request } = message as { request: ClientRequest };
    request.once("close", () => {
      requests -= 1;
    });
  };
  subscribe("http.client.request.start", began);
  const waiting = new Set<{ until: number; go: () => void }>();
  let running = true;
  const turn = (quiet: number) => {
    if (!running) return;
    const goesOn = requests > 0 || waiting.size === 0 || quiet < QUIET_TURNS;
    if (!goesOn) {
      now = Math.max(now, Math.min(...[...waiting].map(({ until }) => until)));
      for (const each of [...waiting]) {
        if (each.until > now) continue;
        waiting.delete(each);
        each.go();
      }
    }
    setImmediate(turn, goesOn && requests === 0 ? quiet + 1 : 0);
  };
  turn(0);
  t.teardown(() => {
    running = false;
    Date.now = realNow;
    performance.now = monotonic;
    unsubscribe("http.client.request.start", began);
  });
  const wait = (millis: number) =>
    new Promise<void>((resolve) => {
      waiting.add({ until: now + millis, go: resolve });
    });
  t.teardown(useWaitingClock({ now: () => now, wait }));
  return {
    now: () => now,
    wait,
    pass(millis: number) {
      now += millis;
    },
  };
}
