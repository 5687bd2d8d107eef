import type { ExecutionContext } from "ava";
import { useWaitingClock } from "../../../../operations/clock";
import { SimulatedClock } from "../../../../simulator/cloud/clock";
import type { ObjectManifest } from "../../../../simulator/cloud/kubernetes/cluster";
import { KubernetesCluster, kindOf } from "../../../../simulator/cloud/kubernetes/cluster";
import { type Fault, type Process, type ProcessOptions, RELEASES, SCHEDULE, startProcess } from "./process";

export * from "./process";

export const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });
export const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
export const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
export const LEASES = kindOf({ apiVersion: "coordination.k8s.io/v1", kind: "Lease" });
export const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });

export interface Scene {
  cluster: KubernetesCluster;
  /** What its processes have waited for, all together, in milliseconds. */
  waitedMillis(): number;
  /** A process of its own that works on the pods, with a fault at one request. */
  process(options?: ProcessOptions, at?: number, fault?: Fault): Promise<Process>;
  replicas(): Record<string, number>;
  suspended(): boolean;
  journal(): Record<string, string> | undefined;
  holder(release: string): string;
}

/** Ledger with Envoy, Auditor, and a release of somebody else in one namespace, with a pause schedule. */
export async function scene(t: ExecutionContext): Promise<Scene> {
  const cluster = await KubernetesCluster.start({ clock: new SimulatedClock() });
  t.teardown(() => cluster.stop());
  const start = Date.now();
  let waited = 0;
  t.teardown(
    useWaitingClock({
      // Without the time that the test itself takes: what is said of it is the same on a slow machine.
      now: () => start + waited,
      async wait(millis) {
        waited += millis;
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
  for (const lease of leasesOf(RELEASES)) cluster.store.create(lease);
  return {
    cluster,
    waitedMillis: () => waited,
    process: (options, at, fault) => startProcess({ kubeconfig: cluster.kubeconfig }, options, at, fault),
    replicas: () =>
      Object.fromEntries(
        cluster.store.list(DEPLOYMENTS).map(({ metadata, spec }) => [metadata.name, Number(spec?.replicas)]),
      ),
    suspended: () => cluster.store.get(CRON_JOBS, "scalar", "pause").spec?.suspend === true,
    journal: () => journalIn(cluster),
    holder: (name) => String(cluster.store.get(LEASES, "scalar", `scalar-backup-${name}`).spec?.holderIdentity ?? ""),
  };
}

const LEASE = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" };

/** The Leases of releases, as a PauseSchedule declares them. */
export const leasesOf = (releases: typeof RELEASES) =>
  releases.map(({ namespace, name }) => ({ ...LEASE, metadata: { namespace, name: `scalar-backup-${name}` } }));

/** The texts of a cluster's journal. */
export const journalIn = ({ store }: KubernetesCluster): Record<string, string> | undefined =>
  store.find(CONFIG_MAPS, "scalar", "scalar-switch-over")?.data as Record<string, string> | undefined;

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

/** The counts in the journal. */
export const recorded = ({ journal }: Scene): unknown => JSON.parse(journal()?.replicas ?? "{}");

/** Somebody else scales a Deployment. */
export function scaleBy({ cluster }: Scene, manager: string, deployment: string, replicas: number): void {
  cluster.store.mergePatch(DEPLOYMENTS, "scalar", deployment, { spec: { replicas } }, { fieldManager: manager });
}
