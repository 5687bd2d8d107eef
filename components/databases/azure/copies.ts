import type * as pulumi from "@pulumi/pulumi";
import { COPY_TAG, INSTANT_TAG, type RestoreContext } from "../kind";

/** The tags of a copy: its source's, the set's, and those by which it is known. */
export function copyTags(source: Record<string, string> | undefined, context: Omit<RestoreContext, "parent">) {
  return { ...source, ...context.tags, [COPY_TAG]: context.mode, [INSTANT_TAG]: context.instant };
}

/**
 * The options of a copy. It is never updated by its provider: every update would be a PUT of all inputs, those of the
 * restore among them, and nobody has said what Azure makes of them on a database that stands. What is to be changed
 * afterwards is patched by the copy's completion.
 */
export function copyOptions({ parent, mode }: Pick<RestoreContext, "parent" | "mode">): pulumi.CustomResourceOptions {
  return {
    parent,
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
