/** A release of a Scalar product, as a pause run saw it. */
export interface PausedRelease {
  namespace: string;
  name: string;
  /** `scalardb-cluster`, `ledger` or `auditor`. */
  product: string;
  /** The names of the pods that were paused, sorted. */
  pods: string[];
}

/** One pause run in which every pod of every release was paused throughout, as the pauser records it. */
export interface PauseWindow {
  /** The Kubernetes cluster's name as configured; `default` when the set has only one. */
  cluster: string;
  /** When the last pod was confirmed to be paused. RFC 3339, UTC, milliseconds. */
  pauseCompleted: string;
  /** The instant before the first pod was asked to unpause. RFC 3339, UTC, milliseconds. */
  unpauseStarted: string;
  /** The API server's clock minus the pauser's, in milliseconds, as measured by the run. */
  clockOffsetMillis: number;
  releases: PausedRelease[];
}

/** What the pauser keeps in its ConfigMap under `WINDOWS_KEY`. */
export interface WindowRecord {
  schemaVersion: 1;
  /** Oldest first. */
  windows: PauseWindow[];
}

/** The ConfigMap's key that holds the `WindowRecord` as JSON. */
export const WINDOWS_KEY = "windows.json";
