/** A release as Scalar's Helm charts install it: a Deployment, its pods, the headless Service, and Envoy if asked. */

import { randomBytes } from "node:crypto";
import type { ServerCredentials } from "@grpc/grpc-js";
import type { SimulatedClock } from "../clock";
import { kindOf } from "./kinds";
import type { KubernetesObject } from "./objects";
import { type Application, SimulatedPod } from "./pod";
import type { ObjectStore } from "./store";

export type Product = "scalardb-cluster" | "ledger" | "auditor";

export interface ReleaseOptions {
  namespace: string;
  /** The Helm release's name. */
  name: string;
  product: Product;
  replicas: number;
  /** Pods of Envoy, which belong to the same release and are never paused. */
  envoy?: number;
  /**
   * How the Service names the pods' admin port. Scalar's charts say `numeric`, which takes pods with addresses of their own
   * (127.0.0.2 and so on: Linux only, unless there is one pod). With `named`, the default, pods can share 127.0.0.1.
   */
  targetPort?: "named" | "numeric";
  /** What the pods serve in addition to the admin interface. */
  application?: Application;
  /** For TLS. Insecure by default, as the charts are. */
  credentials?: ServerCredentials;
}

/** The chart's names: of the Deployment, and of the ports in the headless Service, the admin port last. */
const CHARTS: Record<Product, { suffix: string; ports: { name: string; port: number }[] }> = {
  "scalardb-cluster": { suffix: "node", ports: [{ name: "scalardb-cluster", port: 60053 }] },
  ledger: {
    suffix: "ledger",
    ports: [
      { name: "scalardl-ledger", port: 50051 },
      { name: "scalardl-privileged", port: 50052 },
      { name: "scalardl-admin", port: 50053 },
    ],
  },
  auditor: {
    suffix: "auditor",
    ports: [
      { name: "scalardl-auditor", port: 40051 },
      { name: "scalardl-auditor-privileged", port: 40052 },
      { name: "scalardl-auditor-admin", port: 40053 },
    ],
  },
};

/** Of the pods' port where the Service names it: at most 15 characters, so that no Service's port name will do. */
const ADMIN_PORT = "admin";

const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });
const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });

export class SimulatedRelease {
  readonly #store: ObjectStore;
  readonly #clock: SimulatedClock;
  readonly #options: ReleaseOptions;
  readonly #pods = new Map<string, SimulatedPod>();
  /** Being deleted, with processes that still run. */
  readonly #terminating = new Map<string, SimulatedPod>();
  /**
   * Pods on nodes that do not answer the control plane. A deleted one stays Terminating, and its containers may go on running
   * (https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/, "Delete Pods").
   */
  readonly #unreachable = new Set<string>();
  /** The admin port of all pods, once the first one has chosen it. Only where pods have addresses of their own. */
  #commonPort = 0;
  #templateHash = randomName(10);
  /** Without room, a Deployment gets no more pods (https://kubernetes.io/docs/concepts/policy/resource-quotas/). */
  hasRoom = true;
  #work: Promise<void> = Promise.resolve();

  constructor(store: ObjectStore, clock: SimulatedClock, options: ReleaseOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#options = options;
  }

  get namespace(): string {
    return this.#options.namespace;
  }

  get name(): string {
    return this.#options.name;
  }

  get product(): Product {
    return this.#options.product;
  }

  get deployment(): string {
    return `${this.name}-${CHARTS[this.product].suffix}`;
  }

  /** The pods that exist now, sorted by name. */
  get pods(): SimulatedPod[] {
    return [...this.#pods.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async install(): Promise<void> {
    const { namespace, replicas, envoy = 0 } = this.#options;
    this.#createDeployment(this.deployment, this.product, replicas);
    await this.reconcile();
    this.#createService();
    if (envoy > 0) this.#installEnvoy(envoy);
    this.#store.get(DEPLOYMENTS, namespace, this.deployment);
  }

  /** Starts or stops pods until there are as many as the Deployment wishes. */
  reconcile(): Promise<void> {
    return this.#inTurn(async () => {
      const deployment = this.#store.find(DEPLOYMENTS, this.namespace, this.deployment);
      const wished = (deployment?.spec?.replicas as number | undefined) ?? 0;
      while (this.hasRoom && this.#pods.size < wished) await this.#startPod();
      for (const pod of this.pods.slice(wished)) this.#endPod(pod.name);
      if (deployment) this.#reportDeployment(deployment);
    });
  }

  /** Every pod is replaced by one of another name, one by one, as by `kubectl rollout restart`. */
  rollOut(): Promise<void> {
    return this.#inTurn(async () => {
      this.#templateHash = randomName(10);
      const annotation = { "kubectl.kubernetes.io/restartedAt": new Date(this.#clock.now()).toISOString() };
      const patch = { spec: { template: { metadata: { annotations: annotation } } } };
      this.#store.mergePatch(DEPLOYMENTS, this.namespace, this.deployment, patch, { fieldManager: "kubectl-rollout" });
      for (const pod of this.pods) {
        await this.#startPod();
        this.#endPod(pod.name);
        this.#reportDeployment(this.#store.get(DEPLOYMENTS, this.namespace, this.deployment));
      }
    });
  }

  /** The container of a pod dies and is started again in the same pod. */
  restartPod(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const pod = this.#pod(name);
      pod.die();
      this.#reportPod(pod);
      await pod.restart();
      this.#reportPod(pod);
    });
  }

  /** A pod vanishes, with its node for example; the Deployment puts another in its place. */
  async killPod(name: string): Promise<void> {
    this.#endPod(this.#pod(name).name);
    await this.reconcile();
  }

  /** Somebody has deleted the pod's object. */
  forgetPod(name: string): void {
    this.#pods.get(name)?.stop();
    if (this.#pods.delete(name)) void this.reconcile();
  }

  /** The pod's node no longer answers the control plane; the pod runs on. */
  loseNode(pod: string): void {
    this.#unreachable.add(this.#pod(pod).name);
  }

  /** All nodes answer again, and end the pods that have been deleted since. */
  nodesReturn(): void {
    this.#unreachable.clear();
    for (const [name, pod] of this.#terminating) {
      pod.stop();
      this.#terminating.delete(name);
      if (this.#store.find(PODS, this.namespace, name)) this.#store.delete(PODS, this.namespace, name);
    }
  }

  async stop(): Promise<void> {
    await this.#work.catch(() => {});
    for (const pod of [...this.#pods.values(), ...this.#terminating.values()]) pod.stop();
  }

  #pod(name: string): SimulatedPod {
    const pod = this.#pods.get(name);
    if (!pod) throw new Error(`release ${this.namespace}/${this.name} has no pod ${name}`);
    return pod;
  }

  /** One change of the pods at a time. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#work.catch(() => {}).then(change);
    this.#work = done;
    // The caller of the change gets its failure; the next change does not.
    done.catch(() => {});
    return done;
  }

  async #startPod(): Promise<void> {
    const { namespace, name, product, application, credentials } = this.#options;
    const numeric = this.#options.targetPort === "numeric";
    const start = (address: string, port: number) =>
      SimulatedPod.start({
        namespace,
        name: `${this.deployment}-${this.#templateHash}-${randomName(5)}`,
        release: name,
        product,
        clock: this.#clock,
        address,
        port,
        application,
        credentials,
      });
    const pod = numeric ? await this.#onFreeAddress(start) : await start("127.0.0.1", 0);
    if (numeric) this.#commonPort = pod.port;
    this.#pods.set(pod.name, pod);
    this.#createPod(pod);
  }

  #endPod(name: string): void {
    const pod = this.#pods.get(name);
    if (pod !== undefined && this.#unreachable.has(name)) {
      this.#pods.delete(name);
      this.#terminating.set(name, pod);
      if (this.#store.find(PODS, this.namespace, name)) this.#store.beginDeletion(PODS, this.namespace, name);
      return;
    }
    this.#pods.get(name)?.stop();
    this.#pods.delete(name);
    if (this.#store.find(PODS, this.namespace, name)) this.#store.delete(PODS, this.namespace, name);
  }

  /** Pods with a numeric targetPort share a port, each at an address of its own at which that port is free. */
  async #onFreeAddress(start: (address: string, port: number) => Promise<SimulatedPod>): Promise<SimulatedPod> {
    for (let last = 1; last < 255; last += 1) {
      const address = `127.0.0.${last}`;
      if (last > 1 && process.platform !== "linux") {
        throw new Error(
          `a release with ${this.#options.replicas} pods and a numeric targetPort needs addresses that only Linux has: use targetPort "named"`,
        );
      }
      if (this.pods.some((pod) => pod.address === address)) continue;
      try {
        return await start(address, this.#commonPort);
      } catch (error) {
        // Somebody has taken that port there since an earlier pod ended.
        if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      }
    }
    throw new Error("a release of the simulated cluster has at most 254 pods with a numeric targetPort");
  }

  #labels(app: string): Record<string, string> {
    return { "app.kubernetes.io/app": app, "app.kubernetes.io/instance": this.name };
  }

  #createDeployment(name: string, app: string, replicas: number): void {
    const labels = this.#labels(app);
    const created = this.#store.create(
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: this.namespace, labels },
        spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels } } },
      },
      { fieldManager: "helm" },
    );
    if (app === "envoy") this.#reportDeployment(created);
  }

  #createService(): void {
    const ports = CHARTS[this.product].ports.map(({ name, port }, index, all) => {
      const admin = index === all.length - 1;
      if (!admin) return { name, port, targetPort: port, protocol: "TCP" };
      const targetPort = this.#options.targetPort === "numeric" ? this.#commonPort || port : ADMIN_PORT;
      return { name, port, targetPort, protocol: "TCP" };
    });
    const suffix = this.product === "scalardb-cluster" ? "headless" : `${CHARTS[this.product].suffix}-headless`;
    this.#store.create(
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: `${this.name}-${suffix}`, namespace: this.namespace, labels: this.#labels(this.product) },
        spec: { type: "ClusterIP", clusterIP: "None", ports, selector: this.#labels(this.product) },
      },
      { fieldManager: "helm" },
    );
  }

  #installEnvoy(replicas: number): void {
    const name = `${this.name}-envoy`;
    this.#createDeployment(name, "envoy", replicas);
    for (let index = 0; index < replicas; index += 1) {
      const pod = `${name}-${this.#templateHash}-${randomName(5)}`;
      this.#store.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: pod, namespace: this.namespace, labels: this.#labels("envoy") },
        spec: { containers: [{ ...containerOf("envoy"), ports: [{ name: "envoy", containerPort: 60053 }] }] },
      });
      this.#store.setStatus(PODS, this.namespace, pod, { phase: "Running", podIP: "127.0.0.1" });
    }
  }

  #createPod(pod: SimulatedPod): void {
    this.#store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: pod.name,
        namespace: this.namespace,
        labels: { ...this.#labels(this.product), "pod-template-hash": this.#templateHash },
      },
      spec: {
        nodeName: "simulated",
        containers: [
          { ...containerOf(this.product), ports: [{ name: ADMIN_PORT, containerPort: pod.port, protocol: "TCP" }] },
        ],
      },
    });
    this.#reportPod(pod);
  }

  #reportPod(pod: SimulatedPod): void {
    const ready = pod.up ? "True" : "False";
    this.#store.setStatus(PODS, this.namespace, pod.name, {
      phase: "Running",
      podIP: pod.address,
      podIPs: [{ ip: pod.address }],
      conditions: [
        { type: "Ready", status: ready },
        { type: "ContainersReady", status: ready },
      ],
      containerStatuses: [{ name: this.product, ready: pod.up, restartCount: pod.restarts }],
    });
  }

  #reportDeployment(deployment: KubernetesObject): void {
    const { name, generation } = deployment.metadata;
    const replicas = name === this.deployment ? this.#pods.size : ((deployment.spec?.replicas as number) ?? 0);
    const status = {
      observedGeneration: generation ?? 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
    };
    this.#store.setStatus(DEPLOYMENTS, this.namespace, name, { ...status, availableReplicas: replicas });
  }
}

const containerOf = (name: string) => ({ name, image: `ghcr.io/scalar-labs/${name}:simulated` });

/** Of the letters that Kubernetes uses, which spell nothing. */
function randomName(length: number): string {
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  return [...randomBytes(length)].map((byte) => letters[byte % letters.length]).join("");
}
