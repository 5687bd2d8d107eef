import type { LastRun } from "../../restore-points/last-run";
import type { PauseRuns } from "../../restore-points/pause-runs";
import type { RestorePoints } from "../../restore-points/points";
import type { QuietGaps } from "../../restore-points/quiet-gaps";

/** Everything that can be shown of a stack's restore points. */
export interface PointsView {
  /** `Pulumi.prod.yaml, read now`, or `the outputs of stack prod`. */
  source: string;
  output: RestorePoints;
  /** The pause schedule's runs, where a cluster was read. */
  runs?: PauseRuns;
  lastRun?: LastRun;
  /** The longest time between two runs of the schedule, in milliseconds. */
  longestIntervalMillis?: number;
  /** For how many days each database's recovery reaches back, by its name. */
  recoveryDays?: Record<string, number>;
  quietGaps?: QuietGaps;
  /** The instant of `restore.at`. RFC 3339. */
  chosen?: string;
  /** What could not be read: the answer may be incomplete. */
  unread: string[];
}
