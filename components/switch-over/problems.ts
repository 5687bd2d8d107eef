import type { SwitchedDatabase } from "../../operations/switch-over/request";
import { formatInstant, instantMillis } from "../../restore-points/instant";
import type { AwsSettings } from "../cloud-settings";
import { type DatabaseArgs, type KnownDatabase, kindOf } from "../databases";
import type { NoSwitchOver } from "../databases/kind";
import type { Problem } from "../problem";
import type { ScalarRestoreArgs } from "../restore-args";
import { RestoreMode } from "../restore-mode";
import { confirmation, type SwitchOverArgs } from "./args";
import type { SetClusters } from "./set-pods";

/** A set, as far as a switch-over depends on it. */
export interface SwitchableSet {
  databases: DatabaseArgs[];
  pods?: SetClusters;
}

/** The databases of a set as a switch-over works on them; or why it cannot, one sentence for each that is in the way. */
export type Switchable = { databases: SwitchedDatabase[] } | { because: string[] };

/** The keys of a restore that a switch-over depends on. */
export type SwitchOverKeys = Pick<ScalarRestoreArgs, "at" | "mode" | "switchOver">;

/** Whether the copies of every database of a set can take its production names. */
export function switchable(set: SwitchableSet, keys: SwitchOverKeys, aws: AwsSettings): Switchable {
  const each = eachDatabase(set.databases.map(kindOf), keys, aws);
  const because = [
    ...each.flatMap(({ name, found }) => ("because" in found ? [`${name}: ${found.because}`] : [])),
    ...podsInTheWay(set),
  ];
  if (because.length > 0) return { because };
  return { databases: each.flatMap(({ found }) => ("because" in found ? [] : [found])) };
}

/** The databases whose copies cannot take the production names, whatever the pods are. */
export function refusals(
  databases: readonly KnownDatabase[],
  keys: SwitchOverKeys,
  aws: AwsSettings,
): (NoSwitchOver & { name: string; index: number })[] {
  return eachDatabase(databases, keys, aws).flatMap(({ name, found }, index) =>
    "because" in found ? [{ ...found, name, index }] : [],
  );
}

function eachDatabase(
  databases: readonly KnownDatabase[],
  { at, switchOver }: SwitchOverKeys,
  aws: AwsSettings,
): { name: string; found: SwitchedDatabase | NoSwitchOver }[] {
  const of = { aws, instant: formatInstant(instantMillis(at)), newStreams: switchOver?.newStreams ?? false };
  return databases.map(({ name, kind, args }) => ({ name, found: kind.switchOver(name, args, of) }));
}

function podsInTheWay({ databases, pods }: SwitchableSet): string[] {
  if (pods === undefined)
    return [
      "the restore knows no pods of the set, because its backup is data: switch over in the stack that has the ScalarBackup",
    ];
  const none = pods.clusters.length === 0;
  const known = none ? databases.map(kindOf) : [];
  const tables = known.filter(({ kind }) => kind.id === "dynamodb").map(({ name }) => name);
  const moved = known.filter(({ kind }) => kind.addressOfCopy !== undefined).map(({ name }) => name);
  return [
    ...pods.unreachable.map(
      (cluster) =>
        `the pods of cluster ${cluster} cannot be stopped from here: give pause.otherClusters[].kubernetes of it in place of stack or record`,
    ),
    ...(tables.length > 0
      ? [
          `${tables.join(", ")}: tables are deleted and restored, for which pods have to be stopped: name them in pause.releases`,
        ]
      : []),
    ...(moved.length > 0
      ? [
          `${moved.join(", ")}: the copy has another address, which the properties of releases have to name: name the releases in pause.releases`,
        ]
      : []),
  ];
}

/** What is wrong with `switchOver`. Paths begin at the restore's own root. */
export function switchOverProblems(args: SwitchOverKeys, set: SwitchableSet, aws: AwsSettings): Problem[] {
  const { switchOver, mode } = args;
  if (switchOver === undefined) return [];
  if (mode !== RestoreMode.Recovery)
    return [
      {
        path: "switchOver",
        message: `needs "mode: recovery"; the copies of a drill are removed with it, and replace nothing`,
      },
    ];
  const found = switchable(set, args, aws);
  if ("because" in found)
    return [{ path: "switchOver", message: `is not possible for this set: ${found.because.join("; ")}` }];
  return confirmProblems(switchOver, set, args.at);
}

function confirmProblems({ confirm, abort }: SwitchOverArgs, { databases }: SwitchableSet, at: string): Problem[] {
  const expected = confirmation(databases, formatInstant(instantMillis(at)));
  if (confirm !== undefined && abort)
    return [{ path: "switchOver.abort", message: "is set in addition to confirm; remove one of the two" }];
  return confirm === undefined || confirm === expected
    ? []
    : [
        {
          path: "switchOver.confirm",
          message: `"${confirm}" does not confirm this switch-over; read the preview without it, and set it to "${expected}"`,
        },
      ];
}
