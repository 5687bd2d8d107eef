import { z } from "zod";
import type { Shape } from "../schema-tools";

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
    } satisfies Shape<RestoreFromArgs>),
  )
  .describe("Backups to restore from, by the databases' names, in place of their point-in-time recovery");
