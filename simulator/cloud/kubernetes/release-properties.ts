/** The properties of a release as Scalar's Helm charts install and upgrade them. */

import { createHash } from "node:crypto";
import { kindOf } from "./kinds";
import type { ObjectStore } from "./store";

export type Product = "scalardb-cluster" | "ledger" | "auditor";

/** What an upgrade changes, as `helm upgrade --reuse-values` does: what is left out stays as it was. */
export interface ReleaseUpgrade {
  properties?: string;
  replicaCount?: number;
}

/** The file of the properties in the pods' ConfigMap, in charts up to scalardl 4.12 and scalardl-audit 2.12; later ones have no `.tmpl`. */
const FILES: Record<Product, string> = {
  "scalardb-cluster": "scalardb-cluster-node.properties",
  ledger: "ledger.properties.tmpl",
  auditor: "auditor.properties.tmpl",
};

const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });
const HELM = { fieldManager: "helm" };

/**
 * The ConfigMap is `<Deployment>-properties`; the pods mount its one file, and have its checksum as an annotation
 * [github.com/scalar-labs/helm-charts, configmap.yaml and deployment.yaml in charts/scalardb-cluster/templates/scalardb-cluster,
 * charts/scalardl/templates/ledger and charts/scalardl-audit/templates/auditor].
 */
export class ReleaseProperties {
  readonly #store: ObjectStore;
  readonly #product: Product;
  readonly #deployment: { namespace: string; name: string };

  constructor(store: ObjectStore, product: Product, deployment: { namespace: string; name: string }) {
    this.#store = store;
    this.#product = product;
    this.#deployment = deployment;
  }

  /** What a pod would start with now; empty where there are none. */
  get text(): string {
    const found = this.#store.find(CONFIG_MAPS, this.#deployment.namespace, this.#configMap);
    return (found?.data as Record<string, string> | undefined)?.[FILES[this.#product]] ?? "";
  }

  install(properties: string): void {
    const metadata = { name: this.#configMap, namespace: this.#deployment.namespace };
    this.#store.create({ apiVersion: "v1", kind: "ConfigMap", metadata, data: this.#data(properties) }, HELM);
  }

  /** What the pod template has for them. */
  template(properties: string) {
    const file = FILES[this.#product];
    const volume = `${this.#product}-properties-volume`;
    return {
      annotations: this.#annotations(properties),
      volumeMounts: [{ name: volume, mountPath: `/${file}`, subPath: file }],
      volumes: [{ name: volume, configMap: { name: this.#configMap } }],
    };
  }

  /**
   * First the ConfigMap, then the Deployment, which is Helm's order [helm.sh/helm/v3, pkg/releaseutil/kind_sorter.go]. The number
   * of pods is set, too, where something else than Helm has changed it: Helm compares with what is there [helm.sh/helm/v3,
   * pkg/kube/client.go, createPatch: a three-way merge].
   */
  upgrade(properties: string, replicas: number): void {
    this.writeConfigMap(properties);
    this.writeDeployment(properties, replicas);
  }

  /** The first half of an upgrade: pods that start from now on have these properties. */
  writeConfigMap(properties: string): void {
    const { namespace } = this.#deployment;
    this.#store.mergePatch(CONFIG_MAPS, namespace, this.#configMap, { data: this.#data(properties) }, HELM);
  }

  /** The second half, after which pods with former properties are replaced. */
  writeDeployment(properties: string, replicas: number): void {
    const { namespace, name } = this.#deployment;
    const template = { metadata: { annotations: this.#annotations(properties) } };
    this.#store.mergePatch(DEPLOYMENTS, namespace, name, { spec: { replicas, template } }, HELM);
  }

  get #configMap(): string {
    return `${this.#deployment.name}-properties`;
  }

  #data(properties: string): Record<string, string> {
    return { [FILES[this.#product]]: properties };
  }

  #annotations(properties: string): Record<string, string> {
    return {
      "checksum/config": createHash("sha256")
        .update(JSON.stringify(this.#data(properties)))
        .digest("hex"),
    };
  }
}
