import { messageOf } from "./error-message";
import { instantAt, isObject, listAt, numberAt, objectAt, type Reader, ShapeError, textAt } from "./shape";

/** The ConfigMap's key that holds the outcome of the pauser's last run as JSON. Absent until a run has ended. */
export const LAST_RUN_KEY = "last-run.json";

/** How a run can end. */
export const LAST_RUN_ENDS = [
  "recorded",
  "void",
  "failedToPause",
  "failedToUnpause",
  "notRecorded",
  "busy",
  "backupsFailed",
  "broken",
] as const;

export type LastRunEnd = (typeof LAST_RUN_ENDS)[number];

/** How long a run kept pods paused, and waited for them. */
export interface PauseTimes {
  /** From the first Pause to the last answer that a pod is not paused any more, in milliseconds. */
  pausedMillis: number;
  /** For each release, after how many milliseconds its slowest pod had drained. Only releases with a pod that has. */
  drains: { release: string; millis: number }[];
}

/** The outcome of one run of the pauser, as the pauser writes it under `LAST_RUN_KEY`. */
export interface LastRun {
  schemaVersion: 1;
  /** The name of the Job of which the run was a try. */
  job: string;
  /** RFC 3339, UTC. */
  startedAt: string;
  /** RFC 3339, UTC. Before `startedAt` if the clock was set back in between. */
  endedAt: string;
  end: LastRunEnd;
  /** The reasons for this end; empty after a success. */
  reasons: string[];
  /** Absent if the run has paused nothing, and in outcomes of earlier versions. */
  times?: PauseTimes;
}

/** The longest JSON that is written: the ConfigMap also holds the windows, and is limited to 1 MiB. */
export const LAST_RUN_MAX_BYTES = 4096;

/** Of so many releases, times take more: they are left out. */
const TIMES_MAX_BYTES = LAST_RUN_MAX_BYTES / 2;

const SCHEMA_VERSION = 1;
/** Longer texts were not written by the pauser: any account that may update the ConfigMap can write it. */
const MAX_READ_BYTES = 4 * LAST_RUN_MAX_BYTES;

/** The result: a run, nothing because no run has ended, or why the text cannot be used. */
export type ReadLastRun = { lastRun?: LastRun; malformed?: undefined } | { lastRun?: undefined; malformed: string };

/**
 * Reads the text under `LAST_RUN_KEY`. Never throws: the outcome of a run is information, and an `up` must not fail because
 * it is missing, damaged or written by a newer pauser.
 */
export function readLastRun(json: string | undefined): ReadLastRun {
  if (json === undefined) return {};
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_READ_BYTES) return malformed(`takes ${bytes} bytes, more than the ${MAX_READ_BYTES} that are read`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return malformed(`is not JSON (${messageOf(error)})`);
  }
  if (!isObject(value)) return malformed("is not a JSON object");
  if (value.schemaVersion !== SCHEMA_VERSION)
    return malformed(
      `has schemaVersion ${JSON.stringify(value.schemaVersion)}, and this scalar-backup reads ${SCHEMA_VERSION}`,
    );
  try {
    return { lastRun: readRun(value) };
  } catch (error) {
    return malformed(`is not an outcome: ${messageOf(error)}`);
  }
}

/** Serializes the outcome in at most `LAST_RUN_MAX_BYTES`: reasons that do not fit are only counted. */
export function writeLastRun(run: Omit<LastRun, "schemaVersion">): string {
  const { job, startedAt, endedAt, end } = run;
  const times = run.times && Buffer.byteLength(JSON.stringify(run.times)) <= TIMES_MAX_BYTES ? run.times : undefined;
  const json = (reasons: string[]) =>
    JSON.stringify({ schemaVersion: SCHEMA_VERSION, job, startedAt, endedAt, end, reasons, times });
  const fits = (text: string) => Buffer.byteLength(text) <= LAST_RUN_MAX_BYTES;
  for (let kept = run.reasons.length; kept > 0; kept -= 1) {
    const omitted = run.reasons.length - kept;
    const text = json([...run.reasons.slice(0, kept), ...(omitted > 0 ? [more(omitted)] : [])]);
    if (fits(text)) return text;
  }
  const [first, ...others] = run.reasons;
  if (first === undefined) return json([]);
  const rest = others.length > 0 ? [more(others.length)] : [];
  // A single reason that is too long: keep its beginning. A character takes up to 6 bytes in JSON.
  const room = LAST_RUN_MAX_BYTES - Buffer.byteLength(json(["...", ...rest]));
  return json([`${[...first].slice(0, Math.floor(room / 6)).join("")}...`, ...rest]);
}

const more = (count: number) => (count === 1 ? "and 1 more reason" : `and ${count} more reasons`);

const malformed = (what: string): ReadLastRun => ({
  malformed: `the outcome of the last run (${LAST_RUN_KEY}) ${what}`,
});

const readRun = ({ job, startedAt, endedAt, end, reasons, times }: Record<string, unknown>): LastRun => {
  return {
    schemaVersion: SCHEMA_VERSION,
    job: lineAt(job, "job"),
    startedAt: instantAt(startedAt, "startedAt"),
    endedAt: instantAt(endedAt, "endedAt"),
    end: endAt(end, "end"),
    reasons: listAt(reasons, "reasons", lineAt),
    ...(times !== undefined && { times: timesAt(times, "times") }),
  };
};

const timesAt: Reader<PauseTimes> = (value, path) => {
  const { pausedMillis, drains } = objectAt(value, path);
  return {
    pausedMillis: numberAt(pausedMillis, `${path}.pausedMillis`),
    drains: listAt(drains, `${path}.drains`, (drain, at) => {
      const { release, millis } = objectAt(drain, at);
      return { release: lineAt(release, `${at}.release`), millis: numberAt(millis, `${at}.millis`) };
    }),
  };
};

const endAt: Reader<LastRunEnd> = (value, path) => {
  const end = LAST_RUN_ENDS.find((each) => each === value);
  if (end !== undefined) return end;
  throw new ShapeError(`${path} must be one of ${LAST_RUN_ENDS.join(", ")}, got ${JSON.stringify(value) ?? "nothing"}`);
};

/** A text for a terminal: control characters in external data could overwrite what the user reads. */
const lineAt: Reader<string> = (value, path) => textAt(value, path).replace(/\p{Cc}+/gu, " ");
