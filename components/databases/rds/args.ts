import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import { type Shape, wholeNumberFrom } from "../../schema-tools";
import type { ResourceArgs } from "../create/resource-args";
import {
  databaseName,
  EITHER,
  eitherExistingOrCreate,
  instanceClass,
  manage,
  rdsIdentifier,
  recoveryDays,
  region,
} from "../schema";
import {
  type BuildArgs,
  buildSchema,
  DELETED_NEEDS_CLASS,
  deletedHasClass,
  deletedSchema,
  NO_DELETED_CLUSTERS,
} from "./deleted";
import { onlyEngine, type RdsEngine } from "./engine";

/** An instance, or a Multi-AZ DB cluster, that exists. Exactly one of the two identifiers. */
export interface RdsExistingArgs {
  /** The instance's identifier, such as `customers-prod`. */
  instanceIdentifier?: pulumi.Input<string>;
  /** Of a Multi-AZ DB cluster (MySQL and PostgreSQL only). */
  clusterIdentifier?: pulumi.Input<string>;
  /** Where it is. Defaults to `aws:region`. */
  region?: string;
  /** True once an instance is deleted: restores come from the automated backups that AWS retains. Defaults to false. */
  deleted?: boolean;
}

/** An instance, or a Multi-AZ DB cluster, that this program creates. Exactly one of the two. */
export interface RdsCreateArgs {
  /** Where it is. Defaults to `aws:region`. */
  region?: string;
  /** The arguments of `aws.rds.Instance`; `identifier` defaults to the database's name. Oracle and SQL Server need `engine`, the edition. */
  instance?: ResourceArgs;
  /** The arguments of `aws.rds.Cluster` for a Multi-AZ DB cluster (MySQL and PostgreSQL only); `clusterIdentifier` defaults to the database's name. */
  cluster?: ResourceArgs;
}

/** How copies are built when not like their source. */
export interface RdsRestoreToArgs extends BuildArgs {}

/** Amazon RDS: a single instance, or a Multi-AZ DB cluster. Exactly one of `existing` and `create`. */
export interface RdsArgs {
  /** An instance, or a Multi-AZ DB cluster, that exists. */
  existing?: RdsExistingArgs;
  /** What this program creates. */
  create?: RdsCreateArgs;
  /** Days that point-in-time recovery reaches back, 1 to 35. Defaults to 35. */
  backupRetentionPeriod?: number;
  /** Whether a created database is protected against deletion. Defaults to true. */
  deletionProtection?: boolean;
  /** False: change nothing, and fail if a setting does not meet these args. For `existing`. Defaults to true: AWS Backup keeps a continuous backup. */
  manage?: boolean;
  /** The database that ScalarDB connects to, for the JDBC URL. Defaults to the one that was created with the instance. */
  databaseName?: string;
  /** How a copy is built when not like its source. */
  restoreTo?: RdsRestoreToArgs;
}

/** The keys of engines that have no Multi-AZ DB clusters. */
type SingleShape<Args> = Omit<Shape<Args>, "clusterIdentifier" | "cluster">;

/** Describes and checks `RdsArgs` of an engine. */
export function rdsSchema(engine: RdsEngine) {
  const single = onlyEngine(engine);
  const where = region("it is");
  const what = engine.multiAzCluster ? "an instance, or a Multi-AZ DB cluster" : "an instance";
  const instanceIdentifier = rdsIdentifier("an instance identifier").describe("The instance's identifier");
  const instance = z
    .looseObject({
      instanceClass: instanceClass.describe("The instance's class"),
      engine: (single === undefined ? z.enum(engine.engines) : z.literal(single).optional()).describe(
        single === undefined ? "The edition" : "Leave it out: the kind of database determines it",
      ),
    })
    .describe("The arguments of aws.rds.Instance");
  const existing = engine.multiAzCluster
    ? z
        .strictObject({
          instanceIdentifier: instanceIdentifier.optional(),
          clusterIdentifier: rdsIdentifier("a cluster identifier").optional().describe("Of a Multi-AZ DB cluster"),
          region: where,
          deleted: deletedSchema,
        } satisfies Shape<RdsExistingArgs>)
        .refine((given) => (given.instanceIdentifier === undefined) !== (given.clusterIdentifier === undefined), {
          error: 'either "instanceIdentifier", or "clusterIdentifier" for a Multi-AZ DB cluster, one of the two',
        })
        .refine((given) => given.clusterIdentifier === undefined || given.deleted !== true, {
          error: `false for a Multi-AZ DB cluster: ${NO_DELETED_CLUSTERS}`,
          path: ["deleted"],
        })
    : z.strictObject({
        instanceIdentifier,
        region: where,
        deleted: deletedSchema,
      } satisfies SingleShape<RdsExistingArgs>);
  const create = engine.multiAzCluster
    ? z
        .strictObject({
          region: where,
          instance: instance.optional(),
          cluster: z
            .looseObject({
              dbClusterInstanceClass: instanceClass.describe("The class of the cluster's instances"),
              allocatedStorage: wholeNumberFrom(1, "a whole number of GiB").describe("Storage in GiB"),
            })
            .optional()
            .describe("The arguments of aws.rds.Cluster for a Multi-AZ DB cluster"),
        } satisfies Shape<RdsCreateArgs>)
        .refine((given) => (given.instance === undefined) !== (given.cluster === undefined), {
          error: 'either "instance", or "cluster" for a Multi-AZ DB cluster, one of the two',
        })
    : z.strictObject({ region: where, instance } satisfies SingleShape<RdsCreateArgs>);
  return z
    .strictObject({
      existing: existing.optional().describe(`What exists: ${what}`),
      create: create.optional().describe(`What this program creates: ${what}`),
      backupRetentionPeriod: recoveryDays(RECOVERY_PERIODS.rds, "RDS keeps no more, a vault can keep copies longer")
        .optional()
        .describe("Days that point-in-time recovery reaches back. Defaults to 35."),
      deletionProtection: z
        .boolean()
        .optional()
        .describe("Whether a created database is protected against deletion. Defaults to true."),
      manage,
      databaseName: databaseName.optional(),
      restoreTo: z.strictObject(buildSchema).optional().describe("How copies are built when not like their source"),
    } satisfies Shape<RdsArgs>)
    .refine(eitherExistingOrCreate, { error: EITHER })
    .refine(deletedHasClass, DELETED_NEEDS_CLASS);
}
