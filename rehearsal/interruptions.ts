import { constants } from "node:os";

/** Lets signals, and a reader of the output that goes away (`| head`), end this process quietly, with all that `onExit` cleans up. */
export function endOnInterruption(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(128 + constants.signals.SIGPIPE);
  });
}
