import type { DatabaseRange } from "./ranges";
import type { PauseWindow, ReleaseName } from "./window";

/** All that decides what can be restored now. */
export interface Situation {
  /** Milliseconds since the epoch. */
  now: number;
  /** Whether only instants inside a pause window are consistent. Without, there is one database, and any instant of it is. */
  pauseRequired: boolean;
  /** Every recorded window, of any cluster, in any order. */
  windows: readonly PauseWindow[];
  /** Every release that works on the databases. */
  releases: readonly ReleaseName[];
  /** What keeps the pause schedule from recording windows, as sentences. Defaults to nothing. */
  pauseProblems?: readonly string[];
  /** What each database of the set can be restored to. */
  databases: readonly DatabaseRange[];
}
