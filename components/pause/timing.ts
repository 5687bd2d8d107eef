import { longestPauseSeconds } from "../../pauser/longest-run";
import { NOTIFY_TOTAL_SECONDS } from "../../pauser/notify/settings";
import { BOUNDS } from "../../pauser/settings";
import { backupHoldSeconds } from "../../pauser/window-backups/settings";
import type { PauseScheduleArgs } from "./args";
import { windowBackupSettings } from "./window-backups";

/** The pauser's seconds and days, with the defaults for omitted args. */
export function pauseTiming(
  args: Pick<PauseScheduleArgs, "holdSeconds" | "maxDrainSeconds" | "retentionDays" | "rendezvousSeconds">,
) {
  return {
    holdSeconds: args.holdSeconds ?? BOUNDS.holdSeconds.default,
    maxDrainSeconds: args.maxDrainSeconds ?? BOUNDS.maxDrainSeconds.default,
    minWindowSeconds: BOUNDS.minWindowSeconds.default,
    unpauseDeadlineSeconds: BOUNDS.unpauseDeadlineSeconds.default,
    apiDeadlineSeconds: BOUNDS.apiDeadlineSeconds.default,
    maxClockOffsetMillis: BOUNDS.maxClockOffsetMillis.default,
    maxBlindMillis: BOUNDS.maxBlindMillis.default,
    retentionDays: args.retentionDays ?? BOUNDS.retentionDays.default,
    rendezvousSeconds: args.rendezvousSeconds ?? BOUNDS.rendezvousSeconds.default,
    // Clusters that meet at one instant cannot choose it.
    alignToMinute: !args.rendezvousSeconds,
  };
}

/** How long a run takes: a pause that goes well, and a run in which everything is slow, and that has no earlier run to clean up after. */
export function runSeconds(args: Partial<PauseScheduleArgs>): { pauseSeconds: number; runSeconds: number } {
  const timing = pauseTiming(args);
  const backups = args.windowBackups?.length ? windowBackupSettings("", args.windowBackups) : undefined;
  const hold = backups ? backupHoldSeconds(backups, timing.apiDeadlineSeconds) : 0;
  return {
    pauseSeconds: timing.rendezvousSeconds + timing.maxDrainSeconds + Math.max(timing.holdSeconds, hold),
    runSeconds:
      longestPauseSeconds({ ...timing, ...(backups && { windowBackups: backups }) }) +
      (args.notify === undefined ? 0 : NOTIFY_TOTAL_SECONDS),
  };
}
