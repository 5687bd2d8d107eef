import type { DatabaseAtPoint, RestorePoint, RestorePoints } from "./points";
import type { CoordinatorContainer, CoordinatorTable } from "./quiet-gaps";
import type { DatabaseRange } from "./ranges";
import {
  booleanAt,
  instantAt,
  isObject,
  listAt,
  numberAt,
  objectAt,
  optionalAt,
  type Reader,
  ShapeError,
  textAt,
} from "./shape";
import type { CoveredRelease } from "./windows";

/** The stack's output that holds the `RestorePoints`. */
export const OUTPUT = "restorePoints";

/** The stack's output that says where coordinators are. */
const DATABASES = "databases";

/**
 * Finds the restore points in a stack's outputs, as printed by `pulumi stack output --json`.
 * @throws {Error} when they are missing, or do not have this version's shape.
 */
export function restorePointsOf(outputs: unknown): RestorePoints {
  return readOutput(outputs, OUTPUT, readRestorePoints);
}

/** A database of the set, and ScalarDB's coordinator in it where it can be read. */
export interface DatabaseCoordinator {
  name: string;
  kind: string;
  coordinator?: CoordinatorTable;
  coordinatorContainer?: CoordinatorContainer;
}

/**
 * Finds the coordinators in a stack's outputs.
 * @throws {Error} when they are missing, or do not have this version's shape.
 */
export function coordinatorsOf(outputs: unknown): DatabaseCoordinator[] {
  return readOutput(outputs, DATABASES, (value, path) => listAt(value, path, readCoordinator));
}

function readOutput<T>(outputs: unknown, output: string, read: Reader<T>): T {
  if (!isObject(outputs)) throw new Error('these are no stack outputs; give what "pulumi stack output --json" prints');
  if (outputs[output] === undefined) {
    const names = Object.keys(outputs);
    throw new Error(
      names.length === 0
        ? 'the stack has no outputs yet; run "pulumi up" first'
        : `the stack has no output "${output}", only ${names.join(", ")}; is it a stack of scalar-backup, and did its last "pulumi up" succeed?`,
    );
  }
  try {
    return read(outputs[output], output);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new Error(
      `the stack's output is not what this version reads: ${error.message}; run "pulumi up" with this version`,
    );
  }
}

const readCoordinator: Reader<DatabaseCoordinator> = (value, path) => {
  const database = objectAt(value, path);
  return {
    name: textAt(database.name, `${path}.name`),
    kind: textAt(database.kind, `${path}.kind`),
    ...optionalAt(database, "coordinator", path, readTable),
    ...optionalAt(database, "coordinatorContainer", path, readContainer),
  };
};

const readTable: Reader<CoordinatorTable> = (value, path) => {
  const { region, table } = objectAt(value, path);
  return { region: textAt(region, `${path}.region`), table: textAt(table, `${path}.table`) };
};

const readContainer: Reader<CoordinatorContainer> = (value, path) => {
  const { subscriptionId, resourceGroupName, accountName, database, container } = objectAt(value, path);
  return {
    subscriptionId: textAt(subscriptionId, `${path}.subscriptionId`),
    resourceGroupName: textAt(resourceGroupName, `${path}.resourceGroupName`),
    accountName: textAt(accountName, `${path}.accountName`),
    database: textAt(database, `${path}.database`),
    container: textAt(container, `${path}.container`),
  };
};

const readRestorePoints: Reader<RestorePoints> = (value, path) => {
  const output = objectAt(value, path);
  return {
    asOf: instantAt(output.asOf, `${path}.asOf`),
    pauseRequired: booleanAt(output.pauseRequired, `${path}.pauseRequired`),
    databases: listAt(output.databases, `${path}.databases`, readRange),
    points: listAt(output.points, `${path}.points`, readPoint),
    unlisted: numberAt(output.unlisted, `${path}.unlisted`),
    ...optionalAt(output, "anyInstant", path, readAnyInstant),
    ...optionalAt(output, "latest", path, instantAt),
    ...optionalAt(output, "noneBecause", path, textAt),
    ...optionalAt(output, "pauseProblems", path, (value, at) => listAt(value, at, textAt)),
    ...optionalAt(output, "withoutTransactions", path, (value, at) => listAt(value, at, textAt)),
  };
};

const readAnyInstant: Reader<{ from: string; to: string }> = (value, path) => {
  const { from, to } = objectAt(value, path);
  return { from: instantAt(from, `${path}.from`), to: instantAt(to, `${path}.to`) };
};

const readRange: Reader<DatabaseRange> = (value, path) => {
  const range = objectAt(value, path);
  return {
    name: textAt(range.name, `${path}.name`),
    ...optionalAt(range, "earliest", path, instantAt),
    ...optionalAt(range, "latest", path, instantAt),
    ...optionalAt(range, "unknownBecause", path, textAt),
  };
};

const readPoint: Reader<RestorePoint> = (value, path) => {
  const point = objectAt(value, path);
  const { instant, window, covers, databases, restorable } = point;
  const { start, end, clockOffsetMillis } = objectAt(window, `${path}.window`);
  return {
    instant: instantAt(instant, `${path}.instant`),
    window: {
      start: instantAt(start, `${path}.window.start`),
      end: instantAt(end, `${path}.window.end`),
      clockOffsetMillis: numberAt(clockOffsetMillis, `${path}.window.clockOffsetMillis`),
    },
    covers: listAt(covers, `${path}.covers`, readRelease),
    databases: listAt(databases, `${path}.databases`, readDatabase),
    restorable: booleanAt(restorable, `${path}.restorable`),
    ...optionalAt(point, "restorableFromBackups", path, booleanAt),
    ...optionalAt(point, "noWholeMinute", path, booleanAt),
  };
};

const readRelease: Reader<CoveredRelease> = (value, path) => {
  const { cluster, namespace, name, product, pods, origin } = objectAt(value, path);
  return {
    cluster: textAt(cluster, `${path}.cluster`),
    namespace: textAt(namespace, `${path}.namespace`),
    name: textAt(name, `${path}.name`),
    product: textAt(product, `${path}.product`),
    pods: numberAt(pods, `${path}.pods`),
    origin: textAt(origin, `${path}.origin`),
  };
};

const readDatabase: Reader<DatabaseAtPoint> = (value, path) => {
  const database = objectAt(value, path);
  return {
    name: textAt(database.name, `${path}.name`),
    restorable: booleanAt(database.restorable, `${path}.restorable`),
    ...optionalAt(database, "reason", path, textAt),
    ...optionalAt(database, "backedUpUntil", path, instantAt),
  };
};
