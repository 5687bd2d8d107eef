import type { PauseWindow } from "../restore-points/window";
import { instant } from "./time";

/** The run's output. */
export interface Report {
  /** A line for people. */
  log(text: string): void;
  /** A line for programs. */
  result(line: string): void;
}

/** People's lines go to stderr with the instant; programs' lines go to stdout as they are. */
export const consoleReport: Report = {
  log: (text) => process.stderr.write(`${instant(Date.now())} ${text}\n`),
  result: (line) => process.stdout.write(`${line}\n`),
};

/** One JSON line per release, in the format of `scalar-admin-for-kubernetes`. */
export function resultLines(window: PauseWindow): string[] {
  const releases = new Map(window.releases.map((release) => [`${release.namespace}/${release.name}`, release]));
  return [...releases.values()].map((release) =>
    JSON.stringify({
      namespace: release.namespace,
      helm_release_name: release.name,
      pause_start_timestamp_ms: Date.parse(window.pauseCompleted),
      pause_end_timestamp_ms: Date.parse(window.unpauseStarted),
      // Local date and time without zone, as that tool writes them.
      pause_start_date_time: window.pauseCompleted.replace("Z", ""),
      pause_end_date_time: window.unpauseStarted.replace("Z", ""),
      timezone: "Etc/UTC",
    }),
  );
}
