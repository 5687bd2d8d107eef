import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { Table } from "@pulumi/aws/dynamodb";
import * as pulumi from "@pulumi/pulumi";
import { readTableScaling, type Scaling } from "../../../operations/autoscaling";
import type { TableSettings } from "../../../operations/dynamodb";
import type { CopyCompletion } from "../../../operations/dynamodb-changes";
import type { DatabaseBackups } from "../../../restore-points/window-backups";
import { declareCompletion } from "../../operation";
import { endProgram } from "../../problem";
import { copyTags, leftOutTags } from "../copy-tags";
import { copyMarks, instantSuffix, lookedUp, type RestoreContext, type RestoredDatabase } from "../kind";
import { leftToSetAgain } from "../not-restored";
import { declareScaling } from "../scaling";
import type { DynamodbArgs } from "./args";
import { adoptedTable, copiesExist, halfReplaced, readExistingCopies } from "./copies";
import { notYetProtected, tablesAt } from "./ranges";
import { tableReader } from "./reader";
import { copyName, copyPrefix, deletedSince, goalOf, sourceRegion, tableNames, targetRegion } from "./tables";
import { tablesInTheWay } from "./tables-in-the-way";
import { backupsOfWindow } from "./window-backups";

/** Declares a copy of every table that existed at the instant, and what a restore drops. */
export function restoreTables(name: string, args: DynamodbArgs, context: RestoreContext): RestoredDatabase {
  const { aws, mode, instant } = context;
  const from = sourceRegion(name, args, aws);
  const to = targetRegion(name, args, aws);
  const elsewhere = from !== to;
  const sources = (context.windowBackups ?? pulumi.output(undefined)).apply((backups) =>
    lookedUp(name, async () => {
      const sources = await readSourcesAndTarget(name, args, backups, context);
      const existingCopies = await readExistingCopies(name, args, sources, context);
      const message = sources.refusal
        ? undefined
        : await halfReplaced(name, args, sources.tables, existingCopies, context);
      return { ...sources, existingCopies, ...(message !== undefined && { refusal: { message, existingToo: true } }) };
    }),
  );
  // Not of what is declared: that is known only when it is there.
  const restores = sources.apply(({ tables }) => tables.length);
  const restored = sources.apply(
    ({ tables, scaling, incomplete, backups, copiesAlreadyExist, existingCopies, refusal }) => {
      const accepted = { ...context, checkedInstant: accept(name, args, refusal, context) };
      const copies: pulumi.Output<Table>[] = [];
      for (const [index, table] of tables.entries()) {
        // Waits for the one that has its place among the restores that may run at a time.
        const after = copies[index - context.restoresAtOnce];
        const found = existingCopies.get(table.name);
        const source = {
          backupArn: backups?.get(table.name),
          copiesAlreadyExist: copiesAlreadyExist || found?.own === true,
          after,
        };
        // What is refused is not declared in the end, and says why itself.
        const adopted = refusal ? pulumi.output(undefined) : adoptedTable(name, args, table, found, context);
        copies.push(adopted.apply((importId) => restoreTable(name, args, table, { ...source, importId }, accepted)));
      }
      const completions = tables.map(
        (table): CopyCompletion => ({
          name: copyName(name, args, aws, table.name, instant),
          tags: copyTags("dynamodb", table.tags, context),
          ...withoutTags(table, context),
          deletionProtection: mode === "recovery",
          tableClass: table.description.TableClassSummary?.TableClass,
          streamViewType: table.description.StreamSpecification?.StreamViewType,
          ...onDemandLimitsOf(table.description),
        }),
      );
      const completion = declareCompletion(
        `${copyPrefix(name, elsewhere, instant)}-completion`,
        "complete-dynamodb-copies",
        { request: { region: to, tables: completions }, access: aws.access },
        { parent: context.parent, dependsOn: copies },
      );
      for (const [index, table] of tables.entries()) {
        scaleLikeSource(name, args, table, scaling, context, copies[index] as pulumi.Output<Table>);
      }
      const arns = pulumi.all(copies.map((copy) => copy.arn));
      return pulumi.all([completion.id, arns]).apply(([, arns]) => ({
        count: tables.length,
        incomplete,
        arns,
        replicas: replicasOf(tables),
      }));
    },
  );
  return {
    name,
    kind: "dynamodb",
    backup: { resourceType: "DynamoDB", region: to, arns: restored.apply(({ arns }) => arns), count: restores },
    restores,
    endpoint: restored.apply(() => to),
    properties: restored.apply((): Record<string, string> => (elsewhere ? { contact_points: to } : {})),
    notes: restored.apply(({ count, incomplete, replicas }) => [
      ...(incomplete ? [`INCOMPLETE: ${incomplete}`] : []),
      ...(context.from?.windowBackups ? [`restored from the backups of the pause window that ${instant} is in`] : []),
      ...(elsewhere
        ? [`${count} tables are in ${to} under their own names`]
        : [
            `${count} tables are next to their sources as <table>-${instantSuffix(instant)}, for inspection only: ScalarDB finds tables by their own names`,
            `to drill with ScalarDB itself, set databases[].dynamodb.restoreTo.region of ${name} to another region`,
          ]),
      ...leftToSetAgain("dynamodb", { replicas }),
    ]),
  };
}

/** Copies that were made before a tag was left out lose it. */
function withoutTags(table: TableSettings, context: RestoreContext): Pick<CopyCompletion, "withoutTags"> {
  const keys = leftOutTags("dynamodb", table.tags, context);
  return keys.length > 0 ? { withoutTags: keys } : {};
}

/** The regions of replicas, with the tables that have one there. */
function replicasOf(tables: readonly TableSettings[]): string[] {
  const regions = new Map<string, string[]>();
  for (const { name, description } of tables)
    for (const { RegionName: region = "" } of description.Replicas ?? [])
      regions.set(region, [...(regions.get(region) ?? []), name]);
  return [...regions].map(
    ([region, names]) => `${region}: ${names.length > 3 ? `${names.length} tables` : names.join(", ")}`,
  );
}

/** What a restore is made of. */
interface Sources {
  tables: TableSettings[];
  scaling: Map<string, Scaling[]>;
  /** What the copies will lack. */
  incomplete: string | undefined;
  /** The backup of each table; undefined where point-in-time recovery is what is restored from. */
  backups: Map<string, string> | undefined;
  /** Whether all copies exist already: the backups of their window may be gone then. */
  copiesAlreadyExist: boolean;
  refusal?: Refusal;
}

/** Why the instant is refused for these tables. */
interface Refusal {
  message: string;
  /** Whether copies that exist are refused, too. */
  existingToo: boolean;
}

/**
 * The checked instant, refused here only once the checks of the whole set have passed: which of two errors a user reads must not
 * depend on which look-up was faster.
 */
function accept(name: string, args: DynamodbArgs, refusal: Refusal | undefined, context: RestoreContext) {
  if (refusal === undefined) return context.checkedInstant;
  return context.checkedInstant.apply(async (instant) => {
    if (!refusal.existingToo && (await copiesExist(name, args, context.aws, instant))) return instant;
    return await endProgram(`database ${name}: ${refusal.message}`);
  });
}

async function readSourcesAndTarget(
  name: string,
  args: DynamodbArgs,
  ofWindow: DatabaseBackups | undefined,
  context: RestoreContext,
): Promise<Sources> {
  const sources = await readSources(name, args, ofWindow, context);
  if (sources.refusal !== undefined) return sources;
  const message = await tablesInTheWay(name, args, sources, context);
  return message === undefined ? sources : { ...sources, refusal: { message, existingToo: false } };
}

async function readSources(
  name: string,
  args: DynamodbArgs,
  ofWindow: DatabaseBackups | undefined,
  context: RestoreContext,
): Promise<Sources> {
  const { aws, instant, from } = context;
  const region = sourceRegion(name, args, aws);
  const names = await tableNames(name, args, aws);
  // Of a window's backups each table has one, deleted since or not.
  const deleted = from?.windowBackups ? undefined : await deletedSince(name, args, instant, aws);
  const refusal =
    deleted && !context.acceptInconsistent
      ? {
          message: `${deleted}. Choose an instant after it, or accept copies without it by acceptInconsistentCopiesAt`,
          existingToo: true,
        }
      : undefined;
  const [settings, scaling] = await Promise.all([
    tableReader(region, aws).settings(names),
    readTableScaling(region, names, aws.access),
  ]);
  const common = { scaling, incomplete: deleted, copiesAlreadyExist: false, ...(refusal && { refusal }) };
  if (from === undefined) {
    const tables = tablesAt(settings, instant);
    const message = notYetProtected(tables, instant);
    return {
      ...common,
      ...(message && !refusal && { refusal: { message, existingToo: false } }),
      tables,
      backups: undefined,
    };
  }
  if (from.windowBackups) {
    if (await copiesExist(name, args, aws, instant)) {
      const existed = settings.filter(({ created }) => Date.parse(created) <= Date.parse(instant));
      return { ...common, tables: existed, backups: new Map(), copiesAlreadyExist: true };
    }
    const { arns, incomplete } = await backupsOfWindow(name, ofWindow, settings, context);
    const tables = settings.filter((table) => arns.has(table.name));
    return { ...common, tables, backups: arns, incomplete };
  }
  // Of what is restored from backups, the backups say which tables there were.
  const backups = new Map(Object.entries(from.tables ?? {}));
  const missing = settings.filter((table) => !backups.has(table.name)).map((table) => table.name);
  if (missing.length > 0)
    throw new Error(`no backup is named for table ${missing.join(", ")}; complete restore.from.${name}.tables`);
  return { ...common, tables: settings, backups };
}

/** Where a copy comes from. */
interface CopySource {
  backupArn: string | undefined;
  /** The copy that it waits for. */
  after: pulumi.Output<Table> | undefined;
  /** Whether the copy exists already. */
  copiesAlreadyExist: boolean;
  /** By which it is taken into the state, where it is not in there. */
  importId: string | undefined;
}

/** What a copy is restored from: a backup, or its source as of the instant. Known only when the instant has passed. */
function restoreSource(
  source: TableSettings,
  elsewhere: boolean,
  { backupArn }: CopySource,
  { from, checkedInstant }: RestoreContext,
) {
  if (from) return { restoreBackupArn: checkedInstant.apply(() => backupArn as string) };
  return {
    ...(elsewhere ? { restoreSourceTableArn: source.arn } : { restoreSourceName: source.name }),
    restoreDateTime: checkedInstant,
  };
}

function restoreTable(
  name: string,
  args: DynamodbArgs,
  source: TableSettings,
  copySource: CopySource,
  context: RestoreContext,
): Table {
  const { aws, mode, instant } = context;
  const from = sourceRegion(name, args, aws);
  const to = targetRegion(name, args, aws);
  const elsewhere = from !== to;
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
    `${copyPrefix(name, elsewhere, instant)}-${source.name}`,
    {
      name: copyName(name, args, aws, source.name, instant),
      region: to,
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
      pointInTimeRecovery: {
        enabled: true,
        recoveryPeriodInDays: Math.max(source.recoveryPeriodInDays, goalOf(args).recoveryPeriodInDays),
      },
      ...(source.timeToLiveAttribute ? { ttl: { enabled: true, attributeName: source.timeToLiveAttribute } } : {}),
      // A restore sends neither, and changes are ignored: they show policies what the completion sets.
      tags: copyMarks(context),
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
        ...(elsewhere && !copySource.copiesAlreadyExist ? [] : ["restoreDateTime"]),
        ...(elsewhere && !copySource.copiesAlreadyExist ? [] : ["restoreBackupArn"]),
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

/** The most that a table and its indexes may use, where they are paid for by request: a restore drops both. */
function onDemandLimitsOf(description: TableDescription): Pick<CopyCompletion, "onDemandThroughput" | "indexes"> {
  const indexes = (description.GlobalSecondaryIndexes ?? []).flatMap(
    ({ IndexName: name = "", OnDemandThroughput: most }) => (most ? [{ name, onDemandThroughput: most }] : []),
  );
  return {
    ...(description.OnDemandThroughput && { onDemandThroughput: description.OnDemandThroughput }),
    ...(indexes.length > 0 && { indexes }),
  };
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

function scaleLikeSource(
  name: string,
  args: DynamodbArgs,
  source: TableSettings,
  scaling: Map<string, Scaling[]>,
  context: RestoreContext,
  copy: pulumi.Input<pulumi.Resource>,
): void {
  const { aws, mode, instant } = context;
  const to = targetRegion(name, args, aws);
  const kept = mode === "recovery";
  for (const [resource, scalings] of scaling) {
    const [, table, ...index] = resource.split("/");
    if (table !== source.name) continue;
    const resourceId = ["table", copyName(name, args, aws, table, instant), ...index].join("/");
    for (const each of scalings) {
      const dimension = (each.target.ScalableDimension as string).split(":").at(-1);
      declareScaling(
        `${copyPrefix(name, to !== sourceRegion(name, args, aws), instant)}-${[table, ...index, dimension].join("-")}`,
        each,
        { resourceId, region: to },
        { parent: context.parent, dependsOn: [copy], retainOnDelete: kept },
      );
    }
  }
}
