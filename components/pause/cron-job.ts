import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { EXIT_CODES } from "../../pauser/outcome";
import { TASK_VARIABLE, UNPAUSE_TASK } from "../../pauser/task";
import { CONTAINER_SECURITY, POD_SECURITY } from "../confined-pod";
import { podMetadata, podPlacement } from "../pod-args";
import { PAUSER_RESOURCES, type PauseScheduleArgs } from "./args";

type CronJobSpec = types.input.batch.v1.CronJobSpec;

/** How often a run that failed or was killed is tried again: a killed run's pods wait for nothing else. */
const RETRIES = 3;
/** What Kubernetes waits before the retries: 10, 20 and 40 seconds. */
const BACKOFF_SECONDS = 70;
/** The time that each try has to schedule the pod and to pull the image. */
const START_SECONDS = 60;

/** How often is looked for pods that a killed run has left paused. */
const UNPAUSER_SCHEDULE = "*/5 * * * *";

/** Where the program is mounted. */
const PROGRAM_DIRECTORY = "/opt/scalar-backup";

export interface CronJobOptions {
  args: PauseScheduleArgs;
  labels: pulumi.Output<Record<string, string>>;
  settings: pulumi.Output<string>;
  /** The longest that one try may take. */
  longestRunSeconds: number;
  longestUnpauserSeconds: number;
  /** The time that a stopped run needs to unpause all pods. */
  graceSeconds: number;
  serviceAccountName: pulumi.Output<string>;
  programName: pulumi.Output<string>;
  /** More variables of the container. */
  env: types.input.core.v1.EnvVar[];
}

export function cronJobSpec(options: CronJobOptions): CronJobSpec {
  const { args, labels } = options;
  return {
    schedule: args.schedule,
    timeZone: args.timeZone ?? "Etc/UTC",
    ...suspension(args),
    // Two runs at once would unpause each other's pods.
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: args.startingDeadlineSeconds ?? 300,
    successfulJobsHistoryLimit: args.successfulJobsHistoryLimit ?? 3,
    failedJobsHistoryLimit: args.failedJobsHistoryLimit ?? 3,
    jobTemplate: {
      metadata: { labels },
      spec: {
        backoffLimit: RETRIES,
        // Its window is recorded: another try would pause all pods again, for as long.
        ...(args.windowBackups?.length && {
          podFailurePolicy: {
            rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [EXIT_CODES.backupsFailed] } }],
          },
        }),
        // The limit of the whole Job: every try must fit, or the last one would be ended before it has unpaused anything.
        activeDeadlineSeconds: (RETRIES + 1) * (START_SECONDS + options.longestRunSeconds) + BACKOFF_SECONDS,
        template: {
          metadata: podMetadata(args.pod ?? {}, {
            labels,
            // Moving the pauser to another node for tidiness would end a pause half-way.
            annotations: {
              "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
              "karpenter.sh/do-not-disrupt": "true",
            },
          }),
          spec: podSpec(options),
        },
      },
    },
  };
}

/**
 * Only true is declared. A switch-over suspends the schedule and resumes it (operations/switch-over/schedules.ts): a declared `false`
 * would be a conflict of server-side apply with it, or would resume the schedule in the middle. Absent, the API server's default is false.
 */
function suspension({ suspend }: PauseScheduleArgs): Pick<CronJobSpec, "suspend"> {
  if (typeof suspend === "boolean" || suspend === undefined) return suspend ? { suspend } : {};
  // Cast: what an output resolves to may be left out like any other input; its type does not say so.
  return { suspend: pulumi.output(suspend).apply((given) => given || undefined) as pulumi.Output<boolean> };
}

/** What a user suspends stays suspended, even if `kubectl patch` or a switch-over has set the field before. */
export function overSuspension({ suspend }: PauseScheduleArgs): Pick<types.input.meta.v1.ObjectMeta, "annotations"> {
  if (suspend === undefined || suspend === false) return {};
  return {
    annotations: pulumi
      .output(suspend)
      .apply((given): Record<string, string> => (given ? { "pulumi.com/patchForce": "true" } : {})),
  };
}

/**
 * A small CronJob that pauses nothing, and unpauses what the note of a killed run names: the tries of a Job can all be killed, and
 * the schedule's next Job may be a day away. It goes on while the schedule is suspended.
 */
export function unpauserSpec(options: CronJobOptions): CronJobSpec {
  const { args, labels } = options;
  return {
    schedule: UNPAUSER_SCHEDULE,
    timeZone: "Etc/UTC",
    suspend: false,
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: args.startingDeadlineSeconds ?? 300,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      metadata: { labels },
      spec: {
        // The next one is minutes away.
        backoffLimit: 0,
        activeDeadlineSeconds: START_SECONDS + options.longestUnpauserSeconds,
        template: { metadata: podMetadata(args.pod ?? {}, { labels }), spec: podSpec(options, UNPAUSE_TASK) },
      },
    },
  };
}

function podSpec(options: CronJobOptions, task?: string): types.input.core.v1.PodSpec {
  const { args } = options;
  return {
    // A new try is a new pod: what the old one said can still be read.
    restartPolicy: "Never",
    terminationGracePeriodSeconds: options.graceSeconds,
    serviceAccountName: options.serviceAccountName,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    ...(args.priorityClassName !== undefined && { priorityClassName: args.priorityClassName }),
    ...podPlacement(args.pod ?? {}),
    securityContext: POD_SECURITY,
    containers: [
      {
        name: "pauser",
        image: args.image ?? "docker.io/library/node:24-alpine",
        command: ["node", `${PROGRAM_DIRECTORY}/pauser.cjs`],
        env: [
          { name: "PAUSER_SETTINGS", value: options.settings },
          ...(task === undefined ? [] : [{ name: TASK_VARIABLE, value: task }]),
          fieldVariable("PAUSER_POD_NAME", "metadata.name"),
          fieldVariable("PAUSER_POD_NAMESPACE", "metadata.namespace"),
          fieldVariable("PAUSER_POD_UID", "metadata.uid"),
          fieldVariable("PAUSER_JOB_NAME", "metadata.labels['batch.kubernetes.io/job-name']"),
          fieldVariable("PAUSER_JOB_UID", "metadata.labels['batch.kubernetes.io/controller-uid']"),
          ...options.env,
        ],
        resources: {
          requests: args.resources?.requests ?? PAUSER_RESOURCES.requests,
          limits: args.resources?.limits ?? PAUSER_RESOURCES.limits,
        },
        securityContext: CONTAINER_SECURITY,
        volumeMounts: [{ name: "program", mountPath: PROGRAM_DIRECTORY, readOnly: true }],
      },
    ],
    volumes: [{ name: "program", configMap: { name: options.programName } }],
  };
}

function fieldVariable(name: string, fieldPath: string): types.input.core.v1.EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}
