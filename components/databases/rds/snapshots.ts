import { readSnapshotTags } from "../../../operations/rds";
import { INSTANT_TAG } from "../../../restore-points/rules/tag-keys";
import { backupArnProblem } from "../../vaults/backup-arn";
import type { RestoreFromArgs } from "../../vaults/restore-from";
import type { RestoreContext } from "../kind";

/** Why a copy can't be restored from this, with the fix; undefined when it is a snapshot of the right sort. */
export function snapshotProblem(
  { backupArn, tables, windowBackups }: RestoreFromArgs,
  what: { cluster: boolean; region: string | undefined },
): string | undefined {
  if (windowBackups) return "takes backupArn, the ARN of a snapshot; only DynamoDB has backups of pause windows";
  if (tables !== undefined) return "takes backupArn, the ARN of a snapshot; tables are DynamoDB's";
  const resource = what.cluster ? "cluster-snapshot" : "snapshot";
  return backupArnProblem(backupArn, {
    service: "rds",
    resource: new RegExp(`^${resource}:`),
    example: `arn:aws:rds:<region>:<account>:${resource}:awsbackup:job-<id>`,
    region: what.region,
  });
}

/** Why it is not certain that a snapshot is as of the instant; undefined when its tag shows it. */
export async function snapshotDoubt(
  region: string,
  { backupArn }: RestoreFromArgs,
  { aws, instant }: Pick<RestoreContext, "aws" | "instant">,
): Promise<string | undefined> {
  if (backupArn === undefined) return "no backupArn is given, so that its instant is not known";
  const tag = (await readSnapshotTags(region, backupArn, aws.access))[INSTANT_TAG];
  if (tag === instant) return undefined;
  return tag === undefined
    ? `${backupArn} is a per-database copy: it does not say (by the tag ${INSTANT_TAG}) that it is of a restore point`
    : `${backupArn} is a copy of another restore point, ${tag}`;
}
