import { PRODUCTION_NAME_TAG, STACK_TAG, SWITCHED_OVER_TAG } from "../restore-points/rules/tag-keys";

/** Whether a copy with these tags is taking a production name, in a switch-over that is not complete. */
export function isTakingAName(tags: Record<string, string>): boolean {
  return tags[PRODUCTION_NAME_TAG] !== undefined && tags[SWITCHED_OVER_TAG] === undefined;
}

/**
 * Whether it is taking this name as a copy of this stack. A copy that another stack has marked, and perhaps left for good, says
 * nothing of this one's databases. Without a stack, any stack's copy counts.
 */
export function isTaking(tags: Record<string, string>, name: string, stack: string | undefined): boolean {
  return (
    isTakingAName(tags) && tags[PRODUCTION_NAME_TAG] === name && (stack === undefined || tags[STACK_TAG] === stack)
  );
}
