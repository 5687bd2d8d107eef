import { z } from "zod";
import { type DatabaseArgs, kindOf } from "../databases";
import type { AwsSettings } from "../databases/kind";
import type { Problem } from "../problem";

/** A backup that a database is restored from, in place of its point-in-time recovery. One of them. */
export interface RestoreFromArgs {
  /** RDS and Aurora: the ARN of a snapshot, such as `arn:aws:rds:<region>:<account>:cluster-snapshot:awsbackup:job-...`. */
  backupArn?: string;
  /** DynamoDB: the ARN of a backup for each table, by the tables' full names. */
  tables?: Record<string, string>;
  /** DynamoDB: true for the backups that the pauser made in the window of the instant. */
  windowBackups?: boolean;
}

/** Describes `restore.from`. */
export const restoreFromSchema = z
  .record(
    z.string(),
    z.strictObject({
      backupArn: z.string().optional().describe("RDS and Aurora: the ARN of a snapshot"),
      tables: z.record(z.string(), z.string()).optional().describe("DynamoDB: the ARN of a backup for each table"),
      windowBackups: z
        .literal(true)
        .optional()
        .describe("DynamoDB: the backups that the pauser made in the pause window of `at`"),
    }),
  )
  .describe("Backups to restore from, by the databases' names, in place of their point-in-time recovery");

/** What `pulumi up` cannot restore, with who can. Paths begin at the restore's own root. */
export function restoreFromProblems(
  databases: readonly DatabaseArgs[],
  from: Record<string, RestoreFromArgs> | undefined,
  aws: AwsSettings,
): Problem[] {
  return Object.entries(from ?? {}).flatMap(([name, backup]): Problem[] => {
    const path = `from.${name}`;
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

/** What cannot be told to be as of the restore's instant, by the databases' names. */
export function doubts(found: { name: string; doubt: string | undefined }[]): string | undefined {
  const doubtful = found.filter(({ doubt }) => doubt !== undefined);
  return doubtful.length === 0 ? undefined : doubtful.map(({ name, doubt }) => `${name}: ${doubt}`).join("; ");
}
