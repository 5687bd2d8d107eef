import type { DatabaseRange } from "./ranges";
import type { PauseWindow, ReleaseName } from "./window";

/** Everything that decides what can be restored now. */
export interface Situation {
  /** Milliseconds since the epoch. */
  now: number;
  /**
   * Whether only instants inside a pause window are consistent. If false, there is one database, consistent at any
   * instant.
   */
  pauseRequired: boolean;
  /** True if the instant is taken from a gap between commits: then it need not be in a window. */
  quietGap?: boolean;
  /** Every recorded window, of any cluster, in any order. */
  windows: readonly PauseWindow[];
  /** Every release that uses the databases. */
  releases: readonly ReleaseName[];
  /** Those of them that run no ScalarDB transactions, as text. Defaults to none. */
  withoutTransactions?: readonly string[];
  /** Why the pause schedule records no windows. Defaults to none. */
  pauseProblems?: readonly string[];
  /** Each database's restorable range. */
  databases: readonly DatabaseRange[];
}
