import { readBackupSources } from "../../../operations/dynamodb";
import { backupArnProblem } from "../../vaults/backup-arn";
import type { RestoreFromArgs } from "../../vaults/restore-from";
import { instantSuffix, type RestoreContext } from "../kind";

/** Why tables can't be restored from these, with the fix; undefined when each is a backup of DynamoDB's own. */
export function tableBackupsProblem({ backupArn, tables, windowBackups }: RestoreFromArgs) {
  if (windowBackups)
    return backupArn === undefined && tables === undefined
      ? undefined
      : "takes windowBackups alone: the window's record says which backups there are";
  if (backupArn !== undefined || tables === undefined || Object.keys(tables).length === 0)
    return "takes tables: the ARN of a backup for each table of the database, by the tables' full names";
  const problems = Object.entries(tables).flatMap(([table, arn]) => {
    const problem = backupArnProblem(arn, {
      service: "dynamodb",
      resource: /^table\/[^/]+\/backup\//,
      example: "arn:aws:dynamodb:<region>:<account>:table/<table>/backup/<id>",
      // DynamoDB restores a backup to any region.
      region: undefined,
    });
    return problem === undefined ? [] : [`${table}: ${problem}`];
  });
  return problems.length === 0 ? undefined : problems.join("; ");
}

/** Why it is not certain that the backups are as of the instant; undefined when the names of their tables show it. */
export async function tableBackupsDoubt(
  region: string,
  { tables }: RestoreFromArgs,
  { aws, instant }: Pick<RestoreContext, "aws" | "instant">,
): Promise<string | undefined> {
  // A backup is described where it is.
  const arns = Object.values(tables ?? {});
  const regions = [...new Set(arns.map((arn) => arn.split(":")[3] ?? region))];
  const found = await Promise.all(
    regions.map((each) =>
      readBackupSources(
        each,
        arns.filter((arn) => arn.split(":")[3] === each),
        aws.access,
      ),
    ),
  );
  const sources = new Map(found.flatMap((each) => [...each]));
  const doubtful = Object.entries(tables ?? {}).find(
    ([table, arn]) => sources.get(arn) !== `${table}-${instantSuffix(instant)}`,
  );
  if (doubtful === undefined) return undefined;
  const [first, arn] = doubtful;
  return `${arn} is a backup of table ${sources.get(arn)}, not of ${first}-${instantSuffix(instant)}, the copy of that restore point`;
}
