import { type Gauge, gauge, secondsOf } from "../../restore-points/metrics";
import { CHANNELS } from "../../restore-points/notifications";
import { exitCodeOf, type Facts, hasSucceeded, middleOf, newestWindow } from "./facts";

/** The labels of every metric. */
export function metricLabels({ source }: Facts): Record<string, string> {
  const { stack, schedule, cluster } = source;
  return { stack, schedule, cluster };
}

/**
 * What is known of the schedule, as metrics. What never happened is 0 seconds after 1970, so that an alert on its age fires; what is not
 * known is absent.
 * @param channels those in use
 */
export function pauseGauges(facts: Facts, channels: readonly string[]): Gauge[] {
  const labels = metricLabels(facts);
  const one = (name: string, help: string, value: number | undefined) =>
    gauge(name, help, ...(value === undefined ? [] : [{ labels, value }]));
  const { now, run, windows, notifications } = facts;
  const newest = newestWindow(windows);
  const inUse = CHANNELS.filter((channel) => channels.includes(channel));
  return [
    one(
      "pause_report_timestamp_seconds",
      "When the pauser or the unpauser, which runs every five minutes, last wrote these metrics.",
      // Alerts rest on its age: without the record there is nothing that could be trusted.
      windows && Math.floor(now / 1000),
    ),
    one(
      "pause_run_timestamp_seconds",
      "When the newest run of the pause schedule ended; 0 if none has.",
      run || windows ? secondsOf(run?.endedAt) : undefined,
    ),
    one("pause_run_exit_code", "The exit code of the newest run: 0 if it recorded a window.", run && exitCodeOf(run)),
    one(
      "pause_run_succeeded",
      "Whether the newest run recorded a window, with the backups that were due.",
      run && (hasSucceeded(run) ? 1 : 0),
    ),
    one(
      "pause_seconds",
      "For how long the newest run kept pods paused, from the first Pause to the last Unpause.",
      run?.times && run.times.pausedMillis / 1000,
    ),
    gauge(
      "pause_drain_seconds",
      "After how long the slowest pod of each release had drained in the newest run.",
      ...(run?.times?.drains ?? []).map(({ release, millis }) => ({
        labels: { ...labels, release },
        value: millis / 1000,
      })),
    ),
    one(
      "pause_window_timestamp_seconds",
      "The middle of the newest recorded pause window; 0 if there is none.",
      windows && (newest === undefined ? 0 : Math.floor(middleOf(newest) / 1000)),
    ),
    one(
      "pause_window_seconds",
      "The length of the newest recorded pause window.",
      newest && (Date.parse(newest.unpauseStarted) - Date.parse(newest.pauseCompleted)) / 1000,
    ),
    one("pause_windows", "The number of recorded pause windows.", windows?.length),
    gauge(
      "notification_accepted_timestamp_seconds",
      "When each channel of pause.notify last accepted a report; 0 if never.",
      ...inUse.map((channel) => ({
        labels: { ...labels, channel },
        value: secondsOf(notifications[channel]?.acceptedAt),
      })),
    ),
    gauge(
      "notification_failing",
      "Whether the last report to each channel of pause.notify failed.",
      ...inUse.map((channel) => ({ labels: { ...labels, channel }, value: notifications[channel]?.failing ? 1 : 0 })),
    ),
  ];
}
