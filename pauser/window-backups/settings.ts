import { BACKUP_DOUBT_MILLIS } from "../../restore-points/window-backups";
import { boundedAt, objectAt, textAt, textsAt } from "../fields";

/** A database whose tables are backed up in windows. */
export interface BackedUpDatabaseSettings {
  /** Its name in the set. */
  name: string;
  region: string;
  /** Full names of tables. */
  tables: string[];
  /** Prefixes of table names, such as `ledger.`: every table of a ScalarDB namespace. */
  prefixes: string[];
  /** The least number of days between two windows with backups. */
  everyDays: number;
  /** After how many days the backups are deleted (not by the pauser). */
  deleteAfter: number;
}

/** The part of `PAUSER_SETTINGS` about backups made in windows. */
export interface WindowBackupSettings {
  /** The prefix of the backups' names. */
  namePrefix: string;
  databases: BackedUpDatabaseSettings[];
  /** How long all pods are paused before the first request, and after the last was accepted. */
  marginSeconds: number;
  /** How long the requests may take, including retries. */
  requestSeconds: number;
}

/**
 * The minute by which AWS allows a backup to differ from its request, plus the possible error of the clock: half of its
 * allowed offset, and the time that reading the clock takes.
 */
const MARGIN_SECONDS = { default: 62, min: 0, max: 600 };
const REQUEST_SECONDS = { default: 30, min: 1, max: 300 };

/** What the usual margin has besides the minute. */
const CLOCK_SLACK_MILLIS = 2000;

/**
 * How long the certain part of a window has to be around the requests, in milliseconds, for its backups to count: the minute, and less
 * with the shorter margins of tests.
 */
export function neededMarginMillis({ marginSeconds }: WindowBackupSettings): number {
  return Math.min(BACKUP_DOUBT_MILLIS, marginSeconds * 1000 - CLOCK_SLACK_MILLIS);
}

export const WINDOW_BACKUP_BOUNDS = { marginSeconds: MARGIN_SECONDS, requestSeconds: REQUEST_SECONDS } as const;

/**
 * How long pods may be held for backups, in seconds: a margin, the requests, a margin; the first margin is longer if
 * the look-up is.
 */
export function backupHoldSeconds({ marginSeconds, requestSeconds }: WindowBackupSettings, apiDeadlineSeconds: number) {
  return Math.max(marginSeconds, apiDeadlineSeconds) + requestSeconds + marginSeconds;
}

/** By how much backups may prolong a run, in seconds: credentials and a look-up before it, and the hold. */
export function backupSeconds(backups: WindowBackupSettings | undefined, apiDeadlineSeconds: number): number {
  return backups === undefined ? 0 : 2 * apiDeadlineSeconds + backupHoldSeconds(backups, apiDeadlineSeconds);
}

const DAYS = { default: 1, min: 1, max: 36_500 };

export function readWindowBackups(value: unknown, problems: string[]): WindowBackupSettings {
  const path = "windowBackups";
  const fields = objectAt(value, path, ["namePrefix", "databases", "marginSeconds", "requestSeconds"], problems) ?? {};
  if (!Array.isArray(fields.databases) || fields.databases.length === 0)
    problems.push(`${path}.databases: a list of at least one database is expected`);
  return {
    namePrefix: textAt(fields.namePrefix, `${path}.namePrefix`, problems),
    databases: Array.isArray(fields.databases)
      ? fields.databases.map((item, index) => readDatabase(item, `${path}.databases[${index}]`, problems))
      : [],
    marginSeconds: boundedAt(fields.marginSeconds, `${path}.marginSeconds`, MARGIN_SECONDS, problems),
    requestSeconds: boundedAt(fields.requestSeconds, `${path}.requestSeconds`, REQUEST_SECONDS, problems),
  };
}

function readDatabase(value: unknown, path: string, problems: string[]): BackedUpDatabaseSettings {
  const known = ["name", "region", "tables", "prefixes", "everyDays", "deleteAfter"];
  const fields = objectAt(value, path, known, problems) ?? {};
  return {
    name: textAt(fields.name, `${path}.name`, problems),
    region: textAt(fields.region, `${path}.region`, problems),
    tables: textsAt(fields.tables, `${path}.tables`, problems),
    prefixes: textsAt(fields.prefixes, `${path}.prefixes`, problems),
    everyDays: boundedAt(fields.everyDays, `${path}.everyDays`, DAYS, problems),
    deleteAfter: boundedAt(fields.deleteAfter, `${path}.deleteAfter`, DAYS, problems),
  };
}
