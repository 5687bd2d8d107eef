/** The kinds of objects that the simulated cluster serves. */

import type { TypeName } from "./schema";
import type { GroupResource } from "./status";

export interface Kind extends GroupResource {
  kind: string;
  apiVersion: string;
  namespaced: boolean;
  /** The fields' table, for kinds that users declare. The cluster itself makes objects of the others. */
  fields?: TypeName;
  /** Defined by a CustomResourceDefinition, which is installed with `installCustomResource`. */
  custom?: boolean;
}

function kind(
  apiVersion: string,
  name: string,
  plural: string,
  options: { namespaced?: boolean; fields?: TypeName; custom?: boolean } = {},
) {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] as string) : "";
  const { namespaced = true, fields, custom } = options;
  return { kind: name, apiVersion, group, plural, namespaced, fields, custom };
}

export const KINDS: readonly Kind[] = [
  kind("v1", "Namespace", "namespaces", { namespaced: false }),
  kind("v1", "Pod", "pods"),
  kind("v1", "Service", "services"),
  kind("v1", "ConfigMap", "configmaps", { fields: "ConfigMap" }),
  kind("v1", "Secret", "secrets", { fields: "Secret" }),
  kind("v1", "ServiceAccount", "serviceaccounts", { fields: "ServiceAccount" }),
  kind("apps/v1", "Deployment", "deployments"),
  kind("batch/v1", "CronJob", "cronjobs", { fields: "CronJob" }),
  kind("batch/v1", "Job", "jobs", { fields: "Job" }),
  kind("coordination.k8s.io/v1", "Lease", "leases", { fields: "Lease" }),
  kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  // https://keda.sh/docs/latest/reference/scaledobject-spec/
  kind("keda.sh/v1alpha1", "ScaledObject", "scaledobjects", { custom: true }),
  kind("rbac.authorization.k8s.io/v1", "Role", "roles", { fields: "Role" }),
  kind("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", { fields: "RoleBinding" }),
];

/** @throws when the simulated cluster doesn't serve it */
export function kindOf({ apiVersion, kind }: { apiVersion: string; kind: string }): Kind {
  const found = KINDS.find((known) => known.apiVersion === apiVersion && known.kind === kind);
  if (!found) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
  return found;
}

export function kindByPlural(apiVersion: string, plural: string): Kind | undefined {
  return KINDS.find((known) => known.apiVersion === apiVersion && known.plural === plural);
}

export function kindByGroup(group: string, plural: string): Kind | undefined {
  return KINDS.find((known) => known.group === group && known.plural === plural);
}
