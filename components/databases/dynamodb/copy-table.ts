import { Table } from "@pulumi/aws/dynamodb";
import type * as pulumi from "@pulumi/pulumi";
import type { TableSettings } from "../../../operations/dynamodb";
import { copyMarks, type RestoreContext } from "../kind";
import type { DynamodbArgs } from "./args";
import { copyName, copyPrefix, goalOf, sourceRegion, targetRegion } from "./tables";

/** Where a copy comes from. */
export interface CopySource {
  backupArn: string | undefined;
  /** The instant to restore to, known only when it has passed the checks. */
  at: pulumi.Output<string>;
  /** The copy that it waits for. */
  after: pulumi.Output<Table> | undefined;
  /** Whether the copy exists already: then it keeps what it was restored from. */
  exists: boolean;
  /** By which it is taken into the state, where it is not in there. */
  importId: string | undefined;
}

/** What a copy is called, where it is, and what it is for. */
export interface CopyPlace {
  /** Its name in the program. */
  logical: string;
  /** The table's name. */
  name: string;
  region: string;
  /** Whether that is another region than the source's. */
  elsewhere: boolean;
  mode: RestoreContext["mode"];
  /** How many days its point-in-time recovery reaches back; absent for a copy that needs none. */
  recoveryPeriodInDays?: number;
}

/** The place of a table's copy. */
export function copyPlace(
  name: string,
  args: DynamodbArgs,
  source: TableSettings,
  { aws, mode, instant }: RestoreContext,
): CopyPlace {
  const region = targetRegion(name, args, aws);
  const elsewhere = region !== sourceRegion(name, args, aws);
  return {
    logical: `${copyPrefix(name, elsewhere, instant)}-${source.name}`,
    name: copyName(name, args, aws, source.name, instant),
    region,
    elsewhere,
    mode,
    recoveryPeriodInDays: Math.max(source.recoveryPeriodInDays, goalOf(args).recoveryPeriodInDays),
  };
}

/** What a copy is restored from: a backup, or its source as of the instant. Known only when the instant has passed. */
function restoreSource(
  source: TableSettings,
  elsewhere: boolean,
  { backupArn, at }: CopySource,
  { from }: RestoreContext,
) {
  if (from) return { restoreBackupArn: at.apply(() => backupArn as string) };
  return {
    ...(elsewhere ? { restoreSourceTableArn: source.arn } : { restoreSourceName: source.name }),
    restoreDateTime: at,
  };
}

/** Declares a copy of a table. */
export function restoreTable(
  args: DynamodbArgs,
  source: TableSettings,
  place: CopyPlace,
  copySource: CopySource,
  context: RestoreContext,
): Table {
  const { elsewhere, mode, recoveryPeriodInDays } = place;
  const keepsItsSource = !elsewhere || copySource.exists;
  const { description } = source;
  const key = (type: string) => description.KeySchema?.find((schema) => schema.KeyType === type)?.AttributeName;
  const provisioned = description.BillingModeSummary?.BillingMode !== "PAY_PER_REQUEST";
  const localIndexes = description.LocalSecondaryIndexes ?? [];
  const indexes = [...localIndexes, ...(description.GlobalSecondaryIndexes ?? [])];
  const keyed = new Set(
    [...(description.KeySchema ?? []), ...indexes.flatMap((index) => index.KeySchema ?? [])].map(
      (schema) => schema.AttributeName,
    ),
  );
  return new Table(
    place.logical,
    {
      name: place.name,
      region: place.region,
      ...restoreSource(source, elsewhere, copySource, context),
      // Keys and local indexes are not computed: left out, the next plan would replace the copy.
      hashKey: key("HASH"),
      rangeKey: key("RANGE"),
      attributes: (description.AttributeDefinitions ?? [])
        .filter((attribute) => keyed.has(attribute.AttributeName))
        .map((attribute) => ({ name: attribute.AttributeName as string, type: attribute.AttributeType as string })),
      localSecondaryIndexes: localIndexes.map((index) => ({
        name: index.IndexName as string,
        rangeKey: index.KeySchema?.find((schema) => schema.KeyType === "RANGE")?.AttributeName as string,
        projectionType: index.Projection?.ProjectionType as string,
        nonKeyAttributes: index.Projection?.NonKeyAttributes,
      })),
      globalSecondaryIndexes: (description.GlobalSecondaryIndexes ?? []).map((index) => ({
        name: index.IndexName as string,
        hashKey: index.KeySchema?.find((schema) => schema.KeyType === "HASH")?.AttributeName as string,
        rangeKey: index.KeySchema?.find((schema) => schema.KeyType === "RANGE")?.AttributeName,
        projectionType: index.Projection?.ProjectionType as string,
        nonKeyAttributes: index.Projection?.NonKeyAttributes,
        ...(provisioned
          ? {
              readCapacity: index.ProvisionedThroughput?.ReadCapacityUnits,
              writeCapacity: index.ProvisionedThroughput?.WriteCapacityUnits,
            }
          : {}),
      })),
      billingMode: provisioned ? "PROVISIONED" : "PAY_PER_REQUEST",
      ...(provisioned
        ? {
            readCapacity: description.ProvisionedThroughput?.ReadCapacityUnits,
            writeCapacity: description.ProvisionedThroughput?.WriteCapacityUnits,
          }
        : {}),
      serverSideEncryption: encryptionOf(args, description, elsewhere),
      ...(recoveryPeriodInDays !== undefined && { pointInTimeRecovery: { enabled: true, recoveryPeriodInDays } }),
      ...(source.timeToLiveAttribute ? { ttl: { enabled: true, attributeName: source.timeToLiveAttribute } } : {}),
      // A restore sends neither, and changes are ignored: they show policies what the completion sets.
      tags: copyMarks({ ...context, mode }),
      deletionProtectionEnabled: mode === "recovery",
    },
    {
      parent: context.parent,
      ...(copySource.after && { dependsOn: [copySource.after] }),
      import: copySource.importId,
      ignoreChanges: [
        "restoreSourceName",
        "restoreSourceTableArn",
        // In another region a table keeps its name, so that another instant replaces it; next to its source it never changes.
        // A copy that was imported has no such input in the state.
        ...(keepsItsSource ? ["restoreDateTime", "restoreBackupArn"] : []),
        // Set by the completion, because a restore drops them.
        "tags",
        "tagsAll",
        "deletionProtectionEnabled",
        "tableClass",
        "streamEnabled",
        "streamViewType",
        "onDemandThroughput",
        // Driven by autoscaling.
        "readCapacity",
        "writeCapacity",
        "globalSecondaryIndexes",
      ],
      deleteBeforeReplace: elsewhere,
      retainOnDelete: mode === "recovery",
      customTimeouts: { create: "12h" },
    },
  );
}

/** A key of the source's region is of no use in another one: the AWS managed key takes its place there, unless a key is named. */
function encryptionOf(
  { restoreTo }: DynamodbArgs,
  { SSEDescription }: TableSettings["description"],
  elsewhere: boolean,
) {
  if (restoreTo?.kmsKeyArn) return { enabled: true, kmsKeyArn: restoreTo.kmsKeyArn };
  if (elsewhere) return { enabled: true };
  return SSEDescription?.Status === "ENABLED"
    ? { enabled: true, kmsKeyArn: SSEDescription.KMSMasterKeyArn }
    : undefined;
}
