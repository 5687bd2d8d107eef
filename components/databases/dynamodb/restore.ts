import type { Table } from "@pulumi/aws/dynamodb";
import * as pulumi from "@pulumi/pulumi";
import { answered } from "../../../operations/answered";
import type { Scaling } from "../../../operations/autoscaling";
import type { TableSettings } from "../../../operations/dynamodb";
import type { CopyCompletion } from "../../../operations/dynamodb-changes";
import { counted } from "../../../restore-points/counted";
import { formatInstant } from "../../../restore-points/instant";
import { type NamespacePrefixes, renamedIndex } from "../../../restore-points/namespace-prefix";
import type { BracketInstants, NoBracket } from "../../../restore-points/verification/bracket";
import { declareCompletion } from "../../operation";
import { copyTags, leftOutTags } from "../copy-tags";
import { type DatabaseCopy, type DataCopies, lookUpFor, type RestoreContext, type RestoredCoordinator } from "../kind";
import { declareScaling } from "../scaling";
import type { DynamodbArgs } from "./args";
import {
  bracketForLookUps,
  type Coordinator,
  completeLateCopy,
  declareLateCopy,
  declareVerification,
  earlyInstant,
  plannedBracket,
  readLateCopy,
  verificationPlan,
} from "./coordinator-copies";
import { adoptedTable, readExistingCopies, replacementProblem } from "./copies";
import { copyPlace, restoreTable } from "./copy-table";
import { notesOf } from "./notes";
import { accept, readSourcesAndTarget } from "./sources";
import {
  coordinatorAmong,
  coordinatorTable,
  copyName,
  copyPrefix,
  dataTables,
  metadataNamespace,
  namespacePrefixes,
  sourceRegion,
  tableNames,
  targetRegion,
} from "./tables";

/** Declares a copy of every table that existed at the instant, and what a restore drops. */
export function restoreTables(name: string, args: DynamodbArgs, context: RestoreContext): DatabaseCopy {
  const { aws, mode, instant } = context;
  const from = sourceRegion(name, args, aws);
  const to = targetRegion(name, args, aws);
  const inOtherRegion = from !== to;
  const prefixes = namespacePrefixes(args);
  const sources = pulumi
    .all([context.windowBackups ?? pulumi.output(undefined), bracketForLookUps(name, args, context)])
    .apply(([backups, planned]) =>
      lookUpFor(name, async () => {
        const names = await tableNames(name, args, aws);
        const coordinator = coordinatorTable(args, names);
        const early = planned && "early" in planned ? [formatInstant(planned.early)] : [];
        const instants = (table: string) => [instant, ...(table === coordinator ? early : [])];
        const sources = await readSourcesAndTarget(name, args, backups, instants, context);
        const existingCopies = await readExistingCopies(name, args, sources, { coordinator, instants }, context);
        const message = sources.refusal
          ? undefined
          : await replacementProblem(name, args, sources.tables, existingCopies, context);
        const table = sources.tables.find((each) => each.name === coordinator);
        return {
          ...sources,
          existingCopies,
          finding: coordinatorAmong(args, names),
          coordinator: table &&
            context.bracket && {
              source: table,
              existing: existingCopies.get(table.name),
              late: await readLateCopy(name, args, table.name, context),
            },
          ...(message !== undefined && { refusal: { message, refusesExisting: true } }),
        };
      }),
    );
  // Counts the sources: the copies are known only when they exist.
  const count = sources.apply(({ tables }) => tables.length);
  const restored = sources.apply(
    ({ tables, scaling, incomplete, backups, copiesAlreadyExist, existingCopies, coordinator, finding, refusal }) => {
      const accepted = { ...context, checkedInstant: accept(name, args, refusal, context) };
      const bracket = coordinator && plannedBracket(coordinator, context);
      const early = bracket && earlyInstant(accepted.checkedInstant, bracket);
      const copies: pulumi.Output<Table>[] = [];
      // Only so many restores may run at a time: each waits for the copy that is so many places before it.
      const waitsFor = (index: number) => copies[index - context.restoresAtOnce];
      for (const [index, table] of tables.entries()) {
        const found = existingCopies.get(table.name);
        const source = {
          backupArn: backups?.get(table.name),
          at: table === coordinator?.source && early ? early : accepted.checkedInstant,
          exists: copiesAlreadyExist || found?.own === true,
          after: waitsFor(index),
        };
        // Do not look for copies of a refused restore: it declares none, and its own message says why.
        const adopted = refusal ? pulumi.output(undefined) : adoptedTable(name, args, table, found, context);
        const place = copyPlace(name, args, table, context);
        copies.push(adopted.apply((importId) => restoreTable(args, table, place, { ...source, importId }, accepted)));
      }
      const late =
        // An existing late copy stays, even if its source's range has moved on: the verdict about the copies rests on it.
        coordinator && bracket && (coordinator.late.inState || !refusal)
          ? declareLateCopy(name, args, coordinator, bracket, waitsFor(tables.length), accepted)
          : pulumi.output(undefined);
      const renaming =
        prefixes &&
        declareCompletion(
          `${copyPrefix(name, args, aws, instant)}-namespaces`,
          "rename-dynamodb-namespaces",
          {
            request: accepted.checkedInstant.apply(() => ({
              ...{ region: to, ...prefixes, instant, metadataNamespace: metadataNamespace(args) },
              tables: tables.map((table) => table.name),
            })),
            access: aws.access,
          },
          { parent: context.parent, dependsOn: copies },
        );
      const completions = tables.map(
        (table): CopyCompletion => ({
          name: copyName(name, args, aws, table.name, instant),
          tags: copyTags("dynamodb", table.tags, context),
          ...withoutTags(table, context),
          deletionProtection: mode === "recovery",
          tableClass: table.description.TableClassSummary?.TableClass,
          streamViewType: table.description.StreamSpecification?.StreamViewType,
          ...onDemandLimitsOf(table, copyName(name, args, aws, table.name, instant), prefixes),
        }),
      );
      const completion = declareCompletion(
        `${copyPrefix(name, args, aws, instant)}-completion`,
        "complete-dynamodb-copies",
        // Known when the instant has passed, also where no copy is declared that would wait for it.
        { request: accepted.checkedInstant.apply(() => ({ region: to, tables: completions })), access: aws.access },
        // A table is changed by one of the two at a time.
        { parent: context.parent, dependsOn: renaming ? [...copies, renaming] : copies },
      );
      for (const [index, copy] of copies.entries()) {
        const table = tables[index];
        if (table) scaleLikeSource(name, args, table, scaling, context, renaming ? [copy, renaming] : [copy]);
      }
      const arns = pulumi.all(copies.map((copy) => copy.arn));
      const completed = pulumi.all([completion.id, arns]).apply(([, arns]) => ({
        count: tables.length,
        incomplete,
        arns,
        replicas: replicasOf(tables),
      }));
      const data = completed.apply(
        (): DataCopies => ({
          tables: {
            database: name,
            region: to,
            tables: dataTables(args, tables).map((table) => copyName(name, args, aws, table, instant)),
          },
          requested: { name, instant, requested: true },
        }),
      );
      return {
        completed,
        data,
        coordinator:
          coordinator && bracket
            ? late.apply((table) => comparedBy(name, args, coordinator, { bracket, late: table, completed }, context))
            : pulumi.output<RestoredCoordinator>(finding),
      };
    },
  );
  const completed = restored.apply(({ completed }) => completed);
  return {
    name,
    kind: "dynamodb",
    backup: { resourceType: "DynamoDB", region: to, arns: completed.apply(({ arns }) => arns), count },
    restores: sources.apply(({ tables, coordinator }) => tables.length + (coordinator ? 1 : 0)),
    coordinator: restored.apply(({ coordinator }) => coordinator),
    data: restored.apply(({ data }) => data),
    endpoint: completed.apply(() => to),
    properties: completed.apply((): Record<string, string> => {
      if (prefixes) return { "dynamo.namespace.prefix": prefixes.to };
      return inOtherRegion ? { contact_points: to } : {};
    }),
    notes: completed.apply((found) =>
      notesOf(name, { ...found, prefixes, otherRegion: inOtherRegion ? to : undefined }, context),
    ),
  };
}

const NO_LATE_COPY = "the coordinator was not restored to an instant after the data";

/** The coordinator of a restore once its copies are declared. */
function comparedBy(
  name: string,
  args: DynamodbArgs,
  coordinator: Coordinator,
  declared: {
    bracket: pulumi.Output<BracketInstants | NoBracket>;
    late: Table | undefined;
    completed: pulumi.Output<unknown>;
  },
  context: RestoreContext,
): pulumi.Output<RestoredCoordinator> {
  const { bracket, late, completed } = declared;
  if (late === undefined)
    return bracket.apply((planned) => ({
      found: true,
      because: "because" in planned ? planned.because : NO_LATE_COPY,
    }));
  const tagged = completeLateCopy(name, args, coordinator, late, context);
  const { aws, instant } = context;
  const early = completed.apply(() => ({
    region: targetRegion(name, args, aws),
    table: copyName(name, args, aws, coordinator.source.name, instant),
  }));
  const lateTable = pulumi.all([late.name, late.arn, tagged.urn]).apply(([table]) => ({
    region: sourceRegion(name, args, aws),
    table,
  }));
  const verify = (data: pulumi.Output<DataCopies[]>) =>
    declareVerification(name, coordinator, { early, late: lateTable }, data, context);
  // Copies that exist do not wait for the windows, which a preview may not know: it would delete the comparison.
  if (coordinator.late.inState) return pulumi.output({ found: true, verify });
  return bracket.apply((planned) => ({
    found: true,
    verify,
    ...("because" in planned ? {} : { plan: verificationPlan(coordinator, planned) }),
  }));
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
    ([region, names]) => `${region}: ${names.length > 3 ? counted(names.length, "table") : names.join(", ")}`,
  );
}

/** The most that a table and its indexes may use, where they are paid for by request: a restore drops both. */
function onDemandLimitsOf(
  { name: table, description }: TableSettings,
  copy: string,
  prefixes: NamespacePrefixes | undefined,
): Pick<CopyCompletion, "onDemandThroughput" | "indexes"> {
  const indexes = (description.GlobalSecondaryIndexes ?? []).flatMap(
    ({ IndexName: name = "", OnDemandThroughput: most }) =>
      most ? [{ name: prefixes ? renamedIndex(name, table, copy) : name, onDemandThroughput: most }] : [],
  );
  return {
    ...(description.OnDemandThroughput && { onDemandThroughput: description.OnDemandThroughput }),
    ...(indexes.length > 0 && { indexes }),
  };
}

function scaleLikeSource(
  name: string,
  args: DynamodbArgs,
  source: TableSettings,
  scaling: Map<string, Scaling[]>,
  context: RestoreContext,
  dependsOn: pulumi.Input<pulumi.Resource>[],
): void {
  const { aws, mode, instant } = context;
  const to = targetRegion(name, args, aws);
  const copy = copyName(name, args, aws, source.name, instant);
  const prefixes = namespacePrefixes(args);
  const kept = mode === "recovery";
  for (const [resource, scalings] of scaling) {
    const [, table, ...index] = resource.split("/");
    if (table !== source.name) continue;
    const indexes = prefixes ? index.map((part) => renamedIndex(part, table, copy)) : index;
    const resourceId = ["table", copy, ...indexes].join("/");
    for (const each of scalings) {
      const dimension = answered(each.target, "ScalableDimension").split(":").at(-1);
      declareScaling(
        `${copyPrefix(name, args, aws, instant)}-${[table, ...index, dimension].join("-")}`,
        each,
        { resourceId, region: to },
        { parent: context.parent, dependsOn, retainOnDelete: kept },
      );
    }
  }
}
