import { leaseName } from "../../pauser/lease-name";
import { type ClusterClient, isForbidden } from "../kubernetes/client";
import { objectIn } from "../kubernetes/fields";
import { JOURNAL_NAME } from "./journal";
import type { ClusterReleases } from "./stoppable-pods";
import type { Workload } from "./workloads";

/** One right by Kubernetes' RBAC, in one namespace. */
export interface Right {
  /** The API group; empty for the core group. */
  group: string;
  /** Such as `deployments/scale`. */
  resource: string;
  verb: "create" | "delete" | "get" | "list" | "patch" | "update" | "watch";
  namespace: string;
  /** A right of one object; absent where Kubernetes cannot restrict it to one. */
  name?: string;
}

/** The rights that stopping and starting the pods takes. docs/recovery.md has them as Roles. */
export function rightsFor(
  { releases, schedule, readsProperties }: ClusterReleases,
  workloads: readonly (Pick<Workload, "namespace" | "deployment"> & Partial<Pick<Workload, "configMaps">>)[],
): Right[] {
  const [first] = releases;
  if (first === undefined) return [];
  const namespaces = [...new Set(releases.map(({ namespace }) => namespace))];
  const rights = (group: string, resource: string, namespace: string, verbs: Right["verb"][], name?: string): Right[] =>
    verbs.map((verb) => ({ group, resource, verb, namespace, ...(name !== undefined && { name }) }));
  return [
    ...namespaces.flatMap((namespace) => [
      ...rights("apps", "deployments", namespace, ["list"]),
      ...rights("", "pods", namespace, ["list"]),
      ...rights("autoscaling", "horizontalpodautoscalers", namespace, ["list"]),
      ...rights("keda.sh", "scaledobjects", namespace, ["list"]),
      ...rights("coordination.k8s.io", "leases", namespace, ["create"]),
      ...(schedule === undefined ? rights("batch", "cronjobs", namespace, ["list", "get", "patch"]) : []),
    ]),
    ...workloads.flatMap(({ namespace, deployment }) =>
      rights("apps", "deployments/scale", namespace, ["patch"], deployment),
    ),
    ...(readsProperties ? workloads : []).flatMap(({ namespace, configMaps = [] }) =>
      configMaps.flatMap((name) => rights("", "configmaps", namespace, ["get"], name)),
    ),
    ...releases.flatMap(({ namespace, name }) =>
      rights("coordination.k8s.io", "leases", namespace, ["get", "update"], leaseName(name)),
    ),
    ...rights("", "configmaps", first.namespace, ["create"]),
    // Another release may have been the first one when the switch-over began.
    ...namespaces.flatMap((namespace) => rights("", "configmaps", namespace, ["get", "update"], JOURNAL_NAME)),
    ...(schedule === undefined ? [] : rights("batch", "cronjobs", schedule.namespace, ["get", "patch"], schedule.name)),
  ];
}

/** Those that the account does not have, by the API server's own answer. */
export async function missingRights(client: ClusterClient, rights: readonly Right[]): Promise<Right[]> {
  const answers = await Promise.all(rights.map(async (right) => ((await isAllowed(client, right)) ? [] : [right])));
  return answers.flat();
}

async function isAllowed(client: ClusterClient, { group, resource, verb, namespace, name }: Right): Promise<boolean> {
  const [plural, subresource] = resource.split("/");
  const resourceAttributes = { group, resource: plural, subresource, verb, namespace, name };
  try {
    const review = await client.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes },
    });
    return objectIn(review, "status").allowed === true;
  } catch (error) {
    // Every account may ask (ClusterRole system:basic-user), unless a cluster's administrator has changed that.
    if (isForbidden(error)) return true;
    throw error;
  }
}

/** Such as `patch deployments/scale "ledger-scalardl-ledger"`. */
export function rightAsText({ verb, resource, name }: Right): string {
  return `${verb} ${resource}${name === undefined ? "" : ` "${name}"`}`;
}
