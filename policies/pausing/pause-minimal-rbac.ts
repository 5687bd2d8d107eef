import { type StackProblem, type StackResource, stackPolicy } from "../stack-policy";
import { holdsUnknown, listAt, stringAt, UNKNOWN, type Value, valueAt } from "../values";
import { isCronJob, POD_PATH, pauseJobOf } from "./pause-job";

/** What pausing needs, by API group and resource. */
const NEEDED: Record<string, Record<string, { verbs: string[]; named?: boolean }>> = {
  "": {
    pods: { verbs: ["get", "list", "watch"] },
    services: { verbs: ["get", "list", "watch"] },
    // The record of windows, and no other.
    configmaps: { verbs: ["get", "update", "patch"], named: true },
  },
  apps: { deployments: { verbs: ["get", "list", "watch"] } },
  // By which two schedules over one release exclude each other.
  "coordination.k8s.io": { leases: { verbs: ["get", "update"], named: true } },
};

const RBAC = "kubernetes:rbac.authorization.k8s.io/v1:";

export const pauseMinimalRbac = stackPolicy({
  name: "pause-minimal-rbac",
  description: "Checks whether the service account that pauses Scalar's pods has no other permissions in the cluster.",
  looksAt: "the service account of a CronJob that pauses, its RoleBindings and Roles",
  severity: "high",
  settings: {},
  problems(resources) {
    const accounts = resources.filter(({ type, props }) => isCronJob(type) && pauseJobOf(props)).map(accountOf);
    return resources
      .filter(({ type }) => type === `${RBAC}RoleBinding` || type === `${RBAC}ClusterRoleBinding`)
      .filter((binding) => accounts.some((account) => binds(binding, account)))
      .flatMap((binding) => bindingProblems(binding, resources));
  },
});

interface Account {
  namespace: Value;
  name: Value;
  /** The resources the CronJob is made from; the account is one of them where its name is not known yet. */
  among: string[];
}

function accountOf({ props, madeFrom }: StackResource): Account {
  return {
    namespace: valueAt(props, "metadata.namespace"),
    name: stringAt(props, `${POD_PATH}.serviceAccountName`) ?? "default",
    among: madeFrom.spec ?? [],
  };
}

function binds({ props, madeFrom }: StackResource, { namespace, name, among }: Account): boolean {
  const isAccount = (urn: string) => urn.includes("kubernetes:core/v1:ServiceAccount::");
  if (madeFrom.subjects?.some((urn) => isAccount(urn) && among.includes(urn))) return true;
  return listAt(props, "subjects").some(
    (subject) =>
      valueAt(subject, "kind") === "ServiceAccount" &&
      name !== UNKNOWN &&
      valueAt(subject, "name") === name &&
      (valueAt(subject, "namespace") ?? valueAt(props, "metadata.namespace")) === namespace,
  );
}

function bindingProblems(binding: StackResource, resources: StackResource[]): StackProblem[] {
  const problems: StackProblem[] = [];
  if (binding.type === `${RBAC}ClusterRoleBinding`)
    problems.push({
      message:
        "the pauser's permissions apply to every namespace: bind its Role with a RoleBinding in each release's namespace",
      at: binding,
    });
  const kind = stringAt(binding.props, "roleRef.kind");
  const name = stringAt(binding.props, "roleRef.name");
  const role = resources.find(
    ({ type, urn, props }) =>
      (type === `${RBAC}Role` || type === `${RBAC}ClusterRole`) &&
      (binding.madeFrom.roleRef?.includes(urn) ||
        (name !== UNKNOWN &&
          type === `${RBAC}${String(kind)}` &&
          stringAt(props, "metadata.name") === name &&
          (kind === "ClusterRole" ||
            valueAt(props, "metadata.namespace") === valueAt(binding.props, "metadata.namespace")))),
  );
  if (role !== undefined)
    return [
      ...problems,
      ...listAt(role.props, "rules")
        .flatMap(ruleProblems)
        .map((message) => ({ message, at: role })),
    ];
  if (kind === "ClusterRole" && typeof name === "string")
    problems.push({
      message: `the pauser has ClusterRole ${name}, which this stack does not declare: give it a Role with get and list on pods, services and deployments instead`,
      at: binding,
    });
  return problems;
}

function ruleProblems(rule: Value): string[] {
  if (holdsUnknown(rule)) return [];
  const groups = texts(rule, "apiGroups");
  const verbs = texts(rule, "verbs");
  return texts(rule, "resources").flatMap((resource) => {
    const needed = groups.map((group) => NEEDED[group]?.[resource]).find((found) => found !== undefined);
    if (needed === undefined)
      return [`the pauser may ${verbs.join(", ")} ${resource}, which it does not need: remove it`];
    const more = verbs.filter((verb) => !needed.verbs.includes(verb));
    if (more.length > 0)
      return [
        `the pauser may ${more.join(", ")} ${resource}, and needs only ${needed.verbs.slice(0, 2).join(", ")}: remove the rest`,
      ];
    if (needed.named && valueAt(rule, "resourceNames") === undefined)
      return [`the pauser may ${verbs.join(", ")} all ${resource}: list the ones it needs in resourceNames`];
    return [];
  });
}

function texts(rule: Value, key: string): string[] {
  return listAt(rule, key).filter((text) => typeof text === "string");
}
