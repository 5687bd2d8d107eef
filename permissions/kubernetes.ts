/** One right by Kubernetes' RBAC, in one namespace. */
export interface KubernetesRight {
  /** The API group; empty for the core group. */
  group: string;
  resource: string;
  verb: KubernetesVerb;
  namespace: string;
}

export type KubernetesVerb = "create" | "delete" | "get" | "list" | "patch" | "update" | "watch";

/** Who needs which rights; each also needs those before it. docs/recovery.md has those of a switch-over. */
export type KubernetesUser = "preview" | "up";

/** Where a set pauses pods. */
export interface PausedNamespaces {
  /** Of the CronJob. */
  schedule: string;
  releases: readonly string[];
  /** Whether `pause.notify` has addresses that are kept in a Secret of the stack's. */
  declaresSecret?: boolean;
}

/** What the Kubernetes provider creates, and deletes again. */
const DECLARED: [string, string][] = [
  ["", "configmaps"],
  ["", "serviceaccounts"],
  ["batch", "cronjobs"],
];
/** What it creates in the releases' namespaces, too. */
const IN_EVERY_NAMESPACE: [string, string][] = [
  ["rbac.authorization.k8s.io", "roles"],
  ["rbac.authorization.k8s.io", "rolebindings"],
];

/**
 * Server-side apply creates with `patch` and `create` [Kubernetes, Server-Side Apply]; the provider waits until what it deletes is gone
 * with `list` and `watch`.
 */
const DECLARING: readonly KubernetesVerb[] = ["create", "delete", "get", "list", "patch", "watch"];

/**
 * The rights of a preview or an up. A Role can only be created by an account that has the rights in it [Kubernetes, Using RBAC
 * Authorization, "Privilege escalation prevention"]: those of the pauser are among these.
 */
export function kubernetesRights(
  who: KubernetesUser,
  { schedule, releases, declaresSecret = false }: PausedNamespaces,
): KubernetesRight[] {
  const rights = (namespace: string, [group, resource]: readonly [string, string], verbs: readonly KubernetesVerb[]) =>
    verbs.map((verb) => ({ group, resource, verb, namespace }));
  const both = [...new Set([schedule, ...releases])];
  if (who === "preview")
    return [
      ...rights(schedule, ["batch", "cronjobs"], ["get"]),
      ...rights(schedule, ["batch", "jobs"], ["list"]),
      ...rights(schedule, ["", "configmaps"], ["get"]),
      ...[...new Set(releases)].flatMap((namespace) => [
        ...rights(namespace, ["apps", "deployments"], ["list"]),
        ...rights(namespace, ["", "services"], ["list"]),
      ]),
    ];
  return [
    ...DECLARED.flatMap((kind) => rights(schedule, kind, DECLARING)),
    ...(declaresSecret ? rights(schedule, ["", "secrets"], DECLARING) : []),
    ...both.flatMap((namespace) => IN_EVERY_NAMESPACE.flatMap((kind) => rights(namespace, kind, DECLARING))),
    // The pauser's, which its Roles give it.
    ...rights(schedule, ["", "configmaps"], ["update"]),
    ...rights(schedule, ["", "pods"], ["get"]),
    ...[...new Set(releases)].flatMap((namespace) => [
      ...rights(namespace, ["", "pods"], ["list"]),
      ...rights(namespace, ["coordination.k8s.io", "leases"], ["create", "get", "patch", "update"]),
    ]),
  ];
}
