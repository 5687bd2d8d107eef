import { counted } from "../restore-points/counted";
import { longestIntervalMillis } from "../restore-points/rules/schedule";
import type { AwsSettings } from "./cloud-settings";
import { type DatabaseArgs, kindOf } from "./databases";
import type { PauseScheduleArgs, WindowBackupArgs } from "./pause/args";
import { DEFAULT_EVERY_DAYS } from "./pause/window-backups";
import type { Problem } from "./problem";

const DAY_MILLIS = 86_400_000;

/** What is backed up in windows, of all databases of a set. */
export function windowBackupsOf(databases: readonly DatabaseArgs[], aws: AwsSettings): WindowBackupArgs[] {
  return databases.flatMap((database) => {
    const { name, kind, args } = kindOf(database);
    return kind.windowBackups?.(name, args, aws) ?? [];
  });
}

/** Reports backups without credentials, and credentials without backups. Paths begin at the configuration's root. */
export function windowBackupProblems(
  databases: readonly DatabaseArgs[],
  pause: PauseScheduleArgs | undefined,
  aws: AwsSettings,
): Problem[] {
  const backups = databases.flatMap((database, index) => {
    const { name, kind, args } = kindOf(database);
    const own = kind.windowBackups?.(name, args, aws);
    return own ? [{ ...own, path: `databases[${index}].${kind.key}.windowBackups` }] : [];
  });
  const first = backups[0]?.path;
  if (first === undefined)
    return pause?.aws
      ? [
          {
            path: "pause.aws",
            message:
              "gives the pauser credentials that it has no use for; give databases[].dynamodb.windowBackups, or remove it",
          },
        ]
      : [];
  const problems: Problem[] = [];
  for (const { path, everyDays = DEFAULT_EVERY_DAYS, deleteAfter } of backups) {
    const apart = Math.max(everyDays, Math.ceil((longestIntervalMillis(pause?.schedule ?? "") ?? 0) / DAY_MILLIS));
    if (deleteAfter < apart)
      problems.push({
        path,
        message: `keeps backups for ${counted(deleteAfter, "day")}, and gets new ones after ${apart}, so that there would be none at times; set deleteAfter to ${apart} or more, or everyDays (and pause.schedule) to less`,
      });
  }
  if (pause !== undefined && pause.aws === undefined)
    problems.push({
      path: first,
      message:
        "makes backups from the pauser, which needs AWS credentials for that: give pause.aws, either { eksCluster: <name> } or { roleArn: <a role of yours> }",
    });
  if (pause?.rendezvousSeconds)
    problems.push({
      path: first,
      message:
        "holds pods for longer in some windows, and with pause.rendezvousSeconds all clusters hold for the same time: remove one of them",
    });
  return problems;
}
