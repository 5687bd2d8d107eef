import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { BOUNDS, MIN_HOLD_SECONDS } from "../../pauser/settings";
import { timeZoneProblem } from "../../restore-points/rules/time-zone";
import { quantities, resourcesProblem } from "../container-resources";
import { awsRegion } from "../databases/schema";
import { type PodArgs, podSchema } from "../pod-args";
import { refusedBy, type Shape, wholeNumber } from "../schema-tools";
import { awsAccessProblem, imageProblem, labelProblem, scheduleProblem, subdomainProblem } from "./key-problems";
import { type NotifyArgs, notifySchema } from "./notify-args";
import { type OtherClusterArgs, otherClusterSchema } from "./other-cluster-args";
import { type ReleaseArgs, releaseSchema } from "./release-args";

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
  /** The least number of days between two windows with backups. Defaults to 7. */
  everyDays?: number;
  /** After how many days the backups are deleted, by the program's next `pulumi up`. */
  deleteAfter: number;
}

const windowBackupShape = {
  database: z.string(),
  region: awsRegion,
  tables: z.array(z.string()).optional(),
  prefixes: z.array(z.string()).optional(),
  everyDays: z.int().optional(),
  deleteAfter: z.int(),
} satisfies Shape<WindowBackupArgs>;

/** How the pauser gets AWS credentials. Exactly one of `eksCluster` and `roleArn`. */
export interface PauseAwsArgs {
  /** The EKS cluster that runs the pauser, by its name: its add-on eks-pod-identity-agent gives the pauser a role that is declared here. */
  eksCluster?: string;
  /** Where the cluster is. Defaults to `aws:region`. */
  region?: string;
  /** A role of yours that the pauser's ServiceAccount may take by the cluster's OIDC provider. */
  roleArn?: string;
}

const awsShape = {
  eksCluster: z
    .string()
    .meta({ examples: ["payments"] })
    .optional()
    .describe("The EKS cluster's name: a role is declared, which its Pod Identity agent gives to the pauser"),
  region: awsRegion.optional().describe("Where the EKS cluster is. Defaults to aws:region."),
  roleArn: z
    .string()
    .optional()
    .describe("In place of eksCluster: a role of yours, which trusts the cluster's OIDC provider"),
} satisfies Shape<PauseAwsArgs>;

/** The pauser's compute resources, as Kubernetes writes quantities. */
export interface PauserResourcesArgs {
  /** Defaults to cpu 100m and memory 96Mi. */
  requests?: Record<string, string>;
  /** Defaults to memory 128Mi. There is no limit on cpu by default: throttling would lengthen the pause. */
  limits?: Record<string, string>;
}

/** What the pauser asks for, and may use, where nothing else is given. */
export const PAUSER_RESOURCES = { requests: { cpu: "100m", memory: "96Mi" }, limits: { memory: "128Mi" } };

const resourcesShape = {
  requests: quantities.optional().describe("Defaults to cpu 100m and memory 96Mi."),
  limits: quantities
    .optional()
    .describe("Defaults to memory 128Mi; no limit on cpu, because throttling would lengthen the pause."),
} satisfies Shape<PauserResourcesArgs>;

/** How many finished Jobs Kubernetes may keep. */
const JOBS = { min: 0, max: 1000 };

function noReleases(releases: readonly unknown[]): string | undefined {
  return releases.length === 0 ? "[] is empty; name every release whose pods write to the databases" : undefined;
}

function emptyCluster(cluster: string): string | undefined {
  return cluster === "" ? '"" is empty; leave it out, or give the cluster\'s name' : undefined;
}

/** When pods are paused, and which. */
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
  /** True suspends the schedule; recorded windows stay. Defaults to false. */
  suspend?: pulumi.Input<boolean>;
  /** True while a switch-over suspends the schedule itself, which is then not reported as a problem. Defaults to false. */
  switchingOver?: boolean;
  /** A stock image of Node.js 20 or later. Defaults to docker.io/library/node:24-alpine. */
  image?: pulumi.Input<string>;
  /** The pauser's resource requests and limits. */
  resources?: PauserResourcesArgs;
  /** The priority of the pauser's pod: one that is not preempted is best. Defaults to the cluster's default. */
  priorityClassName?: pulumi.Input<string>;
  /** What the cluster asks of the pauser's pods: labels, annotations, nodes, tolerations, credentials of a registry. */
  pod?: PodArgs;
  /** How late a run may start, in seconds, at least 10. Defaults to 300: a pause hours later would be unexpected. */
  startingDeadlineSeconds?: number;
  /** How many successful Jobs are kept. Defaults to 3. */
  successfulJobsHistoryLimit?: number;
  /** How many failed Jobs are kept. Defaults to 3. */
  failedJobsHistoryLimit?: number;
  /** Where the pauser reports its runs. Defaults to nowhere. */
  notify?: NotifyArgs;
  /** How the pauser gets AWS credentials, which it needs for `windowBackups` alone. */
  aws?: PauseAwsArgs;
  /** DynamoDB tables that are backed up in windows. Defaults to none. */
  windowBackups?: WindowBackupArgs[];
  /** Labels for everything that is created, and tags of what is created on AWS; characters that Kubernetes does not allow in labels become underscores. */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Describes `PauseScheduleArgs`. */
export const pauseScheduleSchema = z.strictObject({
  schedule: z
    .string()
    .superRefine(refusedBy(scheduleProblem))
    .describe("When pods are paused, as a CronJob's schedule: 0 3 * * *")
    .meta({ examples: ["0 3 * * *"] }),
  timeZone: z
    .string()
    .superRefine(refusedBy(timeZoneProblem))
    .meta({ examples: ["Asia/Tokyo"] })
    .optional()
    .describe("The schedule's time zone, such as Asia/Tokyo. Defaults to Etc/UTC."),
  releases: z
    .array(releaseSchema)
    .superRefine(refusedBy(noReleases))
    .describe("Every release whose pods write to the databases"),
  namespace: z
    .string()
    .superRefine(refusedBy(labelProblem))
    .optional()
    .describe("Where the CronJob runs. Defaults to the first release's namespace."),
  // A shorter window would be no restore point, so the pauser would pause for nothing.
  holdSeconds: wholeNumber({ min: MIN_HOLD_SECONDS, max: BOUNDS.holdSeconds.max })
    .optional()
    .describe("How long every pod is held paused. Defaults to 10."),
  maxDrainSeconds: wholeNumber(BOUNDS.maxDrainSeconds)
    .optional()
    .describe("How long a pod may take to finish its running requests. Defaults to 30."),
  suspend: z.boolean().optional().describe("True suspends the schedule; recorded windows stay. Defaults to false."),
  image: z
    .string()
    .superRefine(refusedBy(imageProblem))
    .optional()
    .describe("A Node.js image, 20 or later, that the pauser runs on"),
  resources: z
    .strictObject(resourcesShape)
    .superRefine(refusedBy((given) => resourcesProblem(given, PAUSER_RESOURCES)))
    .optional()
    .describe("The pauser's resource requests and limits"),
  priorityClassName: z
    .string()
    .superRefine(refusedBy(subdomainProblem))
    .optional()
    .describe("The priority of the pauser's pod, best one that is not preempted. Defaults to the cluster's default."),
  pod: podSchema("the pauser's pods"),
  // The CronJob controller looks every 10 seconds: with less it would miss runs.
  startingDeadlineSeconds: wholeNumber({ min: 10, max: 86_400 })
    .optional()
    .describe("How late a run may start, in seconds. Defaults to 300."),
  successfulJobsHistoryLimit: wholeNumber(JOBS).optional().describe("Finished Jobs that are kept. Defaults to 3."),
  failedJobsHistoryLimit: wholeNumber(JOBS).optional().describe("Failed Jobs that are kept. Defaults to 3."),
  retentionDays: wholeNumber(BOUNDS.retentionDays).optional().describe("Older windows are forgotten. Defaults to 35."),
  rendezvousSeconds: wholeNumber(BOUNDS.rendezvousSeconds)
    .optional()
    .describe("For a set that spans clusters: how long after the scheduled instant all of them are paused"),
  cluster: z
    .string()
    .superRefine(refusedBy(emptyCluster))
    .optional()
    .describe("The cluster's name in recorded windows, for a set that spans clusters"),
  otherClusters: z
    .array(otherClusterSchema)
    .optional()
    .describe(
      "The other clusters of a set that spans clusters: an instant is a restore point only if their releases were paused, too",
    ),
  notify: notifySchema.optional().describe("Where the pauser reports its runs; docs/alerts.md"),
  aws: z
    .strictObject(awsShape)
    .superRefine(refusedBy(awsAccessProblem))
    .optional()
    .describe("How the pauser gets AWS credentials, for databases[].dynamodb.windowBackups"),
  windowBackups: z.array(z.strictObject(windowBackupShape)).optional(),
  switchingOver: z.boolean().optional(),
  labels: z.record(z.string(), z.string()).optional(),
} satisfies Shape<PauseScheduleArgs>);

/** Describes a pause as a set's args and the configuration have it: the set itself knows the rest. */
export const pauseSchema = pauseScheduleSchema
  .omit({ windowBackups: true, labels: true, switchingOver: true })
  .describe("When and what to pause; needed for NoSQL, and for more than one database");
