import { Selection } from "@pulumi/aws/backup";
import type * as pulumi from "@pulumi/pulumi";
import type { CopyBackup, KeptCopies } from "./copy-backup";
import { declarePlan } from "./plans";
import { declareBackupRole } from "./role";
import { exactParts, partSuffix } from "./selections";

const KEPT_SCHEDULE = "cron(0 * ? * * *)";

/**
 * Makes AWS Backup copy restored databases into the vault while they exist. They are not written to, so that the vault has
 * all databases of the set as of one restore point, whenever the backup runs; every recovery point names its instant.
 */
export function declareKeptCopy(
  logical: string,
  { resourceType, region, arns, count }: CopyBackup,
  { vaultName, vaults, schedule, lifecycle }: KeptCopies,
  { tags, parent }: { tags: Record<string, string>; parent: pulumi.Resource },
): void {
  const name = `${logical}-kept`;
  const role = declareBackupRole(name, [{ resourceType, region, resources: arns }], tags, parent);
  // The same name everywhere, but only once the vault of this region exists.
  const vault = vaults.apply((existing) => {
    if (existing.some((each) => each.name === vaultName && each.region === region)) return vaultName;
    throw new Error(`there is no vault ${vaultName} in ${region}`);
  });
  const plan = declarePlan(
    name,
    region,
    [{ name: "restore-point", schedule: schedule ?? KEPT_SCHEDULE, lifecycle }],
    // Its ARN is not needed: these copies are not copied further.
    { vaultIn: () => ({ name: vault, arn: "" }), tags, parent },
    tags,
  );
  const select = (number: number) => {
    for (const [index, [from, to]] of exactParts(number).entries())
      new Selection(
        `${name}${partSuffix(index)}-selection`,
        {
          name: `restore-point-${resourceType}${partSuffix(index)}`,
          region,
          planId: plan.id,
          iamRoleArn: role.role.arn,
          resources: arns.apply((all) => all.slice(from, to)),
        },
        { parent, dependsOn: role.ready },
      );
  };
  if (count === undefined) select(1);
  else count.apply(select);
}

/** What a user has to know of it. */
export function keptNote({ vaultName, schedule }: KeptCopies): string {
  return `AWS Backup copies it into vault ${vaultName} at each run of ${schedule ?? KEPT_SCHEDULE} (UTC) while it exists: a permanent copy of this restore point; wait for the end of a run before you remove it`;
}
