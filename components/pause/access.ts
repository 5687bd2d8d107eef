import { LeasePatch } from "@pulumi/kubernetes/coordination/v1/leasePatch";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { Role } from "@pulumi/kubernetes/rbac/v1/role";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import type * as pulumi from "@pulumi/pulumi";
import { leaseName } from "../../pauser/lease-name";

interface AccessArgs {
  /** Where the pauser runs and keeps its record. */
  namespace: string;
  recordName: string;
  releases: { namespace: string; name: string }[];
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
      // The pauser looks whether an earlier run's pod, named in its note, is still running, and how new a list of pods must be.
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    ]),
    ...[...new Set(args.releases.map((release) => release.namespace))].map((releaseNamespace) =>
      allow(`${name}-releases-${releaseNamespace}`, releaseNamespace, [
        { apiGroups: [""], resources: ["pods", "services"], verbs: ["list"] },
        { apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"] },
        {
          apiGroups: ["coordination.k8s.io"],
          resources: ["leases"],
          resourceNames: args.releases
            .filter((release) => release.namespace === releaseNamespace)
            .map((release) => leaseName(release.name)),
          verbs: ["get", "update"],
        },
      ]),
    ),
  ];
  return { account, bindings, leases: declareLeases(name, args.releases, opts) };
}

/**
 * The Leases by which two schedules over one release, of this stack or of another one, exclude each other. Declared as patches:
 * both stacks make the same object, and neither of them removes it from the other. The pauser so needs no right to create any.
 */
function declareLeases(
  name: string,
  releases: AccessArgs["releases"],
  opts: pulumi.CustomResourceOptions,
): LeasePatch[] {
  return releases.map(
    (release) =>
      new LeasePatch(
        `${name}-lease-${release.namespace}-${release.name}`,
        {
          metadata: {
            name: leaseName(release.name),
            namespace: release.namespace,
            // No labels: they could differ between the stacks.
            annotations: { "pulumi.com/patchFieldManager": "scalar-backup", "pulumi.com/patchForce": "true" },
          },
        },
        // The pausers write who holds it.
        { ...opts, ignoreChanges: ["spec"], retainOnDelete: true },
      ),
  );
}
