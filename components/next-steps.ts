import type { RestoreMode } from "./databases/kind";
import type { PausedReleaseArgs, RestoredCopy } from "./restore";

/** What a user is left to do once the copies stand, numbered. */
export function nextSteps(
  mode: RestoreMode,
  releases: readonly PausedReleaseArgs[],
  copies: readonly RestoredCopy[],
): string[] {
  const notes = copies.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note.replace(/^\d+\. /, "")}`));
  const changed = copies.some(({ properties }) => Object.keys(properties).length > 0);
  const scale = (replicas: string) =>
    releases.map(
      ({ namespace, name }) =>
        `kubectl --namespace ${namespace} scale deployment --selector app.kubernetes.io/instance=${name} --replicas ${replicas}`,
    );
  const use = changed ? ["point the products at the copies: the values are in the output helmValues"] : [];
  const steps =
    mode === "drill"
      ? [
          ...notes,
          "verify the copies with a product of their own, never with the running one",
          "remove the copies: pulumi config rm restore, then pulumi up",
        ]
      : [
          `scale the products in to none, if they still run: ${scale("0").join("; ") || "all Scalar deployments"}`,
          ...notes,
          ...use,
          `scale out to the former number of pods: ${scale("<number>").join("; ") || "all Scalar deployments"}`,
          "protect the copies: name them in scalar-backup:databases in place of their sources, remove scalar-backup:restore (the copies stay), then pulumi up",
        ];
  return steps.map((step, index) => `${index + 1}. ${step}`);
}
