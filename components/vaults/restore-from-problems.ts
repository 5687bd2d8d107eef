import type { AwsSettings } from "../cloud-settings";
import { type DatabaseArgs, kindOf } from "../databases";
import type { Problem } from "../problem";
import { pathText } from "../problem-messages/value";
import type { RestoreFromArgs } from "./restore-from";

/** What `pulumi up` cannot restore, with who can. Paths begin at the restore's own root. */
export function restoreFromProblems(
  databases: readonly DatabaseArgs[],
  from: Record<string, RestoreFromArgs> | undefined,
  aws: AwsSettings,
): Problem[] {
  return Object.entries(from ?? {}).flatMap(([name, backup]): Problem[] => {
    const path = pathText(["from", name]);
    const database = databases.find((each) => each.name === name);
    if (database === undefined)
      return [
        {
          path,
          message: `is not a database of the set; expected one of ${databases.map((each) => each.name).join(", ")}`,
        },
      ];
    const { kind, args } = kindOf(database);
    if (kind.backupProblem === undefined)
      return [
        {
          path,
          message: `no copy of ${kind.label} in a vault can be restored by pulumi up: restore it by Azure Backup, and remove this`,
        },
      ];
    const message = kind.backupProblem(args, backup, aws);
    return message === undefined ? [] : [{ path, message }];
  });
}

/** Backups whose instant cannot be verified, by the databases' names. */
export function doubts(found: { name: string; doubt: string | undefined }[]): string | undefined {
  const doubtful = found.filter(({ doubt }) => doubt !== undefined);
  return doubtful.length === 0 ? undefined : doubtful.map(({ name, doubt }) => `${name}: ${doubt}`).join("; ");
}
