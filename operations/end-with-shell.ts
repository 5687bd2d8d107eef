const LOOK_MILLIS = 500;

/**
 * Ends this process soon after the shell that has started it. Pulumi's command provider, when it is cancelled, ends the shell alone,
 * and then waits for this process, which keeps the shell's outputs open: Ctrl-C would wait for an operation of hours
 * (pulumi-command 1.2, local/commandOutputs.go). An operation can be ended at any time, and goes on when it runs again.
 */
export function endWithShell(): void {
  const shell = process.ppid;
  setInterval(() => {
    if (process.ppid === shell) return;
    console.error("interrupted: Pulumi has ended this operation. The next pulumi up goes on with it");
    process.exit(130);
  }, LOOK_MILLIS).unref();
}
