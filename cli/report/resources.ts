import type { EvidenceResource, EvidenceTime, TimeSource } from "./evidence";

/** A resource of a stack, from its state (`pulumi stack export`) or from an event of the engine. */
export interface StackResource {
  urn: string;
  type: string;
  parent?: string;
  custom?: boolean;
  /** When the engine recorded it first. RFC 3339. */
  created?: string;
  inputs?: Record<string, unknown>;
  /** Absent in an event. */
  outputs?: Record<string, unknown>;
}

/** What one run of the engine did with a resource. RFC 3339, UTC. */
export interface ResourceRun {
  /** `create`, `import`, `delete` and others of Pulumi's. */
  op: string;
  begun: string;
  /** Absent while it goes on, and if it was interrupted. */
  ended?: string;
  failed?: boolean;
}

/** A resource of a restore, and what runs did with it. */
export interface CopyResource extends StackResource {
  /** The database that it is of; absent for what verifies the set as a whole. */
  database?: string;
  runs: ResourceRun[];
}

const RESTORE = "scalar-backup:index:ScalarRestore";
const RESTORED = "scalar-backup:index:RestoredDatabase";
const COMMAND = "command:local:Command";

/** The types of resources that hold a database's data. */
const COPIES: RegExp[] = [
  /^aws:dynamodb\/table:Table$/,
  /^aws:rds\/(cluster:Cluster|clusterInstance:ClusterInstance|instance:Instance)$/,
  /^azure-native:(cosmosdb|documentdb)[^:]*:DatabaseAccount$/,
  /^azure-native:(dbforpostgresql|dbformysql)[^:]*:Server$/,
];

/**
 * The stack whose outputs a stack that only restores has read in its last update (components/backup-of-stack.ts). Undefined for one that
 * backs databases up itself.
 */
export function backingStack(resources: readonly StackResource[]): string | undefined {
  if (resources.some(({ type }) => type === "scalar-backup:index:ScalarBackup")) return undefined;
  const reference = resources.find(
    ({ type, urn }) => type === "pulumi:pulumi:StackReference" && nameOf(urn) === "backup",
  );
  const name = reference?.inputs?.name;
  return typeof name === "string" ? name : undefined;
}

/** The last part of a URN. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** The resources of a restore among those of a stack, each with the database that it is of. */
export function copyResources(
  resources: readonly StackResource[],
  runs: ReadonlyMap<string, ResourceRun[]>,
): CopyResource[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return resources.flatMap((resource) => {
    if (resource.custom !== true || resource.type.startsWith("pulumi:")) return [];
    const own = { ...resource, runs: runs.get(resource.urn) ?? [] };
    const database = databaseOf(resource, byUrn);
    if (database !== undefined) return [{ ...own, database }];
    return byUrn.get(resource.parent ?? "")?.type === RESTORE ? [own] : [];
  });
}

function databaseOf({ parent }: StackResource, byUrn: ReadonlyMap<string, StackResource>): string | undefined {
  const above = parent === undefined ? undefined : byUrn.get(parent);
  if (above === undefined) return undefined;
  if (above.type !== RESTORED) return databaseOf(above, byUrn);
  const restore = above.parent === undefined ? undefined : byUrn.get(above.parent);
  // A database's component has the restore's name before its own.
  const prefix = restore?.type === RESTORE ? `${nameOf(restore.urn)}-` : "";
  return nameOf(above.urn).slice(prefix.length);
}

/** What a resource is for. Copies of a coordinator that are only compared hold no data that anybody uses. */
export function roleOf({ type, urn, database, inputs }: CopyResource): EvidenceResource["role"] {
  const name = nameOf(urn);
  if (database === undefined) return "verification";
  if (type === COMMAND) {
    const operation =
      String(inputs?.create ?? "")
        .split(" ")
        .at(-1) ?? "";
    if (/^(verify-|await-verification-job)/.test(operation)) return "verification";
    if (isCompared(name, database)) return "verification";
    return operation.startsWith("restore-") ? "copy" : "completion";
  }
  if (!COPIES.some((copy) => copy.test(type))) return "completion";
  return isCompared(name, database) ? "verification" : "copy";
}

/** Names of coordinators' copies before and after the data (components/databases: coordinator-copies). */
function isCompared(name: string, database: string): boolean {
  return name.startsWith(database) && /^-(early|late)-\d{8}t\d{6}z(-|$)/.test(name.slice(database.length));
}

const CREATIONS = ["create", "create-replacement", "import", "import-replacement"];

/** When a resource was asked for, and when the engine had it, by the best record that exists. */
export function timesOf(
  { runs, created }: CopyResource,
  source: TimeSource,
): Pick<EvidenceResource, "begun" | "ended"> {
  const made = runs.filter(({ op, failed }) => CREATIONS.includes(op) && failed !== true);
  const last = made.at(-1);
  const taken = made.find(({ op, ended }) => op.startsWith("import") && ended !== undefined);
  // Asked for once, by the first run that did, even if that run did not see its end.
  const begun: EvidenceTime =
    made[0] !== undefined && !made[0].op.startsWith("import")
      ? { at: made[0].begun, source }
      : { unknownBecause: taken ? TAKEN_OVER : NOT_WATCHED };
  if (last?.ended !== undefined) return { begun, ended: { at: last.ended, source } };
  if (created !== undefined) return { begun, ended: { at: wholeSeconds(created), source: "state" } };
  return { begun, ended: { unknownBecause: last ? NOT_ENDED : NOT_WATCHED } };
}

const TAKEN_OVER = "an update that was interrupted had asked for it; a later one took it over";
const NOT_WATCHED = "no run of scalar-backup drill watched it: Pulumi's state has only when a resource was recorded";
const NOT_ENDED = "its creation has not ended, or was interrupted";

function wholeSeconds(instant: string): string {
  return new Date(instant).toISOString().replace(/\.\d+Z$/, "Z");
}
