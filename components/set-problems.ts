import { z } from "zod";
import { type ScalarBackupArgs, scalarBackupShape } from "./backup-args";
import type { AwsSettings } from "./cloud-settings";
import { databaseProblems, withOneKind } from "./databases";
import type { PauseScheduleArgs } from "./pause/args";
import { importedWindowProblems } from "./pause/imported-windows";
import { otherClusterProblems } from "./pause/other-clusters";
import { pauseKeyProblems, pauseRunProblems } from "./pause/validate";
import { pauseNeedProblems } from "./pause-need";
import { isWithin, type Problem, under } from "./problem";
import { releaseDatabaseProblems } from "./release-databases";
import { problemsOf } from "./schema-problems";
import { tagProblems } from "./tags";
import { validParts } from "./valid-parts";
import type { VaultArgs } from "./vaults/args";
import { ownVaultProblems, vaultProblems } from "./vaults/validate";
import { reachProblems } from "./warnings";
import { windowBackupProblems } from "./window-backups";

const setSchema = z.strictObject(scalarBackupShape);

/**
 * All problems of a set at once, given as args of `ScalarBackup` or as the configuration's values. What two parts have to do
 * with each other is checked when both are valid.
 */
export function setProblems(set: { [Key in keyof ScalarBackupArgs]?: unknown }, aws: AwsSettings): Problem[] {
  const schema = problemsOf(setSchema, set).filter(({ path }) => !isWithin(path, "databases"));
  const problems = [...databaseProblems(set.databases, aws), ...schema];
  const valid = (part: string) => !problems.some(({ path }) => isWithin(path, part));
  const { databases = [], pause, importedWindows, vault, tags } = validParts<ScalarBackupArgs>(set, "", problems);
  const databasesAreValid = valid("databases") && valid("aws:region");

  if (set.pause !== undefined) {
    const keys = validParts<PauseScheduleArgs>(set.pause, "pause", schema);
    problems.push(...under("pause", pauseKeyProblems(keys)));
    const reach =
      databasesAreValid && valid("pause.schedule") ? reachProblems({ databases, pause: keys, vault }, aws) : [];
    // A schedule that leaves databases without restore points leaves the record empty too; that is one mistake.
    const runs = pauseRunProblems(validParts<PauseScheduleArgs>(set.pause, "pause", problems)).filter(
      ({ path }) => reach.length === 0 || path !== "retentionDays" || keys.retentionDays !== undefined,
    );
    const others = valid("pause.otherClusters") ? otherClusterProblems(keys) : [];
    problems.push(...under("pause", [...runs, ...others]), ...reach);
  }
  if (importedWindows !== undefined)
    problems.push(...under("importedWindows", importedWindowProblems(importedWindows)));

  problems.push(...pauseNeedProblems(withOneKind(set.databases), set.pause));
  if (databasesAreValid) {
    problems.push(...tagProblems(tags, databases));
    if (valid("pause"))
      problems.push(
        ...windowBackupProblems(databases, pause, aws),
        ...releaseDatabaseProblems(databases, pause?.releases ?? [], "pause.releases", pause?.otherClusters),
      );
  }
  if (databasesAreValid && valid("vault")) problems.push(...vaultProblems(databases, vault, aws));
  else if (set.vault !== undefined) problems.push(...ownVaultProblems(validVaults(set.vault, schema)));
  return problems;
}

/** The vaults of each cloud without the keys that have problems. */
function validVaults(vault: unknown, problems: readonly Problem[]): Parameters<typeof ownVaultProblems>[0] {
  const { aws, azure } = {
    aws: undefined,
    azure: undefined,
    ...validParts<{ aws: unknown; azure: unknown }>(vault, "vault", []),
  };
  return {
    ...(aws !== undefined && { aws: validParts<NonNullable<VaultArgs["aws"]>>(aws, "vault.aws", problems) }),
    ...(azure !== undefined && { azure: validParts<NonNullable<VaultArgs["azure"]>>(azure, "vault.azure", problems) }),
  };
}
