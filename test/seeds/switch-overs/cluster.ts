import type { Connect } from "../../../operations/kubernetes/client";
import { UnreachableError } from "../../../operations/kubernetes/connection";
import type { SimulatedClock } from "../../../simulator/cloud/clock";
import { answerKubernetes, type KubernetesRequest, ObjectStore } from "../../../simulator/cloud/in-process";
import { kindOf } from "../../../simulator/cloud/kubernetes/cluster";
import type { VirtualTime } from "../../unit/pauser/virtual/time";
import { NoAnswer, type Operator, Throttled } from "./process";

/** The body of a request. */
type Body = NonNullable<KubernetesRequest["body"]>;

export const RELEASE = { namespace: "scalar", name: "ledger" };
export const SCHEDULE = { namespace: "scalar", name: "pause" };
const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });
const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
const DEPLOYMENT = "ledger-scalardl-ledger";
const LABELS = { "app.kubernetes.io/instance": RELEASE.name, "app.kubernetes.io/app": "ledger" };
const CONTROLLER_MILLIS = 300;

/** A cluster with one release in virtual time: an API server without a wire, and the Deployment's controller. */
export class Cluster {
  readonly store: ObjectStore;
  /** How many pods exist. */
  running = 0;
  /** Called after each change of the pods. */
  changed: () => void = () => {};
  private pods = 0;
  private working = false;

  constructor(
    private readonly time: VirtualTime,
    private readonly clock: SimulatedClock,
    replicas: number,
    private readonly podMillis: number,
  ) {
    this.store = new ObjectStore(clock);
    const { namespace } = RELEASE;
    this.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const container = { name: "ledger", image: "ledger" };
    this.store.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: DEPLOYMENT, namespace, labels: LABELS },
      spec: {
        replicas,
        selector: { matchLabels: LABELS },
        template: { metadata: { labels: LABELS }, spec: { containers: [container] } },
      },
    });
    const pauser = {
      name: "pauser",
      image: "node",
      env: [{ name: "PAUSER_SETTINGS", value: JSON.stringify({ releases: [RELEASE] }) }],
    };
    const job = { template: { spec: { restartPolicy: "Never", containers: [pauser] } } };
    this.store.create({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: SCHEDULE,
      spec: { schedule: "0 3 * * *", suspend: false, jobTemplate: { spec: job } },
    });
    for (let pod = 0; pod < replicas; pod++) this.createPod();
    this.report();
    this.store.onChange((_type, object) => {
      if (object.kind === "Deployment" && !this.settled) void this.control();
    });
  }

  get replicas(): number {
    return Number(this.deployment.spec?.replicas);
  }

  get suspended(): boolean {
    return this.store.get(CRON_JOBS, SCHEDULE.namespace, SCHEDULE.name).spec?.suspend === true;
  }

  /** The state that the journal has; undefined without one. */
  get journalState(): string | undefined {
    const data = this.store.find(CONFIG_MAPS, RELEASE.namespace, "scalar-switch-over")?.data;
    // Cast: a ConfigMap's data is a map of texts.
    return (data as Record<string, string> | undefined)?.state;
  }

  /** Somebody else scales the release. */
  scale(replicas: number): void {
    const options = { fieldManager: "helm" };
    this.store.mergePatch(DEPLOYMENTS, RELEASE.namespace, DEPLOYMENT, { spec: { replicas } }, options);
  }

  /** Connections of one process. */
  connect(
    operator: Operator,
    arrives: (request: string, body: Body) => void,
    served: (request: string, body: Body) => void,
  ): Connect {
    return async () => ({
      server: "http://cluster",
      name: "the cluster",
      send: async ({ method, path, body }) => {
        const request = `${method} ${path.split("?")[0]}`;
        try {
          const { status, body: answer } = await operator.call(request, () => {
            // Cast: it becomes JSON on its way.
            const json = (body ?? {}) as Body;
            arrives(request, json);
            const answered = answerKubernetes(this.store, { method, path, body: json });
            if (method !== "GET" && answered.status < 300) served(request, json);
            return answered;
          });
          return { status, text: JSON.stringify(answer), date: new Date(this.clock.now()).toUTCString() };
        } catch (error) {
          if (error instanceof NoAnswer) throw new UnreachableError(`${request}: ${error.message}`);
          if (error instanceof Throttled) return { status: 429, text: "" };
          throw error;
        }
      },
    });
  }

  private get deployment() {
    return this.store.get(DEPLOYMENTS, RELEASE.namespace, DEPLOYMENT);
  }

  private get settled(): boolean {
    const { metadata, status } = this.deployment;
    return status?.observedGeneration === metadata.generation && this.running === this.replicas;
  }

  /** The Deployment's controller: one pod at a time, so that others can change their minds in between. */
  private async control(): Promise<void> {
    if (this.working) return;
    this.working = true;
    await this.time.wait(CONTROLLER_MILLIS);
    for (;;) {
      this.report();
      const missing = this.replicas - this.running;
      if (missing === 0) break;
      await this.time.wait(this.podMillis);
      if (missing > 0 && this.running < this.replicas) this.createPod();
      else if (missing < 0 && this.running > this.replicas) this.deletePod();
      this.changed();
    }
    this.working = false;
  }

  private report(): void {
    const { running } = this;
    const { generation } = this.deployment.metadata;
    const status = { observedGeneration: generation ?? 1, replicas: running, availableReplicas: running };
    this.store.setStatus(DEPLOYMENTS, RELEASE.namespace, DEPLOYMENT, status);
  }

  private createPod(): void {
    const name = `${DEPLOYMENT}-${this.pods++}`;
    const containers = [{ name: "ledger", image: "ledger" }];
    this.store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: RELEASE.namespace, labels: LABELS },
      spec: { containers },
    });
    this.store.setStatus(PODS, RELEASE.namespace, name, { phase: "Running" });
    this.running += 1;
  }

  private deletePod(): void {
    const [pod] = this.store.list(PODS);
    if (pod === undefined) return;
    this.store.delete(PODS, RELEASE.namespace, pod.metadata.name);
    this.running -= 1;
  }
}
