/** A release as Scalar's Helm charts install it, with its pods. */

import type { SimulatedClock } from "../clock";
import { SimulatedPod } from "./pod";
import { DEPLOYMENTS, PODS, type Product, ReleaseObjects, type ReleaseOptions, randomName } from "./release-objects";
import type { ReleaseUpgrade } from "./release-properties";
import type { ObjectStore } from "./store";

export type { Product, ReleaseOptions } from "./release-objects";

export class SimulatedRelease {
  readonly #store: ObjectStore;
  readonly #objects: ReleaseObjects;
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
  /** `replicaCount` of Helm's last revision. */
  #count: number;
  /** Without room, a Deployment gets no more pods (https://kubernetes.io/docs/concepts/policy/resource-quotas/). */
  hasRoom = true;
  #work: Promise<void> = Promise.resolve();

  constructor(store: ObjectStore, clock: SimulatedClock, options: ReleaseOptions) {
    this.#store = store;
    this.#objects = new ReleaseObjects(store, options);
    this.#clock = clock;
    this.#options = options;
    this.#count = options.replicas;
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
    return this.#objects.deployment;
  }

  /** The properties that a pod would start with now. */
  get properties(): string {
    return this.#objects.properties.text;
  }

  /** The pods that exist now, sorted by name. */
  get pods(): SimulatedPod[] {
    return [...this.#pods.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async install(): Promise<void> {
    const { namespace, replicas, envoy = 0, properties } = this.#options;
    if (properties !== undefined) this.#objects.properties.install(properties);
    this.#objects.createDeployment(this.deployment, this.product, replicas);
    await this.reconcile();
    this.#objects.createService(this.#commonPort);
    if (envoy > 0) this.#objects.installEnvoy(envoy, this.#templateHash);
    this.#store.get(DEPLOYMENTS, namespace, this.deployment);
  }

  /** Starts or stops pods until there are as many as the Deployment wishes. */
  reconcile(): Promise<void> {
    return this.#inTurn(async () => {
      const deployment = this.#store.find(DEPLOYMENTS, this.namespace, this.deployment);
      const wished = (deployment?.spec?.replicas as number | undefined) ?? 0;
      while (this.hasRoom && this.#pods.size < wished) await this.#startPod();
      for (const pod of this.pods.slice(wished)) this.#endPod(pod.name);
      if (deployment) this.#objects.reportDeployment(deployment, this.#pods.size);
    });
  }

  /** `helm upgrade --reuse-values`. */
  async upgrade({ properties = this.properties, replicaCount = this.#count }: ReleaseUpgrade): Promise<void> {
    this.#count = replicaCount;
    this.#objects.properties.upgrade(properties, replicaCount);
    await this.reconcile();
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
        this.#objects.reportDeployment(this.#store.get(DEPLOYMENTS, this.namespace, this.deployment), this.#pods.size);
      }
    });
  }

  /** The container of a pod dies and is started again in the same pod. */
  restartPod(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const pod = this.#pod(name);
      pod.die();
      this.#objects.reportPod(pod);
      await pod.restart();
      this.#objects.reportPod(pod);
    });
  }

  /** A pod vanishes, with its node for example; the Deployment puts another in its place. */
  async killPod(name: string): Promise<void> {
    this.#endPod(this.#pod(name).name);
    await this.reconcile();
  }

  /** The pod's object was deleted. */
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
    this.#objects.createPod(pod, this.#templateHash);
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
        // Another process has taken that port since an earlier pod ended.
        if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      }
    }
    throw new Error("a release of the simulated cluster has at most 254 pods with a numeric targetPort");
  }
}
