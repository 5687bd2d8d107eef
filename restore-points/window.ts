/** A release of a Scalar product, as a pause run saw it. */
export interface PausedRelease {
  /** The namespace that the release is installed in. */
  namespace: string;
  /** The release's name. */
  name: string;
  /** `scalardb-cluster`, `ledger` or `auditor`; `unknown` in a window that Scalar's own tool printed. */
  product: string;
  /** The names of the paused pods, sorted; empty in a window that Scalar's own tool printed. */
  pods: string[];
  /** Their UIDs, in the same order; absent in windows of earlier versions. */
  podUids?: string[];
}

/** The process that recorded a window; the API server has these objects as long as the Job is kept. */
export interface RecordingRun {
  /** The Job's name. */
  job?: string;
  /** The Job's UID. */
  jobUid?: string;
  /** The name of the Job's pod. */
  pod?: string;
  /** That pod's UID. */
  podUid?: string;
}

/** One pause run in which every pod of every release was paused throughout, as the pauser records it. */
export interface PauseWindow {
  /** The Kubernetes cluster's name as configured; `default` when the set has only one. */
  cluster: string;
  /** When the last pod was confirmed to be paused. RFC 3339, UTC, milliseconds. */
  pauseCompleted: string;
  /** The instant before the first pod was asked to unpause. RFC 3339, UTC, milliseconds. */
  unpauseStarted: string;
  /** The greatest possible difference of the API server's clock from the pauser's, in milliseconds, with its sign. */
  clockOffsetMillis: number;
  /** The releases that were paused. */
  releases: PausedRelease[];
  /** Absent in windows of earlier versions, and outside a cluster. */
  run?: RecordingRun;
  /** The DynamoDB backups that were made in it; absent without backups, or if they are incomplete. */
  backups?: WindowBackups;
  /** `imported` when Scalar's own tool printed it; absent when the pauser recorded it. */
  origin?: string;
}

/**
 * DynamoDB backups that were all requested and accepted inside a window. All have the same name, by which their ARNs
 * are looked up: the record has no room for ARNs.
 */
export interface WindowBackups {
  /** The common name of the backups. */
  name: string;
  /** The instant before the first request. RFC 3339, UTC, milliseconds. */
  requested: string;
  /** The instant after the last one was accepted. RFC 3339, UTC, milliseconds. */
  accepted: string;
  /** The databases of which there are backups. */
  databases: BackedUpDatabase[];
}

/** A database with backups of all its tables. */
export interface BackedUpDatabase {
  /** Its name in the set. */
  name: string;
  /** Where the backups are. */
  region: string;
  /** How many tables it had. */
  tables: number;
  /** After how many days its backups are deleted. */
  deleteAfter: number;
}

/** The origin of a window: the pauser's record, or the output of Scalar's own tool. */
export const RECORDED = "recorded";
export const IMPORTED = "imported";

/** What the pauser keeps in its ConfigMap under `WINDOWS_KEY`. */
export interface WindowRecord {
  schemaVersion: 1;
  /** Oldest first. */
  windows: PauseWindow[];
}

/** The ConfigMap's key that holds the `WindowRecord` as JSON. */
export const WINDOWS_KEY = "windows.json";

/** The name of the cluster if none is configured. */
export const DEFAULT_CLUSTER = "default";

/** A release of the set, by the names that identify it. */
export interface ReleaseName {
  /** The Kubernetes cluster's name as configured. Defaults to `default`. */
  cluster?: string;
  namespace: string;
  name: string;
}

/** A release's display name: `scalar/ledger`, or `tokyo: scalar/ledger` on a cluster that has a name. */
export function releaseLabel({ cluster = DEFAULT_CLUSTER, namespace, name }: ReleaseName): string {
  return `${cluster === DEFAULT_CLUSTER ? "" : `${cluster}: `}${namespace}/${name}`;
}
