import type * as pulumi from "@pulumi/pulumi";

/** A database whose tables the pauser backs up in windows. */
export interface WindowBackupArgs {
  /** The database's name in the set. */
  database: string;
  /** Where the tables are. */
  region: string;
  /** Tables by their full names. */
  tables?: string[];
  /** What the names of its tables begin with, such as `ledger.`. */
  prefixes?: string[];
  /** A window gets backups when the last that got some is this many days old. Defaults to 7. */
  everyDays?: number;
  /** After how many days the backups are deleted, by the program's next `pulumi up`. */
  deleteAfter: number;
}

/** How the pauser comes by AWS credentials. Exactly one of `eksCluster` and `roleArn`. */
export interface PauseAwsArgs {
  /** The EKS cluster that runs the pauser, by its name: its add-on eks-pod-identity-agent gives the pauser a role that is declared here. */
  eksCluster?: string;
  /** Where the cluster is. Defaults to `aws:region`. */
  region?: string;
  /** A role of yours that the pauser's ServiceAccount may take by the cluster's OIDC provider. */
  roleArn?: string;
}

/** A release on another cluster. */
export interface OtherReleaseArgs {
  namespace: string;
  /** The Helm release's name. */
  name: string;
  /** The databases of the set that it uses, by their names. Defaults to all. */
  databases?: string[];
}

/** A record of pause windows, read from the cluster that it is in. */
export interface OtherRecordArgs {
  /** The cluster's context in the kubeconfig. Defaults to the current context of `kubeconfig`. */
  context?: string;
  /** A kubeconfig, or the path of one. Defaults to the files that KUBECONFIG names, then to ~/.kube/config. */
  kubeconfig?: pulumi.Input<string>;
  /** Where the pauser of that cluster runs. Defaults to the namespace of the first of its releases. */
  namespace?: string;
  /** The ConfigMap that its pauser writes. Defaults to the name of this schedule's own. */
  recordName?: string;
}

/** Another cluster of a set that spans clusters. Exactly one of `kubernetes`, `stack` and `record`. */
export interface OtherClusterArgs {
  /** Its name in recorded windows: `pause.cluster` of its own stack. */
  cluster: string;
  /** Its releases: all that its own stack pauses for this set. */
  releases: OtherReleaseArgs[];
  /** Reads its record in the cluster. */
  kubernetes?: OtherRecordArgs;
  /** Reads the output `windows` of its stack, as of that stack's last `pulumi up`: `organization/project/stack`. */
  stack?: string;
  /** Its record as text: the value of windows.json in its pauser's ConfigMap. */
  record?: string;
}

/** TLS towards the pods of a release, whose admin interface is addressed by IP. */
export interface ReleaseTlsArgs {
  /** The CA that signed the pods' certificates, in PEM. Defaults to the public CAs that Node.js knows. */
  caCertificate?: pulumi.Input<string>;
  /** The name that the pods' certificates are made for. Defaults to the pod's IP address. */
  overrideAuthority?: pulumi.Input<string>;
}

/** One Helm release of a Scalar product. */
export interface ReleaseArgs {
  namespace: string;
  /** The Helm release's name. */
  name: string;
  /**
   * The port of its pods' admin interface, if `scalar.db.cluster.node.admin.port` moves it. Defaults to the port that the
   * release's Service ending in -headless names.
   */
  adminPort?: number;
  /** For pods that serve their admin interface over TLS. Defaults to none. */
  tls?: ReleaseTlsArgs;
  /** The databases of the set that it uses, by their names: ScalarDL's Ledger and Auditor usually have one each. Defaults to all. */
  databases?: string[];
}

/** The pauser's compute resources, as Kubernetes writes quantities. */
export interface PauserResourcesArgs {
  /** Defaults to cpu 100m and memory 96Mi. */
  requests?: Record<string, string>;
  /** Defaults to memory 128Mi. There is no limit on cpu by default: throttling would lengthen the pause. */
  limits?: Record<string, string>;
}

export interface PauseScheduleArgs {
  /** When to pause, as a CronJob's schedule: minute, hour, day of month, month, day of week. */
  schedule: string;
  /** The schedule's time zone. Defaults to Etc/UTC. */
  timeZone?: pulumi.Input<string>;
  /** Every release whose pods write to the databases: they are paused in one common window. */
  releases: ReleaseArgs[];
  /** Where the pauser runs and keeps its record. Defaults to the first release's namespace. */
  namespace?: string;
  /** How long all pods are held paused, in seconds, at least 6. Defaults to 10. */
  holdSeconds?: number;
  /** How long a pod may take to finish its running requests, in seconds. Defaults to 30. */
  maxDrainSeconds?: number;
  /**
   * For a set that spans clusters: each cluster has a PauseSchedule of its own with the same schedule, drain and hold, and
   * all of them pause this many seconds after the scheduled minute, so that their windows overlap. Enough for the slowest
   * cluster to start a pod. Defaults to 0: pause at once.
   */
  rendezvousSeconds?: number;
  /** The cluster's name in recorded windows. Defaults to "default"; needed when the set spans clusters. */
  cluster?: string;
  /** The set's other clusters: an instant is a restore point only if their releases were paused, too. Defaults to none. */
  otherClusters?: OtherClusterArgs[];
  /** Windows older than this many days are forgotten. Defaults to 35, the longest that a database can reach back. */
  retentionDays?: number;
  /** True pauses the schedule itself; what was recorded stays. Defaults to false. */
  suspend?: pulumi.Input<boolean>;
  /** A stock image of Node.js 20 or later. Defaults to docker.io/library/node:24-alpine. */
  image?: pulumi.Input<string>;
  resources?: PauserResourcesArgs;
  /** The priority of the pauser's pod: one that is not preempted is best. Defaults to the cluster's default. */
  priorityClassName?: pulumi.Input<string>;
  /** How late a run may start, in seconds, at least 10. Defaults to 300: nobody expects a pause hours later. */
  startingDeadlineSeconds?: number;
  /** How many successful Jobs are kept. Defaults to 3. */
  successfulJobsHistoryLimit?: number;
  /** How many failed Jobs are kept. Defaults to 3. */
  failedJobsHistoryLimit?: number;
  /** How the pauser comes by AWS credentials, which it needs for `windowBackups` alone. */
  aws?: PauseAwsArgs;
  /** DynamoDB tables that are backed up in windows. Defaults to none. */
  windowBackups?: WindowBackupArgs[];
  /** Labels for everything that is created, and tags of what is created on AWS; characters that Kubernetes does not allow in labels become underscores. */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}
