import { instantMillis } from "./instant";
import { instantAt, isObject, listAt, numberAt, objectAt, textAt } from "./shape";
import type { PausedRelease, PauseWindow, WindowRecord } from "./window";

const SCHEMA_VERSION = 1;

/** What could be read of a record. */
export interface ReadWindows {
  /** Oldest first, without duplicates. */
  windows: PauseWindow[];
  /** Why entries were left out, each with its path: `windows[3].pauseCompleted has no time zone; ...`. */
  malformed: string[];
}

/** A record of which nothing may be concluded, so that it must not be written over either. */
export class WindowRecordError extends Error {
  override readonly name = "WindowRecordError";
}

/**
 * Reads the pauser's record: the text under `WINDOWS_KEY`, undefined while no run has written one. One malformed entry does
 * not hide the others: it is left out and named.
 * @throws {WindowRecordError} when it is no record at all, or one of a version that is not known here.
 */
export function readWindowRecord(json: string | undefined): ReadWindows {
  if (json === undefined) return { windows: [], malformed: [] };
  const record = parseObject(json);
  if (record.schemaVersion !== SCHEMA_VERSION)
    throw new WindowRecordError(
      `the record of pause windows has schemaVersion ${JSON.stringify(record.schemaVersion)}, and this scalar-backup reads ${SCHEMA_VERSION}; use the version of scalar-backup whose pauser wrote it`,
    );
  if (!Array.isArray(record.windows))
    throw new WindowRecordError(`the record of pause windows has no list "windows"; ${START_ANEW}`);
  const windows: PauseWindow[] = [];
  const malformed: string[] = [];
  for (const [index, entry] of record.windows.entries()) {
    const faults: string[] = [];
    const window = readWindow(entry, `windows[${index}]`, faults);
    if (faults.length > 0) malformed.push(...faults);
    else windows.push(window);
  }
  return { windows: inOrder(windows), malformed };
}

/** Writes the record as it is kept. */
export function writeWindowRecord(windows: readonly PauseWindow[]): string {
  const record: WindowRecord = { schemaVersion: SCHEMA_VERSION, windows: inOrder(windows) };
  return JSON.stringify(record);
}

/** Oldest first, and each only once: a run whose answer was lost may have recorded its window twice. */
export function inOrder(windows: readonly PauseWindow[]): PauseWindow[] {
  const byIdentity = new Map(windows.map((window) => [identity(window), window]));
  return [...byIdentity.values()].sort((a, b) => instantMillis(a.pauseCompleted) - instantMillis(b.pauseCompleted));
}

function identity({ cluster, pauseCompleted, unpauseStarted, releases }: PauseWindow): string {
  const names = releases.map(({ namespace, name }) => `${namespace}/${name}`).sort();
  return JSON.stringify([cluster, instantMillis(pauseCompleted), instantMillis(unpauseStarted), names]);
}

const START_ANEW = "restore it from a backup, or delete its key from the ConfigMap: the next pause run starts it anew";

function parseObject(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new WindowRecordError(`the record of pause windows is not JSON (${(error as Error).message}); ${START_ANEW}`);
  }
  if (!isObject(value)) throw new WindowRecordError(`the record of pause windows is not a JSON object; ${START_ANEW}`);
  return value;
}

/** The window, to be used only if no fault was added. */
function readWindow(entry: unknown, path: string, faults: string[]): PauseWindow {
  const { cluster, pauseCompleted, unpauseStarted, clockOffsetMillis, releases } = objectAt(entry, path, faults);
  const window: PauseWindow = {
    cluster: textAt(cluster, `${path}.cluster`, faults),
    pauseCompleted: instantAt(pauseCompleted, `${path}.pauseCompleted`, faults),
    unpauseStarted: instantAt(unpauseStarted, `${path}.unpauseStarted`, faults),
    clockOffsetMillis: numberAt(clockOffsetMillis, `${path}.clockOffsetMillis`, faults),
    releases: listAt(releases, `${path}.releases`, faults).map((release, index) =>
      readRelease(release, `${path}.releases[${index}]`, faults),
    ),
  };
  if (faults.length === 0 && instantMillis(window.unpauseStarted) < instantMillis(window.pauseCompleted))
    faults.push(
      `${path}.unpauseStarted must not be before pauseCompleted (${window.pauseCompleted}), got ${window.unpauseStarted}`,
    );
  return window;
}

function readRelease(entry: unknown, path: string, faults: string[]): PausedRelease {
  const { namespace, name, product, pods } = objectAt(entry, path, faults);
  return {
    namespace: textAt(namespace, `${path}.namespace`, faults),
    name: textAt(name, `${path}.name`, faults),
    product: textAt(product, `${path}.product`, faults),
    pods: listAt(pods, `${path}.pods`, faults, 0).map((pod, index) => textAt(pod, `${path}.pods[${index}]`, faults)),
  };
}
