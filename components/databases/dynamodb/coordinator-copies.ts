import type { Table } from "@pulumi/aws/dynamodb";
import * as pulumi from "@pulumi/pulumi";
import { awaitTable, type TableSettings } from "../../../operations/dynamodb";
import type { DynamodbVerification, TableCopy } from "../../../operations/dynamodb-verification";
import type { TableRestore } from "../../../operations/table-reader";
import type { VerifiedBracket } from "../../../operations/verified-bracket";
import { formatInstant } from "../../../restore-points/instant";
import { rangeProblem } from "../../../restore-points/ranges";
import { COPY_TAG } from "../../../restore-points/rules/tag-keys";
import type { BracketInstants, NoBracket } from "../../../restore-points/verification/bracket";
import { declareCompletion, declareFinding } from "../../operation";
import { endProgram } from "../../problem";
import { RestoreMode } from "../../restore-mode";
import { isInState } from "../../state";
import { adopted, awsImportId } from "../adoption";
import { copyTags } from "../copy-tags";
import { type DataCopies, instantSuffix, lookUpFor, type RestoreContext } from "../kind";
import type { DynamodbArgs } from "./args";
import { type ExistingCopy, foreignReason, isInstant } from "./copies";
import { type CopyPlace, restoreTable } from "./copy-table";
import { tableReader } from "./reader";
import { coordinatorTable, copyName, sourceRegion, tableNames, targetRegion } from "./tables";

/** What exists of the coordinator's late copy. */
export interface LateCopy {
  inState: boolean;
  /** The table, where the state does not have it. */
  table?: TableRestore;
}

/** The place of the coordinator's late copy: it is of no use but to be compared, so that it goes with the restore in any mode. */
function latePlace(name: string, args: DynamodbArgs, source: string, { aws, instant }: RestoreContext): CopyPlace {
  const suffix = instantSuffix(instant);
  return {
    logical: `${name}-late-${suffix}-${source}`,
    // Ends like the names of copies, so that it never counts as a table of the set (restore-points/tables.ts).
    name: `${source}-late-${suffix}`,
    region: sourceRegion(name, args, aws),
    inOtherRegion: false,
    nameStays: false,
    mode: RestoreMode.Drill,
  };
}

export async function readLateCopy(
  name: string,
  args: DynamodbArgs,
  source: string,
  context: RestoreContext,
): Promise<LateCopy> {
  const place = latePlace(name, args, source, context);
  if (await isInState({ type: "aws:dynamodb/table:Table", logical: place.logical }, context)) return { inState: true };
  const reader = tableReader(place.region, context.aws);
  if (!(await reader.names()).includes(place.name)) return { inState: false };
  const [table] = await reader.restores([place.name], () => true);
  return { inState: false, ...(table && { table }) };
}

/**
 * The planned instants of the coordinator's copies, for look-ups that need them: where a copy of it exists that an interrupted
 * `up` has left without tags. Others do not wait for the windows, which a preview may not know.
 */
export function bracketForLookUps(
  name: string,
  args: DynamodbArgs,
  context: RestoreContext,
): pulumi.Output<BracketInstants | NoBracket | undefined> {
  const { aws, instant, bracket } = context;
  if (bracket === undefined) return pulumi.output(undefined);
  const untagged = lookUpFor(name, async () => {
    const table = coordinatorTable(args, await tableNames(name, args, aws));
    if (table === undefined) return false;
    const copy = copyName(name, args, aws, table, instant);
    const target = tableReader(targetRegion(name, args, aws), aws);
    if (!(await target.names()).includes(copy)) return false;
    const [found] = await target.tagged([copy]);
    return found?.tags[COPY_TAG] === undefined;
  });
  return untagged.apply(
    (needed): pulumi.Output<BracketInstants | NoBracket | undefined> => (needed ? bracket : pulumi.output(undefined)),
  );
}

/** The coordinator of a restore, as far as it is known before anything is declared. */
export interface Coordinator {
  source: TableSettings;
  /** The copy that ScalarDB uses, if it exists. */
  existing: ExistingCopy | undefined;
  late: LateCopy;
}

/** The instants of the coordinator's copies, or why there is one copy only. Copies that exist keep theirs. */
export function plannedBracket(
  { source, existing, late }: Coordinator,
  { bracket, instant, acceptInconsistent }: RestoreContext,
): pulumi.Output<BracketInstants | NoBracket> {
  if (bracket === undefined) return pulumi.output({ because: "copies are not verified" });
  const own = existing?.own === true;
  const at = existing?.table.at;
  const other = () => ({
    because: `the copy of ${source.name} exists already, as of ${at ?? "an instant that DynamoDB does not report"}: it was not restored to be compared. To verify a restore to this instant, remove "restore", run "pulumi up", and restore again`,
  });
  if (!late.inState && own && !(at !== undefined && Date.parse(at) < Date.parse(instant)))
    return pulumi.output(other());
  return bracket.apply((planned) => {
    if ("because" in planned || late.inState) return planned;
    if (own && !isInstant(at, formatInstant(planned.early))) return other();
    const { earliest } = source;
    if (earliest !== undefined && Date.parse(earliest) > planned.early)
      return {
        because: `${source.name} can be restored only from ${earliest} on, and would have to be restored to ${formatInstant(planned.early)} to be compared`,
      };
    // In an emergency nothing waits for a proof.
    const tooLate = acceptInconsistent ? rangeProblem(planned.late, source, Date.now()) : undefined;
    if (tooLate !== undefined) return { because: tooLate };
    return planned;
  });
}

/** The instant of the coordinator's copy that ScalarDB uses: before the data where it can be compared, else theirs. */
export function earlyInstant(
  checked: pulumi.Output<string>,
  bracket: pulumi.Output<BracketInstants | NoBracket>,
): pulumi.Output<string> {
  return pulumi
    .all([checked, bracket])
    .apply(([instant, planned]) => ("because" in planned ? instant : formatInstant(planned.early)));
}

/** Declares the coordinator's late copy where the plan has one. */
export function declareLateCopy(
  name: string,
  args: DynamodbArgs,
  { source, late }: Coordinator,
  bracket: pulumi.Output<BracketInstants | NoBracket>,
  after: pulumi.Output<Table> | undefined,
  context: RestoreContext,
): pulumi.Output<Table | undefined> {
  const { aws, instant } = context;
  const place = latePlace(name, args, source.name, context);
  const declare = (importId: string | undefined) => {
    const at = pulumi
      .all([context.checkedInstant, bracket])
      .apply(
        async ([, planned]): Promise<string> =>
          "because" in planned ? instant : lateInstant(name, source, planned.late, late),
      );
    // The copy is in the source's region, where a key of another region cannot be used.
    const own = targetRegion(name, args, aws) === place.region ? args : { ...args, restoreTo: undefined };
    return restoreTable(own, source, place, { backupArn: undefined, at, after, exists: true, importId }, context);
  };
  if (late.inState) return pulumi.output(declare(undefined));
  return bracket.apply((planned) => {
    if ("because" in planned) return pulumi.output(undefined);
    const { table } = late;
    if (table === undefined) return pulumi.output(declare(undefined));
    const marks = { instant, mode: place.mode };
    const found = {
      what: `DynamoDB table ${table.table} in ${place.region}`,
      id: awsImportId(table.table, place.region, aws),
      foreign: foreignReason(table, source, undefined, [formatInstant(planned.late)], marks),
      ready: table.creating ? () => awaitTable(place.region, table.table, aws.access) : undefined,
    };
    const declared = { type: "aws:dynamodb/table:Table", logical: place.logical };
    return adopted(name, declared, context, async () => found).apply(declare);
  });
}

/** The late copy's instant, as text. The program ends when DynamoDB cannot restore to it yet. */
async function lateInstant(name: string, source: TableSettings, late: number, exists: LateCopy): Promise<string> {
  const at = formatInstant(late);
  if (exists.inState || exists.table) return at;
  const problem = rangeProblem(late, source, Date.now());
  if (problem === undefined) return at;
  return endProgram(
    `database ${name}: to verify the copies, ${source.name} is also restored to ${at}, after the data: ${problem}. Or set restore.verify.enabled to false: the copies are then not verified`,
  );
}

/** Gives the late copy its tags: a restore sends none. */
export function completeLateCopy(
  name: string,
  args: DynamodbArgs,
  { source }: Coordinator,
  late: Table,
  context: RestoreContext,
): pulumi.Resource {
  const place = latePlace(name, args, source.name, context);
  const tags = copyTags("dynamodb", source.tags, { ...context, mode: place.mode });
  return declareCompletion(
    `${place.logical}-completion`,
    "complete-dynamodb-copies",
    {
      request: { region: place.region, tables: [{ name: place.name, tags, deletionProtection: false }] },
      access: context.aws.access,
    },
    { parent: context.parent, dependsOn: [late] },
  );
}

/** Declares the comparison of the coordinator's copies. `early` and `late` are known once they exist. */
export function declareVerification(
  name: string,
  { source }: Coordinator,
  copies: { early: pulumi.Output<TableCopy>; late: pulumi.Output<TableCopy> },
  data: pulumi.Output<DataCopies[]>,
  context: RestoreContext,
): pulumi.Output<VerifiedBracket> {
  const request = pulumi.all([copies.early, copies.late, data]).apply(
    ([early, late, data]): DynamodbVerification => ({
      database: name,
      table: source.name,
      early,
      late,
      data: data.flatMap(({ tables }) => tables ?? []),
      otherData: data.flatMap(({ tables, requested }) => (tables === undefined ? (requested ?? []) : [])),
    }),
  );
  const said = declareFinding(
    `${name}-verification-${instantSuffix(context.instant)}`,
    "verify-dynamodb-copies",
    { request, access: context.aws.access },
    { parent: context.parent },
  );
  // Cast: the operation of the same version printed it, or one that this version still reads.
  return said.apply((line) => JSON.parse(line) as VerifiedBracket);
}

const BYTES_PER_UNIT = 4096;

/** The instants of the copies, and what it costs to compare them. */
export function verificationPlan(
  { source: { name, description } }: Coordinator,
  { early, late }: BracketInstants,
): string {
  const bytes = description.TableSizeBytes ?? 0;
  const units = description.ProvisionedThroughput?.ReadCapacityUnits ?? 0;
  const reads = Math.ceil((2 * bytes) / BYTES_PER_UNIT);
  const minutes = units > 0 ? Math.ceil(reads / units / 60) : 0;
  const time = minutes > 1 ? `, about ${minutes} minutes at ${units} units a second` : "";
  return `coordinator at ${formatInstant(early)} and ${formatInstant(late)} (${name}, ${sizeText(bytes)}, is restored once more, and read twice: ${reads} read units${time})`;
}

function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
