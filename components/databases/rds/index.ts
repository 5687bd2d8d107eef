import * as pulumi from "@pulumi/pulumi";
import { answered } from "../../../operations/answered";
import { describeCluster, tagsOf } from "../../../operations/aurora";
import { describeInstance } from "../../../operations/rds";
import { awsPartition } from "../../../restore-points/rules/aws-partition";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import { INSTANT_TAG } from "../../../restore-points/rules/tag-keys";
import { retentionOwner } from "../../vaults/aws/source";
import { type DatabaseKind, regionOf } from "../kind";
import { type RdsArgs, rdsSchema } from "./args";
import { copyIdentifier } from "./copies";
import { createdCluster, createdInstance } from "./created";
import type { RdsEngine } from "./engine";
import { protectCreatedInstance, protectExistingInstance, readInstanceRange } from "./instance-protect";
import { restoreInstance } from "./instance-restore";
import { NOT_CONTINUOUS, protectCreatedCluster, protectExistingCluster, readClusterRange } from "./multi-az-cluster";
import { restoreMultiAzCluster } from "./multi-az-restore";
import { snapshotDoubt, snapshotProblem } from "./snapshots";
import { configuredRegion, identifierOf, isCluster, lookUpCluster, lookUpInstance } from "./source";
import { rdsSwitchOver } from "./switch-over";

export type { RdsArgs } from "./args";

/** Everything the kinds of RDS have in common: a single instance, or a Multi-AZ DB cluster. */
export function rds(engine: RdsEngine): DatabaseKind<RdsArgs> {
  return {
    key: engine.key,
    id: engine.kind,
    label: engine.label,
    relational: true,
    schema: rdsSchema(engine),
    region: configuredRegion,
    recoveryDays: (args) => args.backupRetentionPeriod ?? RECOVERY_PERIODS.rds.maximum,
    created: ({ create }) => [
      ...(create?.instance ? [createdInstance(create.instance)] : []),
      ...(create?.cluster ? [createdCluster(create.cluster)] : []),
    ],
    identities(args, aws) {
      const id = identifierOf("", args);
      const what = isCluster(args) ? "cluster" : "instance";
      // AWS ignores the case of identifiers.
      return typeof id === "string" && id !== ""
        ? [`RDS ${what} ${id.toLowerCase()} in ${configuredRegion(args) ?? aws.defaultRegion}`]
        : [];
    },
    protect(name, args, context) {
      const { instance, cluster } = args.create ?? {};
      if (instance) return protectCreatedInstance(engine, name, args, instance, context);
      if (cluster) return protectCreatedCluster(engine, name, args, cluster, context);
      const protect = isCluster(args) ? protectExistingCluster : protectExistingInstance;
      return protect(engine, name, args, context);
    },
    awsBackup(name, args, aws) {
      const region = configuredRegion(args) ?? aws.defaultRegion;
      const cluster = isCluster(args);
      const found = () => regionOf(configuredRegion(args), aws, name);
      return {
        resourceType: "RDS",
        region,
        resources: (account) => ({
          exact: [
            pulumi.interpolate`arn:${awsPartition(region ?? "").id}:rds:${region}:${account}:${cluster ? "cluster" : "db"}:${identifierOf(name, args)}`,
          ],
          prefixes: [],
        }),
        arns: () =>
          cluster
            ? lookUpCluster(engine, name, args, found(), aws).apply(({ cluster }) => [
                answered(cluster, "DBClusterArn"),
              ])
            : lookUpInstance(engine, name, args, found(), aws).apply(({ instance }) => [
                answered(instance, "DBInstanceArn"),
              ]),
        notContinuousBecause: cluster ? NOT_CONTINUOUS : retentionOwner(args),
        retentionDays: args.backupRetentionPeriod,
        // The ARNs of clusters are those of Aurora, too [AWS Backup Developer Guide, "Assign resources with AWS CLI"].
        needsOptIn: cluster,
        gone: args.existing?.deleted,
        coldStorage: false,
        ...(cluster && { notCopiedBecause: "snapshots of Multi-AZ DB clusters cannot be copied" }),
      };
    },
    async readRange(name, args, { aws }) {
      const region = regionOf(configuredRegion(args), aws, name);
      return isCluster(args)
        ? readClusterRange(engine, name, args, region, aws)
        : readInstanceRange(engine, name, args, region, aws);
    },
    backupProblem: (args, from, aws) =>
      snapshotProblem(from, { cluster: isCluster(args), region: configuredRegion(args) ?? aws.defaultRegion }),
    backupDoubt: (name, args, from, context) =>
      snapshotDoubt(regionOf(configuredRegion(args), context.aws, name), from, context),
    async copiesExist(name, args, { aws, instant }) {
      const id = identifierOf(name, args);
      if (typeof id !== "string") return false;
      const region = regionOf(configuredRegion(args), aws, name);
      const copy = copyIdentifier(id, instant);
      const found = isCluster(args)
        ? (await describeCluster(region, copy, aws.access))?.cluster
        : (await describeInstance(region, copy, aws.access))?.instance;
      return found !== undefined && tagsOf(found)[INSTANT_TAG] === instant;
    },
    restore: (name, args, context) =>
      (isCluster(args) ? restoreMultiAzCluster : restoreInstance)(engine, name, args, context),
    ...rdsSwitchOver((args) => ({
      what: isCluster(args) ? "cluster" : "instance",
      identifier: args.existing?.instanceIdentifier ?? args.existing?.clusterIdentifier,
      region: configuredRegion(args),
    })),
  };
}
