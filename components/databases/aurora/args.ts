import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import { type Shape, wholeNumber } from "../../schema-tools";
import type { ResourceArgs } from "../create/resource-args";
import { type BuildArgs, buildSchema, DELETED_NEEDS_CLASS, deletedHasClass, deletedSchema } from "../rds/deleted";
import {
  databaseName,
  EITHER,
  eitherExistingOrCreate,
  manage,
  parameterGroupName,
  rdsIdentifier,
  recoveryDays,
  region,
} from "../schema";

/** A cluster that exists. */
export interface AuroraExistingArgs {
  /** The cluster's identifier, such as `customers-prod`. */
  clusterIdentifier: pulumi.Input<string>;
  /** Where the cluster is. Defaults to `aws:region`. */
  region?: string;
  /** True once it is deleted: restores come from the automated backups that AWS retains. Defaults to false. */
  deleted?: boolean;
}

/** A cluster that this program creates. */
export interface AuroraCreateArgs {
  /** Where the cluster is. Defaults to `aws:region`. */
  region?: string;
  /** The arguments of `aws.rds.Cluster`; `clusterIdentifier` defaults to the database's name. */
  cluster?: ResourceArgs;
  /** The arguments of each `aws.rds.ClusterInstance`, at least one. */
  instances: ResourceArgs[];
}

/** How copies are built when not like their source. */
export interface AuroraRestoreToArgs extends BuildArgs {
  /** The parameter group of the copy's instances. Defaults to the source's, for a deleted one to AWS's default. */
  instanceParameterGroupName?: string;
  /** The number of readers. Defaults to as many as the source has, for a deleted one to none. */
  readers?: number;
}

/** Amazon Aurora. Exactly one of `existing` and `create`. */
export interface AuroraArgs {
  /** A cluster that exists. */
  existing?: AuroraExistingArgs;
  /** A cluster that this program creates. */
  create?: AuroraCreateArgs;
  /** Days that point-in-time recovery reaches back, 1 to 35. Defaults to 35. */
  backupRetentionPeriod?: number;
  /** Whether a created cluster is protected against deletion. Defaults to true. */
  deletionProtection?: boolean;
  /** False: change nothing, and fail if a setting does not meet these args. For `existing`. Defaults to true: AWS Backup keeps a continuous backup. */
  manage?: boolean;
  /** The database that ScalarDB connects to, for the JDBC URL. Defaults to the cluster's first database. */
  databaseName?: string;
  /** How a copy is built when not like its source. */
  restoreTo?: AuroraRestoreToArgs;
}

/** Describes and checks `AuroraArgs`. */
export const auroraSchema = z
  .strictObject({
    existing: z
      .strictObject({
        clusterIdentifier: rdsIdentifier("a cluster identifier").describe("The cluster's identifier"),
        region: region("the cluster is"),
        deleted: deletedSchema,
      } satisfies Shape<AuroraExistingArgs>)
      .optional()
      .describe("A cluster that exists"),
    create: z
      .strictObject({
        region: region("the cluster is"),
        cluster: z
          .looseObject({})
          .meta({ examples: [{ databaseName: "customers" }] })
          .optional()
          .describe("The arguments of aws.rds.Cluster"),
        instances: z
          .array(z.looseObject({}).meta({ examples: [{ instanceClass: "db.r7g.large" }] }))
          .min(1, { error: "at least one instance, the writer, such as [{ instanceClass: db.r7g.large }]" })
          .meta({ examples: [[{ instanceClass: "db.r7g.large" }]] })
          .describe("The arguments of each aws.rds.ClusterInstance"),
      } satisfies Shape<AuroraCreateArgs>)
      .optional()
      .describe("A cluster that this program creates"),
    backupRetentionPeriod: recoveryDays(
      RECOVERY_PERIODS.rdsCluster,
      "Aurora keeps no more, a vault can keep copies longer",
    )
      .optional()
      .describe("Days that point-in-time recovery reaches back. Defaults to 35."),
    deletionProtection: z
      .boolean()
      .optional()
      .describe("Whether a created cluster is protected against deletion. Defaults to true."),
    manage,
    databaseName: databaseName.optional(),
    restoreTo: z
      .strictObject({
        ...buildSchema,
        instanceParameterGroupName: parameterGroupName
          .optional()
          .describe("The parameter group of the copy's instances"),
        readers: wholeNumber({ min: 0, max: 15, why: "Aurora has no more readers" })
          .optional()
          .describe("The number of readers. Defaults to as many as the source has, for a deleted one to none."),
      } satisfies Shape<AuroraRestoreToArgs>)
      .optional()
      .describe("How copies are built when not like their source"),
  } satisfies Shape<AuroraArgs>)
  .refine(eitherExistingOrCreate, { error: EITHER })
  .refine(deletedHasClass, DELETED_NEEDS_CLASS);
