import type * as pulumi from "@pulumi/pulumi";
import { COPY_TAG, INSTANT_TAG } from "../../../restore-points/rules/tag-keys";
import type { RestoreContext } from "../kind";

/**
 * The options of a copy. It is never updated by its provider: every update would be a PUT of all inputs, those of the
 * restore among them, and no document says what Azure does with them on an existing database. The copy's completion
 * patches what has to change afterwards.
 */
export function copyOptions(
  { parent, mode }: Pick<RestoreContext, "parent" | "mode">,
  importId: string | undefined,
): pulumi.CustomResourceOptions {
  return {
    parent,
    import: importId,
    ignoreChanges: ["*"],
    retainOnDelete: mode === "recovery",
    customTimeouts: { create: "12h", delete: "2h" },
  };
}

/** Whether a description is the copy of this instant. */
export function isCopyOf(found: { tags?: Record<string, string> } | undefined, instant: string): boolean {
  return found?.tags?.[INSTANT_TAG] === instant && found.tags[COPY_TAG] !== undefined;
}

/** What is left to the user, as numbered steps. */
export function numbered(steps: readonly string[]): string[] {
  return steps.map((step, index) => `${index + 1}. ${step}`);
}
