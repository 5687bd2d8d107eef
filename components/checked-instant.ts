import * as pulumi from "@pulumi/pulumi";
import { checkInstant, describeProblems } from "../restore-points/check";
import type { DatabaseRange } from "../restore-points/ranges";
import { pauseNeed } from "../restore-points/rules/pause-need";
import type { PauseWindow } from "../restore-points/window";
import type { BackupSet, SetLists } from "./backup-set";
import type { AwsSettings } from "./cloud-settings";
import type { KnownDatabase } from "./databases";
import { lookUpFor } from "./databases/kind";
import { setMembers } from "./pause-need";
import { endProgram } from "./problem";
import type { ScalarRestoreArgs } from "./restore-args";
import type { RestoreFromArgs } from "./vaults/restore-from";
import { doubts } from "./vaults/restore-from-problems";
import { isStackProgram, settingName } from "./where-to-set";

/** The instant, once it has passed: restore calls are given this one, so that none is made before. */
export function checkedInstant(
  instant: string,
  args: ScalarRestoreArgs,
  set: BackupSet,
  lists: SetLists,
  databases: KnownDatabase[],
  copiesExist: pulumi.Output<boolean>[],
  aws: AwsSettings,
  resource: pulumi.Resource,
): pulumi.Output<string> {
  const need = pauseNeed(setMembers(set.databases));
  const fromBackups = databases.filter(({ name }) => args.from?.[name] !== undefined);
  // One relational database's backup is consistent whenever it was made.
  const doubtful = pulumi.all(
    (need.required ? fromBackups : []).map(({ name, kind, args: own }) =>
      lookUpFor(name, async () => ({
        name,
        // Cast: these databases are those that have one.
        doubt: await kind.backupDoubt?.(name, own, args.from?.[name] as RestoreFromArgs, { aws, instant }),
      })),
    ),
  );
  const check = async ([recorded, ranges, backups, pauseProblems, others]: [
    PauseWindow[],
    DatabaseRange[],
    Parameters<typeof doubts>[0],
    string[],
    string[],
  ]): Promise<string> => {
    const doubt = doubts(backups);
    // Backups say themselves of which restore point they are, long after its window and every range are past it.
    const ofRanges = fromBackups.length < databases.length;
    const verdict = checkInstant(instant, {
      now: Date.now(),
      pauseRequired: need.required,
      ...(args.quietGap && { quietGap: true }),
      releases: set.releases ?? [],
      windows: recorded,
      pauseProblems,
      databases: ranges.filter(({ name }) => args.from?.[name] === undefined),
    });
    const part = partProblem(others);
    if (part === undefined && doubt === undefined && (!ofRanges || verdict.problems.length === 0)) return instant;
    const problem =
      part ??
      (doubt === undefined
        ? `${settingName("restore.at")}: ${describeProblems(verdict)}`
        : `${settingName("restore.from")}: ${doubt}. ${need.because}, so the copies might not fit together: name backups of copies of ${instant} (vault.aws.keepRestored makes them), or accept copies that may be broken by acceptInconsistentCopiesAt`);
    if (args.acceptInconsistentCopiesAt === undefined) return endProgram(problem);
    pulumi.log.warn(`RESTORING COPIES THAT MAY BE BROKEN, as acceptInconsistentCopiesAt demands. ${problem}`, resource);
    return instant;
  };
  // Nor do they wait for windows that a preview may not know: with an unknown instant, it would replace them.
  return pulumi
    .all(copiesExist)
    .apply((exist) =>
      exist.every((one) => one)
        ? pulumi.output(instant)
        : pulumi.all([lists.windows, lists.ranges, doubtful, lists.pauseProblems, lists.others]).apply(check),
    );
}

/** Another stack backs up more than this restore names, as after a database was added there: what is restored is no whole set. */
function partProblem(others: readonly string[]): string | undefined {
  if (others.length === 0) return undefined;
  const where = isStackProgram() ? settingName("databases") : "ScalarRestore: backup.databases";
  return `${where} lacks ${others.join(", ")}, which the stack that backs the set up has in its last update: copies of some databases prove nothing of the whole set; name all of them`;
}
