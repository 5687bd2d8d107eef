import { constants } from "node:os";

/**
 * Ends this process quietly on a signal, or when the reader of the output goes away (`| head`); `onExit` handlers clean
 * up.
 */
export function endOnInterruption(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(128 + constants.signals.SIGPIPE);
  });
}
