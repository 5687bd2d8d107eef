/** A cluster for one test, and a client of its API server. Ended with the test. */

import type { ExecutionContext } from "ava";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import { KubernetesCluster } from "../../../../../simulator/cloud/kubernetes/cluster";

export async function startCluster(t: ExecutionContext): Promise<KubernetesCluster> {
  const cluster = await KubernetesCluster.start({ clock: new SimulatedClock() });
  t.teardown(() => cluster.stop());
  return cluster;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON the server answers; each test looks at its own part
  body: any;
}

export async function call(
  cluster: KubernetesCluster,
  method: string,
  path: string,
  options: { token?: string; body?: unknown; contentType?: string } = {},
): Promise<Answer> {
  const response = await fetch(cluster.url + path, {
    method,
    headers: {
      "content-type": options.contentType ?? "application/json",
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

/** A ServiceAccount that may do what the rules say, and its token. */
export function grant(cluster: KubernetesCluster, namespace: string, name: string, rules: Rule[]): string {
  cluster.createNamespace(namespace);
  const metadata = { name, namespace };
  cluster.store.create({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  cluster.store.create({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules });
  cluster.store.create({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
  return cluster.tokenOf(namespace, name);
}
