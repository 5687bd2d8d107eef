/** Jobs of images that are no processes of this machine: what their programs do is a function of what a container gets. */

import { createHash } from "node:crypto";
import type { KubernetesCluster } from "./cluster";
import type { Container, PodSpec } from "./container";
import { kindOf } from "./kinds";
import type { KubernetesObject } from "./objects";

/** What a container's program is given. */
export interface ContainerRun {
  image: string;
  /** `command` and `args`. */
  words: string[];
  /** Variables with plain values. */
  env: Record<string, string>;
  /** The text of each file in a mounted volume, by its path. */
  files: ReadonlyMap<string, string>;
}

export interface ContainerEnd {
  exitCode: number;
  /** What it has written to its termination message file. */
  message?: string;
}

/** An image: its files that can be copied by `cp`, or its program. */
export interface SimulatedImage {
  /** Fits the reference without registry, such as `scalar-labs/scalardb-schema-loader:3.17.0`. */
  reference: RegExp;
  files?: readonly string[];
  run?: (run: ContainerRun) => ContainerEnd;
}

const JOBS = kindOf({ apiVersion: "batch/v1", kind: "Job" });
const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });
const SECRETS = kindOf({ apiVersion: "v1", kind: "Secret" });
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });

/** [kubernetes: pkg/kubelet/container/runtime.go, MaxContainerTerminationMessageLength] */
const MESSAGE_BYTES = 4096;
/** [kubernetes.io/docs/concepts/workloads/controllers/job] */
/** [kubernetes: pkg/apis/batch/v1/defaults.go, SetDefaults_Job] */
const DEFAULT_BACKOFF_LIMIT = 6;

interface Spec {
  backoffLimit?: number;
  template: {
    metadata?: { labels?: Record<string, string> };
    spec: PodSpec & { initContainers?: Container[]; volumes?: Volume[] };
  };
}

interface Volume {
  name: string;
  configMap?: { name?: string };
  secret?: { secretName?: string };
  emptyDir?: object;
}

/** Runs every Job, not of a CronJob, whose container's image is one of these: at once, and as often as its backoff limit allows. */
export function runImages(cluster: KubernetesCluster, images: readonly SimulatedImage[]): void {
  cluster.store.onChange((type, object) => {
    if (type !== "ADDED" || object.kind !== "Job" || object.metadata.ownerReferences) return;
    const { template, backoffLimit = DEFAULT_BACKOFF_LIMIT } = object.spec as unknown as Spec;
    if (programOf(images, template.spec.containers[0]) === undefined) return;
    let failed = 0;
    let end: ContainerEnd;
    do {
      end = runPod(cluster, object, template, failed, images);
      if (end.exitCode !== 0) failed++;
    } while (end.exitCode !== 0 && failed <= backoffLimit);
    const { name, namespace } = object.metadata;
    cluster.store.setStatus(JOBS, namespace, name, {
      ...(end.exitCode === 0 && { succeeded: 1 }),
      ...(failed > 0 && { failed }),
      conditions: [
        end.exitCode === 0
          ? { type: "Complete", status: "True" }
          : {
              type: "Failed",
              status: "True",
              reason: "BackoffLimitExceeded",
              message: "Job has reached the specified backoff limit",
            },
      ],
    });
  });
}

function runPod(
  cluster: KubernetesCluster,
  job: KubernetesObject,
  { metadata, spec }: Spec["template"],
  attempt: number,
  images: readonly SimulatedImage[],
): ContainerEnd {
  const { namespace, uid } = job.metadata;
  const name = `${job.metadata.name}-${createHash("sha256").update(`${uid}${attempt}`).digest("hex").slice(0, 5)}`;
  cluster.store.create(
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        namespace,
        labels: {
          ...metadata?.labels,
          "batch.kubernetes.io/job-name": job.metadata.name,
          "job-name": job.metadata.name,
        },
        ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: job.metadata.name, uid, controller: true }],
      },
      spec: { ...spec },
    },
    { fieldManager: "kube-controller-manager" },
  );
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, contentOf(cluster, namespace, volume)]));
  const [container] = spec.containers as [Container];
  const copied = (spec.initContainers ?? []).every((init) => copy(init, volumes, images));
  const run = programOf(images, container);
  const end = copied && run ? run(given(container, volumes)) : { exitCode: 1, message: "Init:Error" };
  const terminated = {
    exitCode: end.exitCode,
    reason: end.exitCode === 0 ? "Completed" : "Error",
    ...(end.message !== undefined && { message: Buffer.from(end.message).subarray(0, MESSAGE_BYTES).toString() }),
  };
  cluster.store.setStatus(PODS, namespace, name, {
    phase: end.exitCode === 0 ? "Succeeded" : "Failed",
    containerStatuses: [{ name: container.name, ready: false, restartCount: 0, state: { terminated } }],
  });
  return end;
}

/** The files of a volume by their names. A pod without its Secret or ConfigMap never starts: here that is an error. */
function contentOf(cluster: KubernetesCluster, namespace: string, volume: Volume): Map<string, string> {
  if (volume.secret) {
    const { data } = cluster.store.get(SECRETS, namespace, volume.secret.secretName ?? "");
    return new Map(
      Object.entries((data ?? {}) as Record<string, string>).map(([key, value]) => [
        key,
        Buffer.from(value, "base64").toString(),
      ]),
    );
  }
  if (volume.configMap) {
    const { data } = cluster.store.get(CONFIG_MAPS, namespace, volume.configMap.name ?? "");
    return new Map(Object.entries((data ?? {}) as Record<string, string>));
  }
  return new Map();
}

/** `cp <file>... <directory>`, the only program of init containers here. */
function copy(init: Container, volumes: Map<string, Map<string, string>>, images: readonly SimulatedImage[]): boolean {
  const [program, ...paths] = [...(init.command ?? []), ...(init.args ?? [])];
  const directory = paths.pop();
  const mount = init.volumeMounts?.find(({ mountPath }) => mountPath === directory);
  const volume = mount && volumes.get(mount.name);
  const files = images.find(({ reference }) => reference.test(init.image ?? ""))?.files ?? [];
  if (program !== "cp" || volume === undefined || paths.some((path) => !files.includes(path))) return false;
  for (const path of paths) volume.set(path.split("/").at(-1) as string, "");
  return true;
}

function given(container: Container, volumes: ReadonlyMap<string, ReadonlyMap<string, string>>): ContainerRun {
  const files = (container.volumeMounts ?? []).flatMap(({ name, mountPath }) =>
    [...(volumes.get(name) ?? [])].map(([file, text]): [string, string] => [`${mountPath}/${file}`, text]),
  );
  return {
    image: container.image ?? "",
    words: [...(container.command ?? []), ...(container.args ?? [])],
    env: Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value ?? ""])),
    files: new Map(files),
  };
}

function programOf(images: readonly SimulatedImage[], container: Container | undefined) {
  return images.find(({ reference, run }) => run !== undefined && reference.test(container?.image ?? ""))?.run;
}
