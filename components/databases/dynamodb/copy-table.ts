import type { KeySchemaElement, KeyType } from "@aws-sdk/client-dynamodb";
import { Table } from "@pulumi/aws/dynamodb";
import type * as pulumi from "@pulumi/pulumi";
import { answered } from "../../../operations/answered";
import type { TableSettings } from "../../../operations/dynamodb";
import { copyMarks, type RestoreContext } from "../kind";
import type { DynamodbArgs } from "./args";
import { copyName, copyPrefix, goalOf, namesStay, sourceRegion, targetRegion } from "./tables";

/** Where a copy comes from. */
export interface CopySource {
  backupArn: string | undefined;
  /** The instant to restore to, known only when it has passed the checks. */
  at: pulumi.Output<string>;
  /** The copy that it waits for. */
  after: pulumi.Output<Table> | undefined;
  /** Whether the copy exists already: then it keeps what it was restored from. */
  exists: boolean;
  /** The id for importing it into the state; absent if the state has it. */
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
  inOtherRegion: boolean;
  /** Whether copies of every instant have this name. */
  nameStays: boolean;
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
  const inOtherRegion = region !== sourceRegion(name, args, aws);
  return {
    logical: `${copyPrefix(name, args, aws, instant)}-${source.name}`,
    name: copyName(name, args, aws, source.name, instant),
    region,
    inOtherRegion,
    nameStays: namesStay(name, args, aws),
    mode,
    recoveryPeriodInDays: Math.max(source.recoveryPeriodInDays, goalOf(args).recoveryPeriodInDays),
  };
}

type Keyed = { KeySchema?: KeySchemaElement[] };

/** What a copy is restored from: a backup, or its source as of the instant. Known only when the instant has passed. */
function restoreSource(
  source: TableSettings,
  inOtherRegion: boolean,
  { backupArn, at }: CopySource,
  { from }: RestoreContext,
) {
  // Cast: a table without a backup is refused, and then `at` is never known.
  if (from) return { restoreBackupArn: at.apply(() => backupArn as string) };
  return {
    ...(inOtherRegion ? { restoreSourceTableArn: source.arn } : { restoreSourceName: source.name }),
    restoreDateTime: at,
  };
}

/** The attribute that is a table's or an index's hash key (`HASH`) or range key (`RANGE`). */
function keyOf({ KeySchema }: Keyed, type: KeyType): string | undefined {
  return KeySchema?.find((schema) => schema.KeyType === type)?.AttributeName;
}

function requiredKey(index: Keyed & { IndexName?: string }, type: KeyType): string {
  const key = keyOf(index, type);
  if (key === undefined) throw new Error(`DynamoDB describes the index ${index.IndexName} without its ${type} key`);
  return key;
}

/** Declares a copy of a table. */
export function restoreTable(
  args: DynamodbArgs,
  source: TableSettings,
  place: CopyPlace,
  copySource: CopySource,
  context: RestoreContext,
): Table {
  const { inOtherRegion, nameStays, mode, recoveryPeriodInDays } = place;
  const keepsItsSource = !nameStays || copySource.exists;
  const { description } = source;
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
      ...restoreSource(source, inOtherRegion, copySource, context),
      // Keys and local indexes are not computed: left out, the next plan would replace the copy.
      hashKey: keyOf(description, "HASH"),
      rangeKey: keyOf(description, "RANGE"),
      attributes: (description.AttributeDefinitions ?? [])
        .filter((attribute) => keyed.has(attribute.AttributeName))
        .map((attribute) => ({
          name: answered(attribute, "AttributeName"),
          type: answered(attribute, "AttributeType"),
        })),
      localSecondaryIndexes: localIndexes.map((index) => ({
        name: answered(index, "IndexName"),
        rangeKey: requiredKey(index, "RANGE"),
        projectionType: answered(answered(index, "Projection"), "ProjectionType"),
        nonKeyAttributes: index.Projection?.NonKeyAttributes,
      })),
      globalSecondaryIndexes: (description.GlobalSecondaryIndexes ?? []).map((index) => ({
        name: answered(index, "IndexName"),
        hashKey: requiredKey(index, "HASH"),
        rangeKey: keyOf(index, "RANGE"),
        projectionType: answered(answered(index, "Projection"), "ProjectionType"),
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
      serverSideEncryption: encryptionOf(args, description, inOtherRegion),
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
        // Where a copy's name stays, another instant replaces it; one whose name says the instant never changes.
        // A copy that was imported has no such input in the state.
        ...(keepsItsSource ? ["restoreDateTime", "restoreBackupArn"] : []),
        // The completion sets these, because a restore drops them.
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
      deleteBeforeReplace: nameStays,
      retainOnDelete: mode === "recovery",
      customTimeouts: { create: "12h" },
    },
  );
}

/** A key of the source's region is of no use in another one: the AWS managed key takes its place there, unless a key is named. */
function encryptionOf(
  { restoreTo }: DynamodbArgs,
  { SSEDescription }: TableSettings["description"],
  inOtherRegion: boolean,
) {
  if (restoreTo?.kmsKeyArn) return { enabled: true, kmsKeyArn: restoreTo.kmsKeyArn };
  if (inOtherRegion) return { enabled: true };
  return SSEDescription?.Status === "ENABLED"
    ? { enabled: true, kmsKeyArn: SSEDescription.KMSMasterKeyArn }
    : undefined;
}
