import { deletionGroups } from "./deletion-groups";
import type { EngineEvents, PlainOperation } from "./engine-events";
import { type ExportedResource, neededBy } from "./exported-resource";
import type { Operation, StackResult } from "./stack";
import { defaultParallel, Workers } from "./workers";

interface Run {
  /** The stack's resources before the run and after it. */
  before: ExportedResource[];
  after: ExportedResource[];
  /** Simulated milliseconds, by `<operation> <URN>`. */
  durations: ReadonlyMap<string, number>;
  parallel: number | undefined;
}

/**
 * The operations with their simulated times: each begins when all it needs has ended and a worker is free, deletions after
 * all else.
 */
export async function timed(
  events: EngineEvents,
  { before, after, durations, parallel }: Run,
): Promise<Pick<StackResult, "operations" | "simulatedMillis">> {
  const needed = (resources: ExportedResource[], urn: string) => [
    ...new Set(resources.filter((resource) => resource.urn === urn).flatMap(neededBy)),
  ];
  const operations = events.operations();
  const ends = new Map<string, number>();
  const durationOf = (what: string, urn: string) => durations.get(`${what} ${urn}`) ?? 0;
  const timed: Operation[] = [];
  const workers = new Workers(parallel ?? defaultParallel());
  const time = async (operation: PlainOperation, ready: number, millis: number, dependsOn: string[], first = 0) => {
    const worker = await workers.take(ready);
    const startMillis = worker.startMillis + first;
    const endMillis = startMillis + millis;
    worker.release(endMillis);
    ends.set(operation.urn, endMillis);
    timed.push({ ...operation, startMillis, endMillis, dependsOn: dependsOn.sort() });
  };
  for (const operation of operations.filter(({ kind }) => kind !== "delete")) {
    const { urn, kind } = operation;
    const needs = needed(after, urn);
    const waitsFor = [...needs, ...sourcesOf(urn, after)];
    const deletion = kind === "replace" && events.deletedFirst(urn) ? durationOf("delete", urn) : 0;
    const ready = Math.max(0, ...waitsFor.map((need) => ends.get(need) ?? 0));
    await time(operation, ready, durationOf(kind === "replace" ? "create" : kind, urn), needs, deletion);
  }
  const deletions = operations.filter(
    ({ urn, kind }) => kind === "delete" || (kind === "replace" && !events.deletedFirst(urn)),
  );
  // A resource that was only read is dropped in order, too: it is no operation, but the resources that it needs wait for it.
  const existing = new Set(after.map(({ urn }) => urn));
  const forgotten = before.filter(({ urn, external }) => external && !existing.has(urn));
  const condemned = [...deletions, ...forgotten.map(({ urn }) => ({ urn, kind: "forget" as const }))];
  const groups = deletionGroups(condemned, (one, other) => needed(before, one.urn).includes(other.urn));
  let end = Math.max(0, ...ends.values());
  for (const group of groups) {
    const start = end;
    for (const operation of group) {
      if (operation.kind === "forget") continue;
      const millis = durationOf("delete", operation.urn);
      if (operation.kind === "delete") {
        await time(operation, start, millis, needed(before, operation.urn));
        end = Math.max(end, ends.get(operation.urn) ?? 0);
      } else {
        const worker = await workers.take(start);
        worker.release(worker.startMillis + millis);
        end = Math.max(end, worker.startMillis + millis);
      }
    }
  }
  return { operations: timed, simulatedMillis: end };
}

/** What a read by ID looks at, where the stack has created it: the read waits for it, though the state doesn't say so. */
function sourcesOf(urn: string, resources: ExportedResource[]): string[] {
  const read = resources.find((resource) => resource.urn === urn && resource.external);
  if (!read) return [];
  return resources.filter(({ type, id }) => type === read.type && id === read.id).map((found) => found.urn);
}
