import type { AwsSettings } from "./cloud-settings";
import { kindOf } from "./databases";
import type { Problem } from "./problem";
import type { ScalarRestoreArgs } from "./restore-args";
import { RestoreMode } from "./restore-mode";
import { type SwitchableSet, type SwitchOverKeys, switchable } from "./switch-over/problems";
import { acceptUnprovenProblems } from "./verification/args";

/** What is wrong with what a restore accepts. Paths begin at the restore's own root. */
export function acceptanceProblems(
  args: Partial<
    Pick<ScalarRestoreArgs, "at" | "from" | "acceptInconsistentCopiesAt" | "quietGap" | "verify" | "acceptUnproven">
  >,
): Problem[] {
  const { at, acceptInconsistentCopiesAt: accepted } = args;
  const unproven = [...acceptUnprovenProblems(args), ...quietGapProblems(args)];
  if (at === undefined || accepted === undefined || accepted === at) return unproven;
  return [
    ...unproven,
    {
      path: "acceptInconsistentCopiesAt",
      message: `"${accepted}" is not the instant of "at" ("${at}"); repeat that very text to accept copies that may be broken, or remove this key`,
    },
  ];
}

/** What would take the proof away without which an instant outside of windows is not accepted. */
function quietGapProblems({
  quietGap,
  from,
  verify,
  acceptInconsistentCopiesAt,
  acceptUnproven,
}: Parameters<typeof acceptanceProblems>[0]): Problem[] {
  if (quietGap !== true) return [];
  const against = [
    ...(acceptInconsistentCopiesAt === undefined ? [] : ["acceptInconsistentCopiesAt"]),
    ...(acceptUnproven === undefined ? [] : ["acceptUnproven"]),
    ...(Object.keys(from ?? {}).length > 0 ? ["from"] : []),
    ...(verify?.enabled === false ? ["verify.enabled: false"] : []),
  ];
  if (against.length === 0) return [];
  return [
    {
      path: "quietGap",
      message: `is set in addition to ${against.join(" and ")}: outside of pause windows only copies are accepted that the coordinator proves; remove one of the two`,
    },
  ];
}

/** Databases whose copies could not replace their sources, which is what a recovery is for. */
export function recoveryProblems(set: SwitchableSet, args: SwitchOverKeys, aws: AwsSettings): Problem[] {
  // Copies that take the production names need not be usable before.
  if (args.mode !== RestoreMode.Recovery || "databases" in switchable(set, args, aws)) return [];
  return set.databases.flatMap((database, index) => {
    const { kind, args } = kindOf(database);
    const message = kind.recoveryProblem?.(args, aws);
    return message ? [{ path: `databases[${index}].${kind.key}`, message: `cannot be recovered: ${message}` }] : [];
  });
}
