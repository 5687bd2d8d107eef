import type { PreviewFigures, Report } from "./figures";
export interface Target {
  what: string;
  value: number;
  /** The most that is allowed. */
  limit: number;
  met: boolean;
}

const AT_TEN_DATABASES = { wallRatio: 0.25, memoryRatio: 0.2 };
/** Over an empty program. */
const EMPTY_AT_TEN_DATABASES = { first: 1.25, again: 1.15 };
/** Over a program that only registers as many resources. */
const FLOOR_AT_THOUSAND_TABLES = { wallRatio: 1.3, memoryRatio: 1.2 };
const CRITICAL_PATH = 1.05;

/** What is to be reached, of what was measured. */
export function targetsOf(report: Report): Target[] {
  const targets: Omit<Target, "met">[] = [];
  for (const { set, wallRatio, memoryRatio, empty, again } of report.previews.filter(
    ({ databases }) => databases === 10,
  )) {
    targets.push({
      what: `${set}: wall time over the plain program's`,
      value: wallRatio,
      limit: AT_TEN_DATABASES.wallRatio,
    });
    targets.push({
      what: `${set}: memory over the plain program's`,
      value: memoryRatio,
      limit: AT_TEN_DATABASES.memoryRatio,
    });
    targets.push({
      what: `${set}: wall time over an empty program's`,
      value: empty.wallRatio,
      limit: EMPTY_AT_TEN_DATABASES.first,
    });
    targets.push({
      what: `${set}: wall time over an empty program's, again`,
      value: again.empty.wallRatio,
      limit: EMPTY_AT_TEN_DATABASES.again,
    });
  }
  for (const { set, floor } of report.previews.filter(({ tables }) => tables === 1000)) {
    targets.push({
      what: `${set}: wall time over the floor's`,
      value: floor.wallRatio,
      limit: FLOOR_AT_THOUSAND_TABLES.wallRatio,
    });
    targets.push({
      what: `${set}: memory over the floor's`,
      value: floor.memoryRatio,
      limit: FLOOR_AT_THOUSAND_TABLES.memoryRatio,
    });
  }
  for (const { fewer, more } of steps(report.previews)) {
    targets.push({
      what: `${more.set}: wall time over that of ${fewer.set}`,
      value: more.wallSeconds / fewer.wallSeconds,
      limit: more.tables / fewer.tables,
    });
  }
  targets.push({
    what: `${report.criticalPath.set}: restore over its slowest database`,
    value: report.criticalPath.ratio,
    limit: CRITICAL_PATH,
  });
  return targets.map((target) => ({ ...target, met: target.value <= target.limit }));
}

/** Each two sets that follow each other in their number of tables. */
function steps(previews: readonly PreviewFigures[]) {
  const sets = previews.filter(({ set }) => set.startsWith("dynamodb-") && !Number.isNaN(Number(set.slice(9))));
  return sets.slice(1).map((more, index) => ({ fewer: sets[index] as PreviewFigures, more }));
}
