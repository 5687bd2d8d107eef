import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../ports";

/** This machine's clocks and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  sleep: (millis, stop) =>
    // No wait for an instant in the past: newer Node.js versions warn of a negative timeout. The only error is that it is stopped.
    delay(Math.max(0, millis), undefined, { signal: stop }).catch(() => {}),
};
