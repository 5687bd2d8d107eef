import { messageOf } from "./error-message";
import { instantMillis } from "./instant";
import {
  boundedAt,
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
import type { BackedUpDatabase, PausedRelease, PauseWindow, RecordingRun, WindowBackups, WindowRecord } from "./window";

const SCHEMA_VERSION = 1;

/** The readable part of a record. */
export interface ReadWindows {
  /** Oldest first, without duplicates. */
  windows: PauseWindow[];
  /** Why entries were skipped, each with its path: `windows[3].cluster must be a text that is not empty, got 7`. */
  malformed: string[];
}

/** The record cannot be read. It must not be overwritten, either. */
export class WindowRecordError extends Error {
  override readonly name = "WindowRecordError";
}

/**
 * Reads the pauser's record: the text under `WINDOWS_KEY`, undefined while no run has written one. A malformed entry
 * does not hide the others: it is skipped and reported.
 * @throws {WindowRecordError} when it is not a record, or has an unknown version.
 */
export function readWindowRecord(json: string | undefined): ReadWindows {
  if (json === undefined) return { windows: [], malformed: [] };
  const record = parseObject(json);
  if (record.schemaVersion === undefined)
    throw new WindowRecordError(`the record of pause windows has no schemaVersion; ${START_ANEW}`);
  if (record.schemaVersion !== SCHEMA_VERSION)
    throw new WindowRecordError(
      `the record of pause windows has schemaVersion ${JSON.stringify(record.schemaVersion)}, and this scalar-backup reads ${SCHEMA_VERSION}; use the version of scalar-backup whose pauser wrote it`,
    );
  if (!Array.isArray(record.windows))
    throw new WindowRecordError(`the record of pause windows has no list "windows"; ${START_ANEW}`);
  const windows: PauseWindow[] = [];
  const malformed: string[] = [];
  for (const [index, entry] of record.windows.entries()) {
    try {
      windows.push(readWindow(entry, `windows[${index}]`));
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      malformed.push(error.message);
    }
  }
  return { windows: inOrder(windows), malformed };
}

/** Serializes the record. */
export function writeWindowRecord(windows: readonly PauseWindow[]): string {
  const record: WindowRecord = { schemaVersion: SCHEMA_VERSION, windows: inOrder(windows) };
  return JSON.stringify(record);
}

/** A record of windows that come as data, such as a stack's output. Reading it reports malformed windows. */
export function recordOfWindows(windows: unknown): string {
  return JSON.stringify({ schemaVersion: SCHEMA_VERSION, windows });
}

/** Oldest first, without duplicates: a run may record its window twice if an answer was lost. */
export function inOrder(windows: readonly PauseWindow[]): PauseWindow[] {
  const byIdentity = new Map(windows.map((window) => [identity(window), window]));
  // Windows of several clusters may begin in the same millisecond: their order must not depend on the input's order.
  return [...byIdentity]
    .sort(
      ([one, a], [other, b]) =>
        instantMillis(a.pauseCompleted) - instantMillis(b.pauseCompleted) ||
        instantMillis(a.unpauseStarted) - instantMillis(b.unpauseStarted) ||
        (one < other ? -1 : 1),
    )
    .map(([, window]) => window);
}

function identity({ cluster, pauseCompleted, unpauseStarted, releases }: PauseWindow): string {
  const names = releases.map(({ namespace, name }) => `${namespace}/${name}`).sort();
  return JSON.stringify([cluster, instantMillis(pauseCompleted), instantMillis(unpauseStarted), names]);
}

const START_ANEW =
  "restore it from a backup, or delete its key from the ConfigMap: the next pause run starts a new one";

function parseObject(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new WindowRecordError(`the record of pause windows is not JSON (${messageOf(error)}); ${START_ANEW}`);
  }
  if (!isObject(value)) throw new WindowRecordError(`the record of pause windows is not a JSON object; ${START_ANEW}`);
  return value;
}

/** A greater difference of clocks would hide the windows of other runs, of which it says that they may have overlapped. */
const clockOffsetAt = boundedAt(-3_600_000, 3_600_000);
/** As the configuration bounds them. */
const daysAt = boundedAt(1, 36_500);

const readWindow: Reader<PauseWindow> = (value, path) => {
  const entry = objectAt(value, path);
  const window: PauseWindow = {
    cluster: textAt(entry.cluster, `${path}.cluster`),
    pauseCompleted: instantAt(entry.pauseCompleted, `${path}.pauseCompleted`),
    unpauseStarted: instantAt(entry.unpauseStarted, `${path}.unpauseStarted`),
    clockOffsetMillis: clockOffsetAt(entry.clockOffsetMillis, `${path}.clockOffsetMillis`),
    releases: listAt(entry.releases, `${path}.releases`, readRelease),
    ...optionalAt(entry, "run", path, readRun),
    ...optionalAt(entry, "backups", path, readBackups),
  };
  const { pauseCompleted, unpauseStarted } = window;
  if (instantMillis(unpauseStarted) < instantMillis(pauseCompleted))
    throw new ShapeError(
      `${path}.unpauseStarted must not be before pauseCompleted (${pauseCompleted}), got ${unpauseStarted}`,
    );
  return window;
};

const readRelease: Reader<PausedRelease> = (value, path) => {
  const release = objectAt(value, path);
  const { namespace, name, product, pods } = release;
  return {
    namespace: textAt(namespace, `${path}.namespace`),
    name: textAt(name, `${path}.name`),
    product: textAt(product, `${path}.product`),
    pods: listAt(pods, `${path}.pods`, textAt),
    ...optionalAt(release, "podUids", path, (uids, at) => listAt(uids, at, textAt)),
  };
};

const readRun: Reader<RecordingRun> = (value, path) => {
  const run = objectAt(value, path);
  return {
    ...optionalAt(run, "job", path, textAt),
    ...optionalAt(run, "jobUid", path, textAt),
    ...optionalAt(run, "pod", path, textAt),
    ...optionalAt(run, "podUid", path, textAt),
  };
};

const readBackups: Reader<WindowBackups> = (value, path) => {
  const { name, requested, accepted, databases } = objectAt(value, path);
  return {
    name: textAt(name, `${path}.name`),
    requested: instantAt(requested, `${path}.requested`),
    accepted: instantAt(accepted, `${path}.accepted`),
    databases: listAt(databases, `${path}.databases`, readBackedUp),
  };
};

const readBackedUp: Reader<BackedUpDatabase> = (value, path) => {
  const { name, region, tables, deleteAfter } = objectAt(value, path);
  return {
    name: textAt(name, `${path}.name`),
    region: textAt(region, `${path}.region`),
    tables: numberAt(tables, `${path}.tables`),
    deleteAfter: daysAt(deleteAfter, `${path}.deleteAfter`),
  };
};
