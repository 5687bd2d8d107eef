import { COPY_TAG, INSTANT_TAG, STACK_TAG } from "../../restore-points/rules/tag-keys";

/** What all members of a switch-over share. */
export interface SwitchOverOf {
  /** RFC 3339, UTC. */
  instant: string;
  /** `<organization>/<project>/<stack>` */
  stack: string;
}

/** The tag `scalar-backup:replaces` of a copy for whose name nothing was left to replace. */
export const NOTHING_REPLACED = "none";

/** Whether these are the tags of a copy of this switch-over. */
export function isCopyOf({ instant, stack }: SwitchOverOf, tags: Record<string, string>): boolean {
  return tags[COPY_TAG] === "recovery" && tags[INSTANT_TAG] === instant && tags[STACK_TAG] === stack;
}
