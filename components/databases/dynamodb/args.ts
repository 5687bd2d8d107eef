import { z } from "zod";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import { type Shape, wholeNumber } from "../../schema-tools";
import type { ResourceArgs } from "../create/resource-args";
import { awsRegion, EITHER, eitherExistingOrCreate, kmsKeyArn, manage, recoveryDays, region } from "../schema";

/** DynamoDB tables that exist: those of ScalarDB namespaces, tables by name, or both. */
export interface DynamodbExistingArgs {
  /** Where the tables are. Defaults to `aws:region`. */
  region?: string;
  /** ScalarDB namespaces whose tables belong to this database, such as `ledger`; tables added later are found by the next `up`. */
  namespaces?: string[];
  /** Tables by their full names, such as `ledger.accounts`. */
  tables?: string[];
  /** The namespace prefix, if ScalarDB is configured with `scalar.db.dynamo.namespace.prefix`. */
  namespacePrefix?: string;
  /** Whether ScalarDB's own tables (the coordinator's and the metadata's namespace) belong to it. Defaults to true. */
  scalardbTables?: boolean;
  /** The coordinator's namespace, `scalar.db.consensus_commit.coordinator.namespace`. Defaults to `coordinator`. */
  coordinatorNamespace?: string;
  /** The metadata's namespace, `scalar.db.dynamo.table_metadata.namespace`. Defaults to `scalardb`. */
  metadataNamespace?: string;
}

/** DynamoDB tables that this program creates. */
export interface DynamodbCreateArgs {
  /** Where the tables are. Defaults to `aws:region`. */
  region?: string;
  /** The tables by their full names, each with the arguments of `aws.dynamodb.Table`. */
  tables: Record<string, ResourceArgs>;
}

/** Where a restore puts copies, and how they are built when not like their source. */
export interface DynamodbRestoreToArgs {
  /**
   * Another region: the copies get the tables' own names there, and ScalarDB can use them; a recovery cannot replace production by them.
   * Defaults to the same region, next to the source under other names: for inspection, and for a recovery.
   */
  region?: string;
  /**
   * The copies' namespace prefix, such as `r1_`: ScalarDB uses them next to their sources once it has it in
   * `scalar.db.dynamo.namespace.prefix`. For `existing` tables, ScalarDB's own among them. Defaults to none: the copies' names end
   * with the instant, and ScalarDB does not find them.
   */
  namespacePrefix?: string;
  /**
   * The KMS key that encrypts copies, in the region where they are restored to. Defaults to the source's key; in another region,
   * where that key does not exist, to the AWS managed key.
   */
  kmsKeyArn?: string;
}

/** Backups that the pauser makes in pause windows, of all tables. */
export interface DynamodbWindowBackupsArgs {
  /** Days after which a backup is deleted, by the `pulumi up` that comes next. */
  deleteAfter: number;
  /** The least number of days between two windows with backups. Such a window is two minutes longer. Defaults to 7. */
  everyDays?: number;
}

/** Amazon DynamoDB. Exactly one of `existing` and `create`. */
export interface DynamodbArgs {
  /** Tables that exist: those of ScalarDB namespaces, tables by name, or both. */
  existing?: DynamodbExistingArgs;
  /** Tables that this program creates. */
  create?: DynamodbCreateArgs;
  /** Days that point-in-time recovery reaches back, 1 to 35. Existing tables that reach back further are left so. Defaults to 35. */
  recoveryPeriodInDays?: number;
  /** Whether tables are protected against deletion. Defaults to true. */
  deletionProtection?: boolean;
  /** False: change nothing, and fail if a setting does not meet these args. For `existing`. Defaults to true. */
  manage?: boolean;
  /** Where copies are put. Defaults to the tables' own region, for inspection and for a recovery. */
  restoreTo?: DynamodbRestoreToArgs;
  /** Backups made in pause windows, which outlive point-in-time recovery. Needs `pause.aws`. Defaults to none. */
  windowBackups?: DynamodbWindowBackupsArgs;
}

const days = wholeNumber({ min: 1, max: 36_500 }, "a whole number of days");
const tableName = z.string().regex(/^[\w.-]{3,255}$/, {
  error: "a table's full name: 3 to 255 letters, digits, underscores, hyphens and periods, such as ledger.accounts",
});
const namespace = z.string().regex(/^[\w.-]{1,255}$/, {
  error: "a ScalarDB namespace: letters, digits, underscores, hyphens and periods, such as ledger",
});
const list = <Item extends z.ZodType>(item: Item, example: string) =>
  z
    .array(item)
    .min(1, { error: `at least one, such as [${example}]` })
    .meta({ examples: [[example]] });

/** Why copies of these tables cannot have another namespace prefix, as far as the configuration shows it. */
function prefixMistake({ existing, create }: DynamodbArgs, { region, namespacePrefix }: DynamodbRestoreToArgs) {
  if (create !== undefined)
    return "no prefix for tables that the program creates; hand them over to existing first (docs/recovery.md)";
  if (existing?.scalardbTables === false)
    return "no prefix without ScalarDB's own tables, which say what tables there are: remove existing.scalardbTables";
  if (existing?.namespacePrefix === namespacePrefix)
    return "another prefix than that of the tables themselves (existing.namespacePrefix), or none";
  if (region !== undefined && region !== existing?.region)
    return "no prefix in another region, where copies have the tables' own names; remove one of the two";
  return undefined;
}

/** Describes and checks `DynamodbArgs`. */
export const dynamodbSchema = z
  .strictObject({
    existing: z
      .strictObject({
        region: region("the tables are"),
        namespaces: list(namespace, "ledger")
          .optional()
          .describe("ScalarDB namespaces whose tables belong to this database"),
        tables: list(tableName, "ledger.accounts").optional().describe("Full names of tables, such as ledger.accounts"),
        namespacePrefix: z.string().optional().describe("scalar.db.dynamo.namespace.prefix, if ScalarDB has one"),
        scalardbTables: z
          .boolean()
          .optional()
          .describe(
            "Whether ScalarDB's own tables (the coordinator's and the metadata's namespace) belong to it. Defaults to true.",
          ),
        coordinatorNamespace: namespace
          .meta({ examples: ["coordinator"] })
          .optional()
          .describe("scalar.db.consensus_commit.coordinator.namespace, if ScalarDB has one. Defaults to coordinator."),
        metadataNamespace: namespace
          .meta({ examples: ["scalardb"] })
          .optional()
          .describe("scalar.db.dynamo.table_metadata.namespace, if ScalarDB has one. Defaults to scalardb."),
      } satisfies Shape<DynamodbExistingArgs>)
      .refine((existing) => existing.namespaces || existing.tables, {
        error: '"namespaces", "tables" or both; name the ScalarDB namespaces that are kept in DynamoDB',
      })
      .meta({ examples: [{ namespaces: ["ledger"] }] })
      .optional()
      .describe("Tables that exist: those of ScalarDB namespaces, tables by name, or both"),
    create: z
      .strictObject({
        region: region("the tables are"),
        tables: z
          .record(
            tableName,
            z.looseObject({}).meta({ examples: [{ hashKey: "id", attributes: [{ name: "id", type: "S" }] }] }),
          )
          .meta({ examples: [{ "ledger.accounts": { hashKey: "id", attributes: [{ name: "id", type: "S" }] } }] })
          .describe("Tables by their full names, each with the arguments of aws.dynamodb.Table"),
      } satisfies Shape<DynamodbCreateArgs>)
      .optional()
      .describe("Tables that this program creates"),
    recoveryPeriodInDays: recoveryDays(
      RECOVERY_PERIODS.dynamodb,
      "DynamoDB keeps no more, a vault can keep copies longer",
    )
      .optional()
      .describe("Days that point-in-time recovery reaches back. Defaults to 35."),
    deletionProtection: z
      .boolean()
      .optional()
      .describe("Whether tables are protected against deletion. Defaults to true."),
    manage,
    restoreTo: z
      .strictObject({
        region: awsRegion
          .optional()
          .describe(
            "Another region, where copies have the tables' own names, and cannot replace production in a recovery. Defaults to the tables' own, for inspection and for a recovery.",
          ),
        namespacePrefix: z
          .string()
          .regex(/^[\w-]{1,64}$/, { error: "1 to 64 letters, digits, underscores and hyphens, such as r1_" })
          .meta({ examples: ["r1_"] })
          .optional()
          .describe(
            "The copies' namespace prefix: ScalarDB uses them next to their sources by scalar.db.dynamo.namespace.prefix",
          ),
        kmsKeyArn: kmsKeyArn
          .optional()
          .describe(
            "The KMS key of copies, in their region. Defaults to the source's, in another region to the AWS managed key.",
          ),
      } satisfies Shape<DynamodbRestoreToArgs>)
      .optional()
      .describe(
        "Where a restore puts copies; another region lets them keep the tables' names, a prefix lets ScalarDB find them",
      ),
    windowBackups: z
      .strictObject({
        deleteAfter: days
          .meta({ examples: [400] })
          .describe("Days after which a backup is deleted, by the pulumi up that comes next"),
        everyDays: days
          .optional()
          .describe(
            "The least number of days between two windows with backups. Such a window holds pods for two minutes longer. Defaults to 7.",
          ),
      } satisfies Shape<DynamodbWindowBackupsArgs>)
      .optional()
      .describe(
        "Backups that the pauser makes in pause windows, which outlive point-in-time recovery. Needs pause.aws.",
      ),
  } satisfies Shape<DynamodbArgs>)
  .refine(eitherExistingOrCreate, { error: EITHER })
  .superRefine(({ existing, create, restoreTo }, context) => {
    if (restoreTo?.namespacePrefix === undefined) return;
    const message = prefixMistake({ ...(existing && { existing }), ...(create && { create }) }, restoreTo);
    if (message !== undefined)
      context.addIssue({ code: "custom", path: ["restoreTo", "namespacePrefix"], message, input: restoreTo });
  })
  .refine(
    ({ existing, create, restoreTo }) => {
      const region = restoreTo?.region ?? existing?.region ?? create?.region;
      const key = restoreTo?.kmsKeyArn;
      return region === undefined || key === undefined || key.split(":")[3] === region;
    },
    {
      path: ["restoreTo", "kmsKeyArn"],
      error: "the ARN of a KMS key in the region that copies are restored to; DynamoDB takes no key of another one",
    },
  );
