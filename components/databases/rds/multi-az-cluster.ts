import * as pulumi from "@pulumi/pulumi";
import { describeCluster } from "../../../operations/aurora";
import { counted } from "../../../restore-points/counted";
import type { ReportedRange } from "../../../restore-points/ranges";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import type { AwsSettings } from "../../cloud-settings";
import { endProgram } from "../../problem";
import { declareRepair, noted } from "../drift-repair";
import { type ProtectContext, type ProtectedDatabase, plain, regionOf } from "../kind";
import type { RdsArgs, RdsCreateArgs } from "./args";
import { clusterProtection, declareCluster, rangeOf } from "./cluster";
import { findMultiAzCluster, NO_DELETED_CLUSTERS } from "./deleted";
import type { RdsEngine } from "./engine";
import { declaredRds, isRetention, type RdsProtection, rdsShortfalls, refusal, stateProblem } from "./protection";
import { checkCluster, configuredRegion, identifierOf, lookUpCluster } from "./source";

/** Why AWS Backup keeps none continuously. [AWS Backup Developer Guide, Amazon RDS Multi-Availability Zone backups] */
export const NOT_CONTINUOUS =
  "AWS Backup makes snapshots of Multi-AZ DB clusters only; point-in-time recovery is the cluster's own";

/** Declares a Multi-AZ DB cluster with its protection. */
export function protectCreatedCluster(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  cluster: NonNullable<RdsCreateArgs["cluster"]>,
  context: ProtectContext,
): ProtectedDatabase {
  const region = regionOf(configuredRegion(args), context.aws, name);
  const days = args.backupRetentionPeriod ?? RECOVERY_PERIODS.rdsCluster.maximum;
  declareCluster(
    name,
    {
      engine: engine.engines[0],
      region,
      args: cluster,
      retentionDays: days,
      deletionProtection: args.deletionProtection ?? true,
    },
    context,
  );
  const goal = { kind: engine.kind, what: "cluster", region, days, notes: engine.notes };
  return declaredRds(name, goal, identifierOf(name, args), async (id) =>
    rangeOf(name, await describeCluster(region, id, context.aws.access)),
  );
}

/** Has a Multi-AZ DB cluster that exists keep its automated backups as long as is asked for. */
export function protectExistingCluster(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  context: ProtectContext,
): ProtectedDatabase {
  const region = regionOf(configuredRegion(args), context.aws, name);
  const days = args.backupRetentionPeriod ?? RECOVERY_PERIODS.rdsCluster.maximum;
  const manage = args.manage !== false;
  const observed = lookUpCluster(engine, name, args, region, context.aws).apply((found) =>
    clusterProtection(name, found),
  );
  const declared = observed.apply((protection) =>
    manage ? repair(name, region, protection, days, context) : undefined,
  );
  return {
    status: pulumi.all([observed, declared]).apply(async ([protection]) => {
      const state = stateProblem("cluster", protection.status, NO_DELETED_CLUSTERS);
      // No error: in a disaster, a database in such a state is just what has to be restored.
      if (state) pulumi.log.warn(`database ${name}: ${state}`, context.parent);
      const problems = rdsShortfalls(protection, days);
      if (!manage && problems.length > 0) return endProgram(refusal(name, "cluster", protection, problems));
      return {
        name,
        kind: engine.kind,
        protectedBy: `the cluster's own continuous backup of at least ${counted(days, "day")} in ${region}${manage ? "" : ", managed elsewhere"}`,
        notes: [
          ...(state ? [state] : []),
          ...problems
            .filter((problem) => !isRetention(problem))
            .map((problem) => `${problem}: change it on the cluster`),
          ...engine.notes,
        ],
      };
    }),
    range: observed.apply(({ range }) => range),
  };
}

/** What can be restored of a Multi-AZ DB cluster, read outside of a program. */
export async function readClusterRange(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  region: string,
  { access }: AwsSettings,
): Promise<ReportedRange> {
  const id = plain(name, identifierOf(name, args));
  if (args.create) return rangeOf(name, await describeCluster(region, id, access));
  return rangeOf(name, checkCluster(engine, id, region, await findMultiAzCluster(region, id, args, access)));
}

/** Repairs a retention that is too short. */
function repair(name: string, region: string, protection: RdsProtection, days: number, context: ProtectContext): void {
  const problems = rdsShortfalls(protection, days).filter(isRetention);
  const request = { region, clusterIdentifier: protection.identifier, days, ...noted(problems) };
  const { parent, aws } = context;
  declareRepair(name, "protect-rds-cluster", { request, access: aws.access }, problems, { parent });
}
