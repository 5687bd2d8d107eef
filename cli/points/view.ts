import type { LastRun } from "../../restore-points/last-run";
import type { PauseRuns } from "../../restore-points/pause-runs";
import type { RestorePoints } from "../../restore-points/points";
import type { QuietGaps } from "../../restore-points/quiet-gaps";

/** Everything that can be shown of a stack's restore points. */
export interface PointsView {
  /** The stack's name, where it is known. */
  stack?: string;
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
  /** What restores have found. Drills of which nothing is read here are in their own evidence. */
  verdicts?: readonly PointVerdict[];
  /** What could not be read: the answer may be incomplete. */
  unread: string[];
}

/** What a restore has found about its copies. */
export interface PointVerdict {
  /** The restored instant. RFC 3339. */
  instant: string;
  /** Whether the copies fit together. */
  proven: boolean;
  /** When that was found. RFC 3339. */
  at?: string;
}
