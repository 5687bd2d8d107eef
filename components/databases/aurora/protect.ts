import { ClusterInstance, type ClusterInstanceArgs } from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { describeCluster } from "../../../operations/aurora";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import { checkedArgs } from "../create/resource-args";
import { type ProtectContext, type ProtectedDatabase, regionOf } from "../kind";
import { clusterProtection, declareCluster, rangeOf } from "../rds/cluster";
import { declaredRds, protectExistingRds } from "../rds/protection";
import type { AuroraArgs, AuroraCreateArgs } from "./args";
import { type AuroraEngine, clusterIdentifier, configuredRegion, lookUpSource } from "./source";

/** Declares a cluster with its protection. */
export function protectCreated(
  engine: AuroraEngine,
  name: string,
  args: AuroraArgs,
  create: AuroraCreateArgs,
  context: ProtectContext,
): ProtectedDatabase {
  const where = regionOf(create.region, context.aws, name);
  const days = args.backupRetentionPeriod ?? RECOVERY_PERIODS.rdsCluster.maximum;
  const cluster = declareCluster(
    name,
    {
      engine: engine.engine,
      region: where,
      args: create.cluster ?? {},
      retentionDays: days,
      deletionProtection: args.deletionProtection ?? true,
    },
    context,
  );
  for (const [index, instance] of create.instances.entries()) {
    new ClusterInstance(
      `${name}-instance-${index + 1}`,
      {
        identifier: pulumi.interpolate`${create.cluster?.clusterIdentifier ?? name}-${index + 1}`,
        ...checkedArgs<ClusterInstanceArgs>(instance),
        engine: engine.engine,
        region: where,
        clusterIdentifier: cluster.id,
        tags: pulumi.output(instance.tags).apply((own) => ({ ...context.tags, ...own })),
      },
      { parent: context.parent, protect: true, retainOnDelete: true },
    );
  }
  const goal = { kind: engine.kind, what: "cluster", region: where, days, notes: [] };
  return declaredRds(name, goal, clusterIdentifier(name, args), async (id) =>
    rangeOf(name, await describeCluster(where, id, context.aws.access)),
  );
}

/** Has AWS Backup keep a continuous backup of a cluster that exists. */
export function protectExisting(
  engine: AuroraEngine,
  name: string,
  args: AuroraArgs,
  context: ProtectContext,
): ProtectedDatabase {
  const region = regionOf(configuredRegion(args), context.aws, name);
  return protectExistingRds(
    name,
    lookUpSource(engine, name, args, region, context.aws).apply((source) => clusterProtection(name, source)),
    {
      kind: engine.kind,
      what: "cluster",
      region,
      days: args.backupRetentionPeriod ?? RECOVERY_PERIODS.rdsCluster.maximum,
      manage: args.manage !== false,
      notes: [],
    },
    context,
  );
}
