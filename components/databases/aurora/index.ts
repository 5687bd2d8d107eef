import * as pulumi from "@pulumi/pulumi";
import { answered } from "../../../operations/answered";
import { describeCluster, tagsOf } from "../../../operations/aurora";
import { awsPartition } from "../../../restore-points/rules/aws-partition";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import { INSTANT_TAG } from "../../../restore-points/rules/tag-keys";
import { retentionOwner } from "../../vaults/aws/source";
import { OWNED } from "../create";
import { type DatabaseKind, plain, regionOf } from "../kind";
import { rangeOf } from "../rds/cluster";
import { copyIdentifier } from "../rds/copies";
import { createdCluster } from "../rds/created";
import { snapshotDoubt, snapshotProblem } from "../rds/snapshots";
import { rdsSwitchOver } from "../rds/switch-over";
import { type AuroraArgs, auroraSchema } from "./args";
import { protectCreated, protectExisting } from "./protect";
import { restoreCluster } from "./restore";
import { type AuroraEngine, clusterIdentifier, configuredRegion, findSource, lookUpSource } from "./source";

export type { AuroraArgs } from "./args";

/** Everything the kinds of Aurora have in common, which is all but the engine's name. */
export function aurora(engine: AuroraEngine): DatabaseKind<AuroraArgs> {
  return {
    key: engine.key,
    id: engine.kind,
    label: engine.label,
    relational: true,
    schema: auroraSchema,
    region: configuredRegion,
    recoveryDays: (args) => args.backupRetentionPeriod ?? RECOVERY_PERIODS.rdsCluster.maximum,
    created: ({ create }) =>
      create === undefined
        ? []
        : [
            createdCluster(create.cluster ?? {}),
            ...create.instances.map((args, index) => ({
              path: ["create", "instances", index],
              resource: "aws/rds/clusterInstance",
              args,
              owned: {
                engine: OWNED.engine,
                region: OWNED.region,
                clusterIdentifier: "an instance belongs to the cluster that is created: remove it",
              },
            })),
          ],
    identities(args, aws) {
      const id = clusterIdentifier("", args);
      return typeof id === "string" && id !== ""
        ? // AWS ignores the case of identifiers.
          [`Aurora cluster ${id.toLowerCase()} in ${configuredRegion(args) ?? aws.defaultRegion}`]
        : [];
    },
    protect: (name, args, context) =>
      args.create
        ? protectCreated(engine, name, args, args.create, context)
        : protectExisting(engine, name, args, context),
    awsBackup(name, args, aws) {
      const region = configuredRegion(args) ?? aws.defaultRegion;
      const id = clusterIdentifier(name, args);
      return {
        resourceType: "Aurora",
        region,
        resources: (account) => ({
          exact: [pulumi.interpolate`arn:${awsPartition(region ?? "").id}:rds:${region}:${account}:cluster:${id}`],
          prefixes: [],
        }),
        arns: () =>
          lookUpSource(engine, name, args, regionOf(configuredRegion(args), aws, name), aws).apply(({ cluster }) => [
            answered(cluster, "DBClusterArn"),
          ]),
        notContinuousBecause: retentionOwner(args),
        retentionDays: args.backupRetentionPeriod,
        // Its ARNs are those of RDS, too [AWS Backup Developer Guide, "Assign resources with AWS CLI"].
        needsOptIn: true,
        gone: args.existing?.deleted,
        coldStorage: false,
      };
    },
    async readRange(name, args, { aws }) {
      const [region, id] = [regionOf(configuredRegion(args), aws, name), plain(name, clusterIdentifier(name, args))];
      return rangeOf(
        name,
        args.create ? await describeCluster(region, id, aws.access) : await findSource(engine, id, args, region, aws),
      );
    },
    backupProblem: (args, from, aws) =>
      snapshotProblem(from, { cluster: true, region: configuredRegion(args) ?? aws.defaultRegion }),
    backupDoubt: (name, args, from, context) =>
      snapshotDoubt(regionOf(configuredRegion(args), context.aws, name), from, context),
    async copiesExist(name, args, { aws, instant }) {
      const id = clusterIdentifier(name, args);
      if (typeof id !== "string") return false;
      const copy = await describeCluster(
        regionOf(configuredRegion(args), aws, name),
        copyIdentifier(id, instant),
        aws.access,
      );
      return copy !== undefined && tagsOf(copy.cluster)[INSTANT_TAG] === instant;
    },
    restore: (name, args, context) => restoreCluster(engine, name, args, context),
    ...rdsSwitchOver((args) => ({
      what: "cluster",
      identifier: args.existing?.clusterIdentifier,
      region: configuredRegion(args),
    })),
  };
}
