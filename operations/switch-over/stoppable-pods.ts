import type { Connect } from "../kubernetes/client";
import type { ClusterChoice, Environment } from "../kubernetes/kubeconfig";

/** The Scalar releases of a set in one cluster, and how the cluster is reached. */
export interface ClusterReleases {
  /** The cluster's name in recorded windows, such as `default`. */
  cluster: string;
  access: ClusterChoice;
  /** The journal is kept in the namespace of the one that is the first when a switch-over begins. */
  releases: { namespace: string; name: string; databases?: string[] }[];
  /** Whether the ConfigMaps are read in which the releases have their properties. */
  readsProperties?: boolean;
  /** The pause schedule's CronJob, which is suspended. If absent, CronJobs that pause these releases are looked for in their namespaces. */
  schedule?: { namespace: string; name: string };
}

/** What the pods of a Deployment are configured by when they start. The texts may hold passwords: none is for messages. */
export interface CarriedProperties {
  /** Its cluster's name in recorded windows. */
  cluster: string;
  namespace: string;
  release: string;
  deployment: string;
  /** The ConfigMaps that its pods mount properties from, for messages. */
  configMaps: string[];
  /** The texts of these properties. */
  texts: string[];
  /** The environment variables whose values are in the pod template. */
  variables: Record<string, string>;
  /** The databases of the set that the release uses; absent for all. */
  databases?: string[];
}

export interface PodsOptions {
  /** Says that Argo CD's or Flux's reconciliation of the releases is suspended; without it, their marks are a problem. */
  gitOps?: "suspended";
  /** Where kubeconfig files and credential plugins are looked for. Defaults to this process's variables. */
  environment?: Environment;
  /** How long stopping, and starting, may take before it is given up, in milliseconds. Defaults to 15 minutes. */
  limitMillis?: number;
  /** Opens the connections to a cluster in place of `access`; tests make requests fail in between. */
  connect?: (cluster: ClusterReleases) => Connect;
}

/**
 * Whether the pods are stopped by a switch-over: `stopped` from before the first Deployment is scaled to 0, `starting` from
 * before the first one is scaled out again, `started` when all pods are available.
 */
export type JournalState = "stopped" | "starting" | "started";

export interface PodsJournal {
  /** The restore point that the databases are switched over to; RFC 3339, UTC. */
  instant: string;
  state: JournalState;
  /** What `note` kept. */
  notes: Record<string, string>;
}

/** The pods of all releases of a set, in all clusters. A set without releases has none: every method then does nothing. */
export interface StoppablePods {
  /**
   * Why pods cannot be stopped, or would not stay stopped, each with how to fix it. Changes nothing.
   * @param instant Another switch-over's journal is a problem while its pods are stopped.
   */
  problems(instant: string): Promise<string[]>;
  /**
   * Acquires the Lease of every release, and renews it until `unlock`. Waits for the end of a pauser's run, or of a
   * switch-over that was killed.
   * @throws {Error} naming the holder, when another switch-over is running, or a run does not end
   */
  lock(say: (line: string) => void): Promise<void>;
  unlock(): Promise<void>;
  /**
   * Renews the Leases if that is due.
   * @throws {Error} when somebody else has acquired one: this process was suspended or disconnected for a minute
   */
  keep(): Promise<void>;
  /** What is recorded in the clusters; undefined if nothing is. */
  journal(): Promise<PodsJournal | undefined>;
  /**
   * Records the replica counts, suspends the pause schedule, scales the products' own Deployments to 0, and waits until no pod
   * exists. Counts that are recorded for this instant stay as they are. Can be repeated.
   * @throws {Error} when pods still exist at the limit; nothing is deleted by force
   */
  stop(instant: string, say: (line: string) => void): Promise<void>;
  /** Keeps texts in the first cluster's journal, next to those that it has. `stop` must have created the journal. */
  note(notes: Record<string, string>): Promise<void>;
  /** The properties that pods would start with now, of each Deployment. */
  carried(): Promise<CarriedProperties[]>;
  /** The recorded counts of the releases' pods, keyed by `releaseLabel`; empty without a journal. */
  counts(): Promise<Record<string, number>>;
  /**
   * The pods that exist, as `cluster: namespace/name (phase)`. A pod that is being deleted exists.
   * @throws {Error} when the locks were acquired and have been lost since
   */
  present(): Promise<string[]>;
  /**
   * Scales out to the recorded counts, waits until the Deployments report them as available, resumes the pause schedule if
   * `stop` suspended it, and marks the journal as started. Can be repeated.
   * @throws {Error} when pods are not available at the limit
   */
  start(say: (line: string) => void): Promise<void>;
}
