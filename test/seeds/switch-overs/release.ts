import { type ObjectStore, ReleaseProperties } from "../../../simulator/cloud/in-process";
import { type KubernetesObject, kindOf } from "../../../simulator/cloud/kubernetes/cluster";
import type { VirtualTime } from "../../unit/pauser/virtual/time";

const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });
const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });
const CONTROLLER_MILLIS = 300;

/** What a pod is like, as the judges know it. */
export interface Pod {
  name: string;
  /**
   * The text that it has mounted: kubelet waits for a pod's volumes before it pulls its images [kubernetes: pkg/kubelet/kubelet.go,
   * SyncPod], and a file that is mounted by `subPath` stays as it was.
   */
  properties: string;
  /** The template that it was made from. */
  template: string;
  /** Its containers run: it may read and write. */
  started: boolean;
  /** It is being deleted, and may run until it is gone. */
  ending: boolean;
}

export interface ReleaseOptions {
  namespace: string;
  name: string;
  product: "ledger" | "auditor";
  replicas: number;
  /** How long a pod takes to start, and to end. */
  podMillis: number;
  /** Its properties, where anything looks at them. */
  properties?: string;
}

/** The charts' names. [github.com/scalar-labs/helm-charts, templates/_helpers.tpl and deployment.yaml of each chart] */
const SUFFIXES = { ledger: "scalardl-ledger", auditor: "scalardl-audit-auditor" };

/** A release in virtual time: its Deployment, the controller of that, and its pods. */
export class Release {
  readonly pods = new Map<string, Pod>();
  private readonly deploymentName: string;
  private readonly labels: Record<string, string>;
  private readonly chart: ReleaseProperties;
  private made = 0;
  private working = false;

  constructor(
    private readonly time: VirtualTime,
    private readonly store: ObjectStore,
    private readonly options: ReleaseOptions,
    private readonly changed: () => void,
  ) {
    const { namespace, name, product, replicas, properties } = options;
    this.deploymentName = `${name}-${SUFFIXES[product]}`;
    this.labels = { "app.kubernetes.io/instance": name, "app.kubernetes.io/app": product };
    this.chart = new ReleaseProperties(store, product, { namespace, name: this.deploymentName });
    if (properties !== undefined) this.chart.install(properties);
    const { annotations, volumeMounts, volumes } = properties === undefined ? {} : this.chart.template(properties);
    store.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: this.deploymentName, namespace, labels: this.labels },
      spec: {
        replicas,
        selector: { matchLabels: this.labels },
        template: {
          metadata: { labels: this.labels, ...(annotations && { annotations }) },
          spec: {
            containers: [{ name: product, image: product, ...(volumeMounts && { volumeMounts }) }],
            ...(volumes && { volumes }),
          },
        },
      },
    });
    for (let pod = 0; pod < replicas; pod++) this.create(true);
    this.report();
    store.onChange((_type, object) => {
      if (object.kind === "Deployment" && object.metadata.name === this.deploymentName) void this.control();
    });
  }

  get name(): string {
    return this.options.name;
  }

  get replicas(): number {
    return Number(this.deployment.spec?.replicas);
  }

  /** The text that a pod would start with now. */
  get properties(): string {
    return this.chart.text;
  }

  /** Its pods that may read and write. */
  get running(): Pod[] {
    return [...this.pods.values()].filter(({ started }) => started);
  }

  /** Somebody scales it. */
  scale(replicas: number): void {
    const options = { fieldManager: "kubectl" };
    const { namespace } = this.options;
    this.store.mergePatch(DEPLOYMENTS, namespace, this.deploymentName, { spec: { replicas } }, options);
  }

  /** `helm upgrade`, which takes some time between its requests. */
  async upgrade(properties: string, replicas: number, betweenMillis: number): Promise<void> {
    this.chart.writeConfigMap(properties);
    this.changed();
    await this.time.wait(betweenMillis);
    this.chart.writeDeployment(properties, replicas);
  }

  private get deployment() {
    return this.store.get(DEPLOYMENTS, this.options.namespace, this.deploymentName);
  }

  /** The Deployment's controller: one pod at a time, so that others can change their minds in between. */
  private async control(): Promise<void> {
    if (this.working || this.isSettled()) return;
    this.working = true;
    do {
      await this.time.wait(CONTROLLER_MILLIS);
      this.report();
      this.step();
    } while (!this.isSettled());
    this.working = false;
  }

  /** Nothing is to be made or deleted: what starts or ends does so by itself. */
  private isSettled(): boolean {
    const { deployment } = this;
    const [staying, template] = [this.staying(), templateOf(deployment)];
    return (
      deployment.status?.observedGeneration === deployment.metadata.generation &&
      staying.length === Number(deployment.spec?.replicas) &&
      staying.every((pod) => pod.template === template)
    );
  }

  /** [kubernetes: pkg/controller/controller_utils.go, IsPodActive] A pod that is being deleted does not count. */
  private staying(): Pod[] {
    return [...this.pods.values()].filter(({ ending }) => !ending);
  }

  private step(): void {
    const { deployment } = this;
    const [staying, template, replicas] = [this.staying(), templateOf(deployment), Number(deployment.spec?.replicas)];
    const former = staying.filter((pod) => pod.template !== template);
    if (staying.length < replicas) this.create();
    else if (staying.length > replicas) this.end(former[0] ?? staying[0]);
    // One more than asked for at a time, as by the usual maxSurge of 25 % of up to four pods.
    else if (former.length > 0 && staying.every(({ started }) => started)) this.create();
  }

  private create(atOnce = false): void {
    const { namespace, product, podMillis } = this.options;
    const name = `${this.deploymentName}-${this.made++}`;
    const { properties, deployment } = this;
    this.pods.set(name, { name, properties, template: templateOf(deployment), started: false, ending: false });
    const containers = [{ name: product, image: product }];
    const metadata = { name, namespace, labels: this.labels };
    this.store.create({ apiVersion: "v1", kind: "Pod", metadata, spec: { containers } });
    if (atOnce) this.starts(name);
    else this.time.after(podMillis, () => this.starts(name));
  }

  private starts(name: string): void {
    const pod = this.pods.get(name);
    if (pod === undefined || pod.ending) return;
    pod.started = true;
    this.store.setStatus(PODS, this.options.namespace, name, { phase: "Running" });
    this.report();
    this.changed();
    void this.control();
  }

  /** It runs on until its node says that it is gone. */
  private end(pod: Pod | undefined): void {
    if (pod === undefined) return;
    const { namespace, podMillis } = this.options;
    pod.ending = true;
    this.store.beginDeletion(PODS, namespace, pod.name);
    this.report();
    this.time.after(podMillis, () => {
      this.pods.delete(pod.name);
      this.store.delete(PODS, namespace, pod.name);
      this.changed();
    });
  }

  private report(): void {
    const staying = this.staying();
    const { generation } = this.deployment.metadata;
    const status = {
      observedGeneration: generation ?? 1,
      replicas: staying.length,
      availableReplicas: staying.filter(({ started }) => started).length,
    };
    this.store.setStatus(DEPLOYMENTS, this.options.namespace, this.deploymentName, status);
  }
}

/** What pods are made from now: another one has them replaced, one by one. */
function templateOf({ spec }: KubernetesObject): string {
  // Cast: annotations of a pod template are texts.
  const { metadata } = (spec?.template ?? {}) as { metadata?: { annotations?: object } };
  return JSON.stringify(metadata?.annotations ?? {});
}
