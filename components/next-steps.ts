import { DEFAULT_CLUSTER } from "../restore-points/window";
import type { PausedReleaseArgs } from "./release-databases";
import type { RestoreMode } from "./restore-mode";
import { settingName, toEndRestore, toSet } from "./where-to-set";

/** A copy, as far as it leaves something to do. */
export interface CopyNotes {
  name: string;
  notes: string[];
  /** Whether the products' properties differ for it. */
  changesProperties: boolean;
}

/**
 * What a user is left to do once the copies exist, numbered.
 * @param context that of the kubeconfig for the stack's own cluster, if it is known
 */
export function nextSteps(
  mode: RestoreMode,
  releases: readonly PausedReleaseArgs[],
  copies: readonly CopyNotes[],
  { switchOver, context }: { switchOver?: { confirm: string } | "refused"; context?: string } = {},
): string[] {
  const notes = copies.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note.replace(/^\d+\. /, "")}`));
  const changed = copies.some(({ changesProperties }) => changesProperties);
  const clusters = new Set(releases.map(({ cluster = DEFAULT_CLUSTER }) => cluster));
  const contextOf = (cluster: string) => {
    if (context !== undefined && (clusters.size === 1 || cluster === DEFAULT_CLUSTER)) return ` --context ${context}`;
    return clusters.size > 1 ? ` --context <of cluster ${cluster}>` : "";
  };
  const scale = (replicas: string) =>
    releases.map(
      ({ cluster = DEFAULT_CLUSTER, namespace, name }) =>
        `kubectl${contextOf(cluster)} --namespace ${namespace} scale deployment --selector app.kubernetes.io/instance=${name} --replicas ${replicas}`,
    );
  const use = changed ? ["point the products at the copies: the values are in the output helmValues"] : [];
  if (switchOver === "refused")
    return [
      "1. replace production with another restore point, because these copies are refused and replace nothing: what pulumi preview says of them has the way",
    ];
  const steps = switchOver
    ? [
        ...notes,
        `let the copies take the production names: read "pulumi preview", then ${toSet("restore.switchOver.confirm", JSON.stringify(switchOver.confirm))}, and pulumi up`,
      ]
    : mode === "drill"
      ? [
          ...notes,
          "verify the copies with a product of their own, never with the running one",
          `remove the copies: ${toEndRestore()}, then pulumi up`,
        ]
      : [
          `scale the products in to none, if they still run: ${scale("0").join("; ") || "all Scalar deployments"}`,
          ...notes,
          ...use,
          `scale out to the former number of pods: ${scale("<number>").join("; ") || "all Scalar deployments"}`,
          `protect the copies: name them in ${settingName("databases")} in place of their sources, remove ${settingName("restore")} (the copies stay), then pulumi up`,
        ];
  return steps.map((step, index) => `${index + 1}. ${step}`);
}
