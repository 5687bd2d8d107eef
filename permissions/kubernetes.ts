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
export const KUBERNETES_USERS = ["preview", "refresh", "up"] as const;
export type KubernetesUser = (typeof KUBERNETES_USERS)[number];

/** Where a set pauses pods. */
export interface PausedNamespaces {
  /** Of the CronJob. */
  schedule: string;
  releases: readonly string[];
  /** Whether `pause.notify` has addresses that are kept in a Secret of the stack's. */
  declaresSecret?: boolean;
}

/**
 * The rights of a restore that runs Jobs (`restore.verify.scan` and `check`, `restoreTo.schemaLoader`), in their namespace. The provider
 * creates and deletes a Job without waiting for it (`pulumi.com/skipAwait`); an operation waits for its end, and reads it and its pods.
 * [pulumi-kubernetes: provider/pkg/metadata/overrides.go, ReadyCondition and DeletedCondition]
 */
export function jobRights(namespace: string): KubernetesRight[] {
  const rights = (group: string, resource: string, verbs: readonly KubernetesVerb[]) =>
    verbs.map((verb) => ({ group, resource, verb, namespace }));
  return [
    ...rights("batch", "jobs", ["create", "delete", "get", "patch"]),
    ...rights("", "secrets", ["get", ...DECLARING]),
    // The program of a scan.
    ...rights("", "configmaps", ["get", ...DECLARING]),
    ...rights("", "pods", ["list"]),
  ];
}

/** What the Kubernetes provider creates, and deletes again. */
const DECLARED: [string, string][] = [
  ["", "configmaps"],
  ["", "serviceaccounts"],
  ["batch", "cronjobs"],
];
const LEASES = ["coordination.k8s.io", "leases"] as const;
/** What it creates in the releases' namespaces, too. */
const IN_EVERY_NAMESPACE: [string, string][] = [
  ["rbac.authorization.k8s.io", "roles"],
  ["rbac.authorization.k8s.io", "rolebindings"],
];

/**
 * The provider creates with `create`, changes with `patch`, and waits with `list` and `watch` until what it deletes is gone; `refresh`
 * and `preview` have the `get` that it begins with.
 */
const DECLARING: readonly KubernetesVerb[] = ["create", "delete", "list", "patch", "watch"];

/**
 * The rights of a preview, a refresh or an up. A Role can only be created by an account that has the rights in it [Kubernetes, Using
 * RBAC Authorization, "Privilege escalation prevention"]: those of the pauser are among these.
 */
export function kubernetesRights(
  who: KubernetesUser,
  { schedule, releases, declaresSecret = false }: PausedNamespaces,
): KubernetesRight[] {
  const rights = (namespace: string, [group, resource]: readonly [string, string], verbs: readonly KubernetesVerb[]) =>
    verbs.map((verb) => ({ group, resource, verb, namespace }));
  const paused = [...new Set(releases)];
  const both = [...new Set([schedule, ...releases])];
  const inBoth = (verbs: readonly KubernetesVerb[]) =>
    both.flatMap((namespace) => IN_EVERY_NAMESPACE.flatMap((kind) => rights(namespace, kind, verbs)));
  const secrets = (verbs: readonly KubernetesVerb[]) =>
    declaresSecret ? rights(schedule, ["", "secrets"], verbs) : [];
  switch (who) {
    case "preview":
      return [
        ...rights(schedule, ["batch", "cronjobs"], ["get"]),
        ...rights(schedule, ["batch", "jobs"], ["list"]),
        ...rights(schedule, ["", "configmaps"], ["get"]),
        ...paused.flatMap((namespace) => [
          ...rights(namespace, ["apps", "deployments"], ["list"]),
          ...rights(namespace, ["", "services"], ["list"]),
        ]),
      ];
    case "refresh":
      return [
        ...rights(schedule, ["", "serviceaccounts"], ["get"]),
        ...secrets(["get"]),
        ...inBoth(["get"]),
        ...paused.flatMap((namespace) => rights(namespace, LEASES, ["get"])),
      ];
    case "up":
      return [
        ...DECLARED.flatMap((kind) => rights(schedule, kind, DECLARING)),
        ...secrets(DECLARING),
        ...inBoth(DECLARING),
        // The pauser's, which its Roles give it.
        ...rights(schedule, ["", "configmaps"], ["update"]),
        ...rights(schedule, ["", "pods"], ["get"]),
        ...paused.flatMap((namespace) => [
          ...rights(namespace, ["", "pods"], ["list"]),
          ...rights(namespace, LEASES, ["create", "patch", "update"]),
        ]),
      ];
  }
}
