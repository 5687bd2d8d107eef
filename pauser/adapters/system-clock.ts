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
      // An instant that has passed is not waited for; newer Node.js would warn of a negative time.
      const timer = setTimeout(end, Math.max(0, millis));
      stop?.addEventListener("abort", end);
    });
  },
};
