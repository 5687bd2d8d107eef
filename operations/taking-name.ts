import { PRODUCTION_NAME_TAG, SWITCHED_OVER_TAG } from "../restore-points/rules/tag-keys";

/** Whether a copy with these tags is taking this name. */
export function isTaking(tags: Record<string, string>, name: string): boolean {
  return tags[PRODUCTION_NAME_TAG] === name && tags[SWITCHED_OVER_TAG] === undefined;
}
