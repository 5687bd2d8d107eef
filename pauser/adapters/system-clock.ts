import type { Clock } from "../ports";

/** This machine's clocks and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  sleep(millis, stop) {
    return new Promise((resolve) => {
      if (stop?.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        stop?.removeEventListener("abort", end);
        resolve();
      };
      // Do not wait for an instant in the past: newer Node.js versions warn of a negative timeout.
      const timer = setTimeout(end, Math.max(0, millis));
      stop?.addEventListener("abort", end);
    });
  },
};
