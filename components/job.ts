import type { types } from "@pulumi/kubernetes";
import { Job } from "@pulumi/kubernetes/batch/v1/job";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { type PodArgs, podMetadata, podPlacement } from "./pod-args";

/** A Job that runs once, and the files that it reads. */
export interface JobWithFiles {
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  /** Texts by the names of their files. They go into a Secret of the Job's own. */
  files: pulumi.Input<Record<string, string>>;
  /** The volume in which they are. */
  filesVolume: string;
  /** How often a pod that failed is tried again. A new try is a new pod: what the old one printed can still be read. */
  retries: number;
  deadlineSeconds: number;
  serviceAccountName?: string | undefined;
  securityContext: types.input.core.v1.PodSecurityContext;
  /** What the cluster asks of its pods. */
  pod?: PodArgs | undefined;
  initContainers?: types.input.core.v1.Container[] | undefined;
  container: types.input.core.v1.Container;
  /** Volumes besides that of the files. */
  volumes?: types.input.core.v1.Volume[];
}

/** Declares a Job and the Secret of its files, as `name` and `name-properties`. `declareJobEnd` waits for its end, in place of the provider. */
export function declareJob(
  name: string,
  job: JobWithFiles,
  { parent, dependsOn }: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] },
): Job {
  const { metadata, serviceAccountName, securityContext, initContainers, container, volumes = [], pod = {} } = job;
  const data = pulumi.output(job.files).apply((files) => {
    const encoded = Object.entries(files).map(([file, text]) => [file, Buffer.from(text).toString("base64")]);
    return Object.fromEntries(encoded);
  });
  const secret = new Secret(`${name}-properties`, { metadata, type: "Opaque", data: pulumi.secret(data) }, { parent });
  return new Job(
    name,
    {
      metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        backoffLimit: job.retries,
        activeDeadlineSeconds: job.deadlineSeconds,
        template: {
          metadata: podMetadata(pod, { labels: metadata.labels }),
          spec: {
            restartPolicy: "Never",
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            ...(serviceAccountName && { serviceAccountName }),
            securityContext,
            ...podPlacement(pod),
            ...(initContainers && { initContainers }),
            containers: [container],
            volumes: [{ name: job.filesVolume, secret: { secretName: secret.metadata.name } }, ...volumes],
          },
        },
      },
    },
    { parent, dependsOn: [secret, ...dependsOn] },
  );
}
