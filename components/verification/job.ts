import type { types } from "@pulumi/kubernetes";
import type { Job } from "@pulumi/kubernetes/batch/v1/job";
import * as pulumi from "@pulumi/pulumi";
import { CONTAINER_SECURITY, POD_SECURITY } from "../confined-pod";
import { instantSuffix } from "../databases/kind";
import { declareJob } from "../job";
import { JOB_RESOURCES, type VerificationJobArgs } from "./job-args";
import { jobName } from "./job-name";

/** Where the copies' properties are mounted. */
const COPIES_DIRECTORY = "/copies";
export const PROPERTIES_FILE = `${COPIES_DIRECTORY}/database.properties`;
const PRESENT_PROPERTIES = "present.properties";
/** Where the properties of what was restored are mounted, for a Job that gets them. */
export const PRESENT_PROPERTIES_FILE = `${COPIES_DIRECTORY}/${PRESENT_PROPERTIES}`;

const DEADLINE_SECONDS = 3600;

/** How long a Job may take. */
export function deadlineSeconds(args: VerificationJobArgs): number {
  return args.activeDeadlineSeconds ?? DEADLINE_SECONDS;
}

/** Which copies a Job works on. */
export interface VerifiedCopies {
  /** The prefix of the names of resources. */
  name: string;
  /** The restore's instant. */
  instant: string;
  /** The whole ScalarDB properties that connect to the copies. */
  properties: pulumi.Output<string>;
  /** The ScalarDB properties that connect to what was restored; undefined where the Job is not to read it. */
  present?: pulumi.Output<string | undefined>;
  /** The key of the release whose properties these are; absent if they are all releases'. */
  release?: string;
  /** The Job starts once this is known. */
  after: pulumi.Output<unknown>;
  parent: pulumi.ComponentResource;
}

/** What one Job runs. */
export interface JobProgram {
  /** What the Job does, in names: `scan`. */
  task: string;
  container: Omit<types.input.core.v1.Container, "name" | "volumeMounts">;
  /** Mounts besides those that every Job's container has. */
  mounts?: types.input.core.v1.VolumeMount[];
  initContainers?: types.input.core.v1.Container[];
  volumes?: types.input.core.v1.Volume[];
  /** How often a pod that failed is tried again. */
  retries: number;
  serviceAccountName?: string;
  dependsOn?: pulumi.Resource[];
}

/** Declares a Job that works on the copies, with the properties that connect to them in a Secret. */
export function declareVerificationJob(
  { name, instant, properties, present, after, parent }: VerifiedCopies,
  args: VerificationJobArgs,
  {
    task,
    container,
    initContainers,
    mounts = [],
    volumes = [],
    retries,
    serviceAccountName,
    dependsOn = [],
  }: JobProgram,
): Job {
  const { namespace, resources, pod } = args;
  const physical = jobName(`${name}-${task}-${instantSuffix(instant)}`);
  const labels = {
    "app.kubernetes.io/name": `scalar-backup-${task}`,
    "app.kubernetes.io/instance": jobName(name),
    "app.kubernetes.io/managed-by": "scalar-backup",
  };
  const metadata = { name: physical, namespace, labels };
  return declareJob(
    `${name}-${task}`,
    {
      metadata,
      files: pulumi.all([properties, present, after]).apply(([text, source]) => ({
        "database.properties": text,
        ...(source !== undefined && { [PRESENT_PROPERTIES]: source }),
      })),
      filesVolume: "copies",
      retries,
      deadlineSeconds: deadlineSeconds(args),
      serviceAccountName,
      securityContext: POD_SECURITY,
      pod,
      initContainers,
      container: {
        name: task,
        ...container,
        resources: {
          requests: resources?.requests ?? JOB_RESOURCES.requests,
          limits: resources?.limits ?? JOB_RESOURCES.limits,
        },
        securityContext: CONTAINER_SECURITY,
        volumeMounts: [
          { name: "copies", mountPath: COPIES_DIRECTORY, readOnly: true },
          { name: "temporary", mountPath: "/tmp" },
          ...mounts,
        ],
      },
      volumes: [{ name: "temporary", emptyDir: {} }, ...volumes],
    },
    { parent, dependsOn },
  );
}
