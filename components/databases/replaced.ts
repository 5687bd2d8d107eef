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

/** How a database is called in the configuration: its kind's key, and the key of its name. */
export interface NamedBy {
  key: string;
  field: string;
}

/** That a copy with another address has replaced a database, or is about to, and what to do. */
export interface Replacement {
  what: string;
  fix: string;
}

/** Undefined for a database that no copy replaces. */
export function replacementOf({ key, field }: NamedBy, found: Tagged | undefined): Replacement | undefined {
  const copy = found?.tags?.[REPLACED_BY_TAG];
  if (copy === undefined) return undefined;
  const since = found?.tags?.[SWITCHED_OVER_TAG];
  if (since === undefined)
    return {
      what: `a switch-over to its copy ${copy} is not complete, and its pods are stopped`,
      fix: 'go on with it: set restore.at, restore.mode and restore.switchOver.confirm as they were, and run "pulumi up". Or end it with restore.switchOver.abort in place of confirm, as long as no release names the copies',
    };
  return {
    what: `${copy} has replaced it at ${since}, and is not protected`,
    fix: `set databases[].${key}.existing.${field} to ${copy}, and run "pulumi up"; only if the releases use the former database again, remove its tags ${REPLACED_BY_TAG} and ${SWITCHED_OVER_TAG}`,
  };
}

/** Says that a copy with another address has replaced this database, or is about to. */
export function warnOfReplacement(name: string, by: NamedBy, found: Tagged | undefined): void {
  const replacement = replacementOf(by, found);
  if (replacement) void pulumi.log.warn(`database ${name}: ${replacement.what}: ${replacement.fix}`);
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
