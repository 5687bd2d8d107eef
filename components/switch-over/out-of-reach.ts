import * as pulumi from "@pulumi/pulumi";
import type { AwsSettings } from "../cloud-settings";
import { type KnownDatabase, kindOf } from "../databases";
import type { Problem } from "../problem";
import { RestoreMode } from "../restore-mode";
import { settingName } from "../where-to-set";
import { refusals, type SwitchableSet, type SwitchOverKeys, switchable } from "./problems";

/** Only names are made of it here. */
const ANY_INSTANT = "2000-01-01T00:00:00Z";

/** What the keys of `restoreTo` are good for, by which copies cannot take the production names. */
const SUITS = {
  region: "drills and the loss of a region",
  namespacePrefix: "drills, and sets of nothing but tables",
};

/**
 * A recovery whose copies cannot take the production names. Said before the first copy is created: a restore takes hours, and would have
 * to be repeated. Paths begin at the restore's own root.
 */
export function recoveryWarnings(set: SwitchableSet, restore: SwitchOverKeys, aws: AwsSettings): Problem[] {
  if (restore.mode !== RestoreMode.Recovery || isMovedByPrefix(set)) return [];
  const found = switchable(set, restore, aws);
  if ("databases" in found) return [];
  return [
    {
      path: "mode",
      message: `the copies of this recovery cannot take the production names: ${found.because.join("; ")}. To replace production, change that before copies are restored (docs/recovery.md); to use the copies where they are, go on`,
    },
  ];
}

/** The same as a run of the program says it. */
export function warnOfRecovery(
  set: SwitchableSet,
  restore: SwitchOverKeys,
  aws: AwsSettings,
  component: pulumi.Resource,
): void {
  for (const { path, message } of recoveryWarnings(set, restore, aws))
    void pulumi.log.warn(`${settingName(`restore.${path}`)}: ${message}`, component);
}

/** Where copies are to be put by which no recovery could replace production: known in peacetime. Paths begin at the set's root. */
export function placeNotes({ databases }: Pick<SwitchableSet, "databases">, aws: AwsSettings): Problem[] {
  if (isMovedByPrefix({ databases })) return [];
  return refusals(databases.map(kindOf), { at: ANY_INSTANT }, aws).flatMap(({ index, restoreTo }) => {
    // Only tables have such keys.
    const place = restoreTo && databases[index]?.dynamodb?.restoreTo?.[restoreTo];
    if (restoreTo === undefined || place === undefined) return [];
    return [
      {
        path: `databases[${index}].dynamodb.restoreTo.${restoreTo}`,
        message: `${JSON.stringify(place)} suits ${SUITS[restoreTo]}, but a recovery with it cannot replace production: its copies cannot take the production names; remove it before a recovery that is to replace production (docs/recovery.md)`,
      },
    ];
  });
}

/** Why the copies of a recovery could not take the production names, by database; empty where they could, or need not. */
export function namesOutOfReach(databases: readonly KnownDatabase[], aws: AwsSettings): string[] {
  const found = refusals(databases, { at: ANY_INSTANT }, aws);
  const byPrefix = found.filter(({ restoreTo }) => restoreTo === "namespacePrefix");
  return byPrefix.length === databases.length ? [] : found.map(({ name, because }) => `${name}: ${because}`);
}

/** A set whose tables have copies under another prefix replaces production without a switch-over, by an upgrade of the releases. */
function isMovedByPrefix({ databases }: Pick<SwitchableSet, "databases">): boolean {
  return databases.every(({ dynamodb }) => dynamodb?.restoreTo?.namespacePrefix !== undefined);
}
