import type { ExecutionContext } from "ava";
import { useWaitingClock } from "../../../../operations/clock";
import type { Connect } from "../../../../operations/kubernetes/client";
import { type ApiRequest, connect, UnreachableError } from "../../../../operations/kubernetes/connection";
import { selectCluster } from "../../../../operations/kubernetes/kubeconfig";
import { podsOf } from "../../../../operations/switch-over/pods";
import type { ClusterReleases, PodsOptions, StoppablePods } from "../../../../operations/switch-over/stoppable-pods";
import { SimulatedClock } from "../../../../simulator/cloud/clock";
import { KubernetesCluster } from "../../../../simulator/cloud/kubernetes/cluster";
import { kindOf } from "../../../../simulator/cloud/kubernetes/kinds";
import type { ObjectManifest } from "../../../../simulator/cloud/kubernetes/objects";

export const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });
export const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
export const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
export const LEASES = kindOf({ apiVersion: "coordination.k8s.io/v1", kind: "Lease" });
export const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });

export const INSTANT = "2026-11-22T03:00:12Z";
export const LATER = "2026-11-23T03:00:12Z";

/** What a process that has been killed sends: nothing. Its answers are not read either. */
export class Killed extends Error {}

/** Something that goes wrong with one request of a process, by its number from 1. */
export type Fault =
  | "kill before"
  | "kill after"
  /** The server has done it, but its answer does not arrive. */
  | "lost answer"
  | "no connection"
  | "too many requests";

export interface Process {
  pods: StoppablePods;
  /** All requests so far, such as `PATCH /apis/...`. */
  requests: string[];
  said: string[];
  say(line: string): void;
}

export interface Scene {
  cluster: KubernetesCluster;
  /** A process of its own that works on the pods, with a fault at one request. */
  process(options?: Partial<ClusterReleases> & PodsOptions, at?: number, fault?: Fault): Promise<Process>;
  replicas(): Record<string, number>;
  suspended(): boolean;
  journal(): Record<string, string> | undefined;
  holder(release: string): string;
}

export const RELEASES = [
  { namespace: "scalar", name: "ledger" },
  { namespace: "scalar", name: "auditor" },
];
export const SCHEDULE = { namespace: "scalar", name: "pause" };

/** Ledger with Envoy, Auditor, and a release of somebody else in one namespace, with a pause schedule. */
export async function scene(t: ExecutionContext): Promise<Scene> {
  const cluster = await KubernetesCluster.start({ clock: new SimulatedClock() });
  t.teardown(() => cluster.stop());
  t.teardown(
    useWaitingClock({
      now: () => cluster.clock.now(),
      async wait(millis) {
        cluster.clock.advance(millis);
        // Pods start and end in real time.
        await new Promise((resolve) => setTimeout(resolve, 2));
      },
    }),
  );
  const release = (name: string, product: "ledger" | "auditor", replicas: number, envoy?: number) =>
    cluster.installRelease({ namespace: "scalar", name, product, replicas, ...(envoy !== undefined && { envoy }) });
  await release("ledger", "ledger", 3, 2);
  await release("auditor", "auditor", 2);
  await release("other", "ledger", 1);
  cluster.store.create(cronJob(SCHEDULE, RELEASES));
  for (const { name } of RELEASES)
    cluster.store.create({ ...LEASE, metadata: { namespace: "scalar", name: `scalar-backup-${name}` } });
  return {
    cluster,
    process: (options, at, fault) => startProcess(cluster, options, at, fault),
    replicas: () =>
      Object.fromEntries(
        cluster.store.list(DEPLOYMENTS).map(({ metadata, spec }) => [metadata.name, Number(spec?.replicas)]),
      ),
    suspended: () => cluster.store.get(CRON_JOBS, "scalar", "pause").spec?.suspend === true,
    journal: () => {
      const found = cluster.store.find(CONFIG_MAPS, "scalar", "scalar-switch-over");
      return found?.data as Record<string, string> | undefined;
    },
    holder: (name) => String(cluster.store.get(LEASES, "scalar", `scalar-backup-${name}`).spec?.holderIdentity ?? ""),
  };
}

const LEASE = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" };

/** As a PauseSchedule declares it, in brief. */
export function cronJob({ namespace, name }: typeof SCHEDULE, releases: typeof RELEASES): ObjectManifest {
  const env = [{ name: "PAUSER_SETTINGS", value: JSON.stringify({ releases }) }];
  const containers = [{ name: "pauser", image: "node:24-alpine", env }];
  const template = { spec: { restartPolicy: "Never", containers } };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { namespace, name },
    spec: { schedule: "0 3 * * *", suspend: false, jobTemplate: { spec: { template } } },
  };
}

async function startProcess(
  cluster: KubernetesCluster,
  options: Partial<ClusterReleases> & PodsOptions = {},
  at = 0,
  fault?: Fault,
): Promise<Process> {
  const access = { kubeconfig: cluster.kubeconfig };
  const { requests, said }: Pick<Process, "requests" | "said"> = { requests: [], said: [] };
  const open: Connect = async () => {
    const connection = await connect(selectCluster(options.access ?? access, {}), {});
    return {
      ...connection,
      async send(request, limit) {
        const number = requests.push(`${request.method} ${request.path.split("?")[0]}`);
        const send = () => connection.send(request, limit);
        if (number > at && fault?.startsWith("kill")) throw new Killed();
        return number === at && fault !== undefined ? await broken(fault, request, send) : await send();
      },
    };
  };
  const releases: ClusterReleases = { cluster: "default", access, releases: RELEASES, schedule: SCHEDULE, ...options };
  const pods = await podsOf([releases], { connect: () => open, ...options });
  return { pods, requests, said, say: (line) => said.push(line) };
}

async function broken<Answer>(
  fault: Fault,
  { method, path }: ApiRequest,
  send: () => Promise<Answer>,
): Promise<Answer | { status: number; text: string }> {
  switch (fault) {
    case "kill before":
      throw new Killed();
    case "kill after":
      await send();
      throw new Killed();
    case "lost answer":
      await send();
      throw new UnreachableError(`no answer to ${method} ${path}`);
    case "no connection":
      throw new UnreachableError(`no connection for ${method} ${path}`);
    case "too many requests":
      return { status: 429, text: "" };
  }
}

/** What the switch-over does with the pods, from wherever an earlier process has left it. */
export async function wholeNight({ pods, say }: Process, instant = INSTANT): Promise<void> {
  await pods.lock(say);
  const journal = await pods.journal();
  if (journal?.state === "started" && journal.instant === instant) return pods.unlock();
  if (journal?.state !== "starting") {
    await pods.stop(instant, say);
    await pods.note({ table: "settings" });
    const present = await pods.present();
    if (present.length > 0) throw new Error(`${present.join(", ")} exist`);
  }
  await pods.start(say);
  await pods.unlock();
}
