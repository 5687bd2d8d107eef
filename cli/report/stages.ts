import { type EvidenceDatabase, type EvidenceResource, type EvidenceTime, isKnown, type TimeSource } from "./evidence";
import { type CopyResource, nameOf, roleOf, timesOf } from "./resources";

/** What is known of a restored database besides its resources. */
export interface DatabaseName {
  name: string;
  kind: string;
}

/** The stages of each database's restore, from the records of its resources. */
export function databaseStages(
  databases: readonly DatabaseName[],
  resources: readonly CopyResource[],
  source: TimeSource,
): Omit<EvidenceDatabase, "verified">[] {
  return databases.map(({ name, kind }) => {
    const own = evidenceResources(
      resources.filter(({ database }) => database === name),
      source,
    );
    const copies = own.filter(({ role }) => role === "copy");
    const settled = own.filter(({ role }) => role !== "verification");
    return {
      name,
      kind,
      requested: first(copies.map(({ begun }) => begun)),
      available: last(copies.map(({ ended }) => ended)),
      completed: last(settled.map(({ ended }) => ended)),
      resources: own,
    };
  });
}

/** Resources with their times, in the order in which they ended. */
export function evidenceResources(resources: readonly CopyResource[], source: TimeSource): EvidenceResource[] {
  return resources
    .map((resource) => ({
      name: nameOf(resource.urn),
      type: resource.type,
      role: roleOf(resource),
      ...timesOf(resource, source),
    }))
    .sort((one, other) => endOf(one) - endOf(other) || one.name.localeCompare(other.name));
}

const NO_RESOURCE = "the stack has no resource of this database's copy";

/** The earliest; unknown if one of them is, because that one may have been earlier. */
function first(times: readonly EvidenceTime[]): EvidenceTime {
  return extreme(times, (one, other) => one < other);
}

/** The latest; unknown if one of them is. */
export function last(times: readonly EvidenceTime[]): EvidenceTime {
  return extreme(times, (one, other) => one > other);
}

function extreme(times: readonly EvidenceTime[], isBetter: (one: number, other: number) => boolean): EvidenceTime {
  const unknown = times.find((time) => !isKnown(time));
  if (unknown !== undefined) return unknown;
  const [start, ...others] = times;
  if (start === undefined) return { unknownBecause: NO_RESOURCE };
  return others.reduce((best, time) => (isBetter(millisOf(time), millisOf(best)) ? time : best), start);
}

function millisOf(time: EvidenceTime): number {
  return isKnown(time) ? Date.parse(time.at) : Number.NaN;
}

function endOf({ ended }: EvidenceResource): number {
  return isKnown(ended) ? Date.parse(ended.at) : Number.POSITIVE_INFINITY;
}
