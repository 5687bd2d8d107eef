import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { Role } from "@pulumi/kubernetes/rbac/v1/role";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import type * as pulumi from "@pulumi/pulumi";

interface AccessArgs {
  /** Where the pauser runs and keeps its record. */
  namespace: string;
  recordName: string;
  /** The namespaces of all releases. */
  releaseNamespaces: string[];
  labels: pulumi.Output<Record<string, string>>;
  /** Annotations of the ServiceAccount. */
  annotations?: Record<string, string>;
}

/** The pauser's ServiceAccount with no more rights than it uses, and all that must be there before it may run. */
export function declareAccess(name: string, args: AccessArgs, opts: pulumi.CustomResourceOptions) {
  const { namespace, labels } = args;
  const account = new ServiceAccount(
    `${name}-account`,
    // The pod asks for the token itself; nothing else that runs as this account gets one.
    { metadata: { namespace, labels, annotations: args.annotations }, automountServiceAccountToken: false },
    opts,
  );

  const allow = (
    child: string,
    where: string,
    rules: { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }[],
  ) => {
    const role = new Role(child, { metadata: { namespace: where, labels }, rules }, opts);
    return new RoleBinding(
      child,
      {
        metadata: { namespace: where, labels },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
      },
      opts,
    );
  };

  const bindings = [
    allow(`${name}-record`, namespace, [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: [args.recordName], verbs: ["get", "update"] },
      // Whether the pod of an earlier run, named in its note, is still at work.
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    ]),
    ...[...new Set(args.releaseNamespaces)].map((releaseNamespace) =>
      allow(`${name}-releases-${releaseNamespace}`, releaseNamespace, [
        { apiGroups: [""], resources: ["pods", "services"], verbs: ["list"] },
        { apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"] },
      ]),
    ),
  ];
  return { account, bindings };
}
