import * as pulumi from "@pulumi/pulumi";
import {
  INSTANT_TAG,
  PRODUCTION_NAME_TAG,
  REPLACED_BY_TAG,
  SWITCHED_OVER_TAG,
} from "../../restore-points/rules/tag-keys";
import { toEndRestore } from "../where-to-set";
import { refuseTakingName } from "./adoption";
import type { RestoreContext } from "./kind";

interface Tagged {
  tags?: Record<string, string>;
}

/** Whether a copy with another address is about to replace this database, in a switch-over that is not complete. */
export function isBeingReplaced(found: Tagged | undefined): boolean {
  return found?.tags?.[REPLACED_BY_TAG] !== undefined && found.tags[SWITCHED_OVER_TAG] === undefined;
}

/**
 * Says that a copy with another address has replaced this database, or is about to.
 * @param where The kind's key and the key of the database's name in the configuration.
 */
export function warnOfReplacement(
  name: string,
  { key, field }: { key: string; field: string },
  found: Tagged | undefined,
): void {
  const copy = found?.tags?.[REPLACED_BY_TAG];
  if (copy === undefined) return;
  const since = found?.tags?.[SWITCHED_OVER_TAG];
  void pulumi.log.warn(
    since === undefined
      ? `database ${name}: a switch-over to its copy ${copy} is not complete, and its pods are stopped. Go on with it: set restore.at, restore.mode and restore.switchOver.confirm as they were, and run "pulumi up". Or end it with restore.switchOver.abort in place of confirm, as long as no release names the copies`
      : `database ${name}: ${copy} has replaced it at ${since}, and is not protected: set databases[].${key}.existing.${field} to ${copy}, and run "pulumi up"`,
  );
}

/** @throws {Error} for a copy that is in production, or about to be: as a copy of a restore it could be removed with it */
export function refuseReplacement(
  what: string,
  tags: Record<string, string>,
  context: Pick<RestoreContext, "aborts">,
): void {
  refuseTakingName(tags, context);
  const since = tags[SWITCHED_OVER_TAG];
  if (tags[PRODUCTION_NAME_TAG] === undefined || since === undefined) return;
  throw new Error(
    `${what} is in production since the switch-over at ${since}, and is not changed: name it in the configuration in place of ${tags[PRODUCTION_NAME_TAG]}, and remove restore (${toEndRestore()}); for a restore to ${tags[INSTANT_TAG]} once more, choose another instant next to it`,
  );
}
