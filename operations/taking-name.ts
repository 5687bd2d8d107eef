import { PRODUCTION_NAME_TAG, SWITCHED_OVER_TAG } from "../restore-points/rules/tag-keys";

/** Whether a copy with these tags is taking a production name, in a switch-over that is not complete. */
export function isTakingAName(tags: Record<string, string>): boolean {
  return tags[PRODUCTION_NAME_TAG] !== undefined && tags[SWITCHED_OVER_TAG] === undefined;
}

/** Whether it is taking this name. */
export function isTaking(tags: Record<string, string>, name: string): boolean {
  return isTakingAName(tags) && tags[PRODUCTION_NAME_TAG] === name;
}
