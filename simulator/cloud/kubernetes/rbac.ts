/** Who may do what: decided from the Roles and RoleBindings that are in the cluster, as Kubernetes decides. */

import { type Kind, kindOf } from "./kinds";
import type { KubernetesObject } from "./objects";
import { StatusError } from "./status";
import type { ObjectStore } from "./store";

export type Verb = "create" | "delete" | "get" | "list" | "patch" | "update" | "watch";

export interface ServiceAccountName {
  namespace: string;
  name: string;
}

export interface Access {
  verb: Verb;
  kind: Kind;
  /** `status`, `scale`. */
  subresource?: string;
  /** Absent for a list over all namespaces. */
  namespace?: string;
  name?: string;
}

interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  verbs: string[];
}

/**
 * A user of the group `system:masters`, which may do everything, regardless of Roles
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles).
 */
export const ADMINISTRATOR = Symbol("administrator");

/** Who sends a request; undefined for an anonymous one. */
export type User = ServiceAccountName | typeof ADMINISTRATOR | undefined;

export const userName = ({ namespace, name }: ServiceAccountName) => `system:serviceaccount:${namespace}:${name}`;

/**
 * @throws {StatusError} Forbidden, unless a Role bound to the account allows it
 * [kubernetes: plugin/pkg/auth/authorizer/rbac/rbac.go, RuleAllows; k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go]
 */
export function authorize(store: ObjectStore, account: User, access: Access): void {
  if (account === ADMINISTRATOR || allowed(store, account, access)) return;
  const { verb, namespace, name } = access;
  const user = account ? userName(account) : "system:anonymous";
  throw StatusError.forbidden(user, verb, { ...access, resource: resourceOf(access) }, namespace, name);
}

/** Whether the account may do it. */
export function allowed(store: ObjectStore, account: User, access: Access): boolean {
  if (account === ADMINISTRATOR) return true;
  const { verb, kind, namespace, name } = access;
  // Roles grant nothing beyond their namespace; ClusterRoles are not simulated.
  if (!account || !namespace) return false;
  const resource = resourceOf(access);
  return rulesFor(store, account, namespace).some((rule) => allows(rule, verb, kind.group, resource, name));
}

const resourceOf = ({ kind, subresource }: Access) => (subresource ? `${kind.plural}/${subresource}` : kind.plural);

function rulesFor(store: ObjectStore, account: ServiceAccountName, namespace: string): PolicyRule[] {
  const bindings = store.list(kindOf({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" }), namespace);
  return bindings
    .filter((binding) => binds(binding, account))
    .flatMap((binding) => {
      const roleRef = binding.roleRef as { kind: string; name: string };
      if (roleRef.kind !== "Role") return [];
      const roles = kindOf({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" });
      return (store.find(roles, namespace, roleRef.name)?.rules as PolicyRule[] | undefined) ?? [];
    });
}

function binds(binding: KubernetesObject, account: ServiceAccountName): boolean {
  const subjects = (binding.subjects ?? []) as { kind: string; name: string; namespace?: string }[];
  return subjects.some(
    (subject) =>
      subject.kind === "ServiceAccount" && subject.name === account.name && subject.namespace === account.namespace,
  );
}

function allows(rule: PolicyRule, verb: Verb, group: string, resource: string, name: string | undefined): boolean {
  const has = (list: string[] | undefined, item: string) => list?.includes("*") || list?.includes(item);
  if (!has(rule.verbs, verb) || !has(rule.apiGroups, group) || !has(rule.resources, resource)) return false;
  // A rule for certain names can't allow what has no name yet (create) or none at all (list).
  return !rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name));
}
