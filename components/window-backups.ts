import { type DatabaseArgs, kindOf } from "./databases";
import type { AwsSettings } from "./databases/kind";
import type { Fault } from "./faults";
import type { PauseScheduleArgs } from "./pause/pause-schedule";
import type { WindowBackupArgs } from "./pause/window-backups";

/** What is backed up in windows, of all databases of a set. */
export function windowBackupsOf(databases: readonly DatabaseArgs[], aws: AwsSettings): WindowBackupArgs[] {
  return databases.flatMap((database) => {
    const { name, kind, args } = kindOf(database);
    return kind.windowBackups?.(name, args, aws) ?? [];
  });
}

/** Backups that nobody can make, and credentials that nobody needs. Paths begin at the configuration's root. */
export function windowBackupFaults(
  databases: readonly DatabaseArgs[],
  pause: PauseScheduleArgs | undefined,
  aws: AwsSettings,
): Fault[] {
  const paths = databases.flatMap((database, index) => {
    const { name, kind, args } = kindOf(database);
    return kind.windowBackups?.(name, args, aws) ? [`databases[${index}].${kind.key}.windowBackups`] : [];
  });
  const [first] = paths;
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
  const faults: Fault[] = [];
  if (pause !== undefined && pause.aws === undefined)
    faults.push({
      path: first,
      message:
        "makes backups from the pauser, which needs AWS credentials for that: give pause.aws, either { eksCluster: <name> } or { roleArn: <a role of yours> }",
    });
  if (pause?.rendezvousSeconds)
    faults.push({
      path: first,
      message:
        "holds pods for longer in some windows, and with pause.rendezvousSeconds all clusters hold for the same time: remove one of them",
    });
  return faults;
}
