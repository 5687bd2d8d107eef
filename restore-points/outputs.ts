import type { DatabaseAtPoint, RestorePoint, RestorePoints } from "./points";
import type { DatabaseRange } from "./ranges";
import { booleanAt, instantAt, isObject, listAt, numberAt, objectAt, optionalAt, textAt } from "./shape";
import type { CoveredRelease } from "./windows";

/** The stack's output that holds the `RestorePoints`. */
export const OUTPUT = "restorePoints";

/**
 * Finds the restore points among a stack's outputs, as `pulumi stack output --json` prints them all.
 * @throws {Error} when they are not there, or not of this version's shape.
 */
export function restorePointsOf(outputs: unknown): RestorePoints {
  if (!isObject(outputs)) throw new Error('these are no stack outputs; give what "pulumi stack output --json" prints');
  const value = outputs[OUTPUT];
  if (value === undefined) {
    const names = Object.keys(outputs);
    throw new Error(
      names.length === 0
        ? 'the stack has no outputs yet; run "pulumi up" first'
        : `the stack has no output "${OUTPUT}", only ${names.join(", ")}; is it a stack of scalar-backup, and has "pulumi up" succeeded?`,
    );
  }
  const faults: string[] = [];
  const points = readRestorePoints(value, OUTPUT, faults);
  if (faults.length > 0)
    throw new Error(`${faults.join("; ")}; run "pulumi up" with the version of scalar-backup that reads it`);
  return points;
}

function readRestorePoints(value: unknown, path: string, faults: string[]): RestorePoints {
  const output = objectAt(value, path, faults);
  const anyInstant = optionalAt(output.anyInstant, (range) => readAnyInstant(range, `${path}.anyInstant`, faults));
  const noneBecause = optionalAt(output.noneBecause, (text) => textAt(text, `${path}.noneBecause`, faults));
  return {
    asOf: instantAt(output.asOf, `${path}.asOf`, faults),
    pauseRequired: booleanAt(output.pauseRequired, `${path}.pauseRequired`, faults),
    databases: listAt(output.databases, `${path}.databases`, faults, 0).map((range, index) =>
      readRange(range, `${path}.databases[${index}]`, faults),
    ),
    points: listAt(output.points, `${path}.points`, faults, 0).map((point, index) =>
      readPoint(point, `${path}.points[${index}]`, faults),
    ),
    unlisted: numberAt(output.unlisted, `${path}.unlisted`, faults),
    ...(anyInstant && { anyInstant }),
    ...(noneBecause && { noneBecause }),
  };
}

function readAnyInstant(value: unknown, path: string, faults: string[]): { from: string; to: string } {
  const { from, to } = objectAt(value, path, faults);
  return { from: instantAt(from, `${path}.from`, faults), to: instantAt(to, `${path}.to`, faults) };
}

function readRange(value: unknown, path: string, faults: string[]): DatabaseRange {
  const range = objectAt(value, path, faults);
  const earliest = optionalAt(range.earliest, (text) => instantAt(text, `${path}.earliest`, faults));
  const latest = optionalAt(range.latest, (text) => instantAt(text, `${path}.latest`, faults));
  const unknownBecause = optionalAt(range.unknownBecause, (text) => textAt(text, `${path}.unknownBecause`, faults));
  return {
    name: textAt(range.name, `${path}.name`, faults),
    ...(earliest && { earliest }),
    ...(latest && { latest }),
    ...(unknownBecause && { unknownBecause }),
  };
}

function readPoint(value: unknown, path: string, faults: string[]): RestorePoint {
  const point = objectAt(value, path, faults);
  const window = objectAt(point.window, `${path}.window`, faults);
  return {
    instant: instantAt(point.instant, `${path}.instant`, faults),
    window: {
      start: instantAt(window.start, `${path}.window.start`, faults),
      end: instantAt(window.end, `${path}.window.end`, faults),
      clockOffsetMillis: numberAt(window.clockOffsetMillis, `${path}.window.clockOffsetMillis`, faults),
    },
    covers: listAt(point.covers, `${path}.covers`, faults).map((release, index) =>
      readRelease(release, `${path}.covers[${index}]`, faults),
    ),
    databases: listAt(point.databases, `${path}.databases`, faults, 0).map((state, index) =>
      readState(state, `${path}.databases[${index}]`, faults),
    ),
    restorable: booleanAt(point.restorable, `${path}.restorable`, faults),
  };
}

function readRelease(value: unknown, path: string, faults: string[]): CoveredRelease {
  const release = objectAt(value, path, faults);
  return {
    cluster: textAt(release.cluster, `${path}.cluster`, faults),
    namespace: textAt(release.namespace, `${path}.namespace`, faults),
    name: textAt(release.name, `${path}.name`, faults),
    product: textAt(release.product, `${path}.product`, faults),
    pods: numberAt(release.pods, `${path}.pods`, faults),
  };
}

function readState(value: unknown, path: string, faults: string[]): DatabaseAtPoint {
  const state = objectAt(value, path, faults);
  const reason = optionalAt(state.reason, (text) => textAt(text, `${path}.reason`, faults));
  return {
    name: textAt(state.name, `${path}.name`, faults),
    restorable: booleanAt(state.restorable, `${path}.restorable`, faults),
    ...(reason && { reason }),
  };
}
