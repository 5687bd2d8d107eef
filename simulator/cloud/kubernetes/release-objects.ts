/** The objects of a release as Scalar's Helm charts install them: a Deployment, its pods, the headless Service, and Envoy if asked. */

import { randomBytes } from "node:crypto";
import type { ServerCredentials } from "@grpc/grpc-js";
import { kindOf } from "./kinds";
import type { KubernetesObject } from "./objects";
import type { Application, SimulatedPod } from "./pod";
import { type Product, ReleaseProperties } from "./release-properties";
import type { ObjectStore } from "./store";

export type { Product } from "./release-properties";

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
  /**
   * The text of the product's properties, which the chart puts into a ConfigMap that the pods mount. Without it, the release has
   * none: for what never looks at it.
   */
  properties?: string;
  /** For TLS. Insecure by default, as the charts are. */
  credentials?: ServerCredentials;
}

/**
 * The charts' names [github.com/scalar-labs/helm-charts, charts/scalardb-cluster, charts/scalardl, charts/scalardl-audit]: the chart's
 * own, what a Deployment's name ends with (deployment.yaml), and the ports of the Services (`service.ports` in values.yaml), the admin
 * port last.
 */
const CHARTS: Record<Product, { chart: string; suffix: string; ports: { name: string; port: number }[] }> = {
  "scalardb-cluster": {
    chart: "scalardb-cluster",
    suffix: "node",
    ports: [{ name: "scalardb-cluster", port: 60053 }],
  },
  ledger: {
    chart: "scalardl",
    suffix: "ledger",
    ports: [
      { name: "scalardl", port: 50051 },
      { name: "scalardl-priv", port: 50052 },
      { name: "scalardl-admin", port: 50053 },
    ],
  },
  auditor: {
    chart: "scalardl-audit",
    suffix: "auditor",
    ports: [
      { name: "scalardl-auditor", port: 40051 },
      { name: "scalardl-auditor-priv", port: 40052 },
      { name: "scalardl-auditor-admin", port: 40053 },
    ],
  },
};

/** A release's names begin with this [templates/_helpers.tpl of each chart, `<chart>.fullname`]. */
function fullName(release: string, chart: string): string {
  return (release.includes(chart) ? release : `${release}-${chart}`).slice(0, 63).replace(/-$/, "");
}

/** The name of the pods' admin port. It has at most 15 characters; the Services' port names are longer. */
const ADMIN_PORT = "admin";

export const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });
export const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });

export class ReleaseObjects {
  readonly #store: ObjectStore;
  readonly #options: ReleaseOptions;
  readonly properties: ReleaseProperties;

  constructor(store: ObjectStore, options: ReleaseOptions) {
    this.#store = store;
    this.#options = options;
    const { namespace, product } = options;
    this.properties = new ReleaseProperties(store, product, { namespace, name: this.deployment });
  }

  get deployment(): string {
    return `${this.#fullName}-${CHARTS[this.#options.product].suffix}`;
  }

  get #fullName(): string {
    return fullName(this.#options.name, CHARTS[this.#options.product].chart);
  }

  createDeployment(name: string, app: string, replicas: number): void {
    const labels = this.#labels(app);
    const created = this.#store.create(
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: this.#options.namespace, labels },
        spec: { replicas, selector: { matchLabels: labels }, template: this.#templateOf(app) },
      },
      { fieldManager: "helm" },
    );
    if (app === "envoy") this.reportDeployment(created, 0);
  }

  createService(commonPort: number): void {
    const ports = CHARTS[this.#options.product].ports.map(({ name, port }, index, all) => {
      const admin = index === all.length - 1;
      if (!admin) return { name, port, targetPort: port, protocol: "TCP" };
      const targetPort = this.#options.targetPort === "numeric" ? commonPort || port : ADMIN_PORT;
      return { name, port, targetPort, protocol: "TCP" };
    });
    this.#store.create(
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: {
          name: `${this.#fullName}-headless`,
          namespace: this.#options.namespace,
          labels: this.#labels(this.#options.product),
        },
        spec: { type: "ClusterIP", clusterIP: "None", ports, selector: this.#labels(this.#options.product) },
      },
      { fieldManager: "helm" },
    );
  }

  installEnvoy(replicas: number, templateHash: string): void {
    // values.yaml: `envoy.nameOverride` is the chart's own name.
    const name = `${this.#fullName}-envoy`;
    this.createDeployment(name, "envoy", replicas);
    for (let index = 0; index < replicas; index += 1) {
      const pod = `${name}-${templateHash}-${randomName(5)}`;
      this.#store.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: pod, namespace: this.#options.namespace, labels: this.#labels("envoy") },
        spec: { containers: [{ ...containerOf("envoy"), ports: [{ name: "envoy", containerPort: 60053 }] }] },
      });
      this.#store.setStatus(PODS, this.#options.namespace, pod, { phase: "Running", podIP: "127.0.0.1" });
    }
  }

  createPod(pod: SimulatedPod, templateHash: string): void {
    this.#store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: pod.name,
        namespace: this.#options.namespace,
        labels: { ...this.#labels(this.#options.product), "pod-template-hash": templateHash },
      },
      spec: {
        nodeName: "simulated",
        containers: [
          {
            ...containerOf(this.#options.product),
            ports: [{ name: ADMIN_PORT, containerPort: pod.port, protocol: "TCP" }],
          },
        ],
      },
    });
    this.reportPod(pod);
  }

  reportPod(pod: SimulatedPod): void {
    const ready = pod.up ? "True" : "False";
    this.#store.setStatus(PODS, this.#options.namespace, pod.name, {
      phase: "Running",
      podIP: pod.address,
      podIPs: [{ ip: pod.address }],
      conditions: [
        { type: "Ready", status: ready },
        { type: "ContainersReady", status: ready },
      ],
      containerStatuses: [{ name: this.#options.product, ready: pod.up, restartCount: pod.restarts }],
    });
  }

  reportDeployment(deployment: KubernetesObject, pods: number): void {
    const { name, generation } = deployment.metadata;
    const replicas = name === this.deployment ? pods : ((deployment.spec?.replicas as number) ?? 0);
    const status = {
      observedGeneration: generation ?? 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
    };
    this.#store.setStatus(DEPLOYMENTS, this.#options.namespace, name, { ...status, availableReplicas: replicas });
  }

  #templateOf(app: string) {
    const labels = this.#labels(app);
    const { product, properties } = this.#options;
    if (app !== product || properties === undefined) return { metadata: { labels } };
    const { annotations, volumeMounts, volumes } = this.properties.template(properties);
    return {
      metadata: { labels, annotations },
      spec: { containers: [{ ...containerOf(app), volumeMounts }], volumes },
    };
  }

  #labels(app: string): Record<string, string> {
    return { "app.kubernetes.io/app": app, "app.kubernetes.io/instance": this.#options.name };
  }
}

const containerOf = (name: string) => ({ name, image: `ghcr.io/scalar-labs/${name}:simulated` });

/** From the letters of Kubernetes' generated names, which have no vowels. */
export function randomName(length: number): string {
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  return [...randomBytes(length)].map((byte) => letters[byte % letters.length]).join("");
}
