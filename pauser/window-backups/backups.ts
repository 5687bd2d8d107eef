import { setMaxListeners } from "node:events";
import { messageOf } from "../../restore-points/error-message";
import { instantMillis } from "../../restore-points/instant";
import { tablesOf } from "../../restore-points/tables";
import type { PauseWindow, WindowBackups } from "../../restore-points/window";
import { backupName } from "../../restore-points/window-backups";
import type { Moment } from "../clock";
import { Deadline, instant } from "../time";
import { findCredentials } from "./credentials";
import { DynamodbClient, fixOf } from "./dynamodb";
import { HttpClient } from "./http";
import { type BackupContext, type BackupMaker, BackupProblems, type DueBackups } from "./maker";
import { type BackedUpDatabaseSettings, backupHoldSeconds } from "./settings";

/** DynamoDB accepts 50 a second for an account in a region; leave some of them for other callers. */
const REQUESTS_PER_SECOND = 40;

const HOUR_MILLIS = 3_600_000;

/** A database whose backups are due, with its region's client. */
interface Due {
  database: BackedUpDatabaseSettings;
  client: DynamodbClient;
}

/** @param env Contains credentials and endpoints. */
export const windowBackups = (env: Record<string, string | undefined> = process.env): BackupMaker => ({
  async prepare(context) {
    const { settings, windows, stop, report } = context;
    const databases = settings.databases.filter((database) => isDue(database, windows, context.clock.now()));
    const [first] = databases;
    if (first === undefined) return undefined;
    // One listener for each waiting table.
    setMaxListeners(0, stop);
    const http = new HttpClient();
    try {
      const deadline = new Deadline(context.clock, context.apiDeadlineSeconds * 1000);
      const credentials = await findCredentials(first.region, { http, env, deadline, stop });
      const due = databases.map((database) => ({
        database,
        client: new DynamodbClient(http, context.clock, database.region, credentials, env),
      }));
      const tables = await lookUp(due, context);
      const seconds = tables.length / REQUESTS_PER_SECOND;
      if (seconds > settings.requestSeconds)
        throw new BackupProblems([
          `backup requests for ${tables.length} tables take ${Math.ceil(seconds)} s, and may take at most ${settings.requestSeconds} s (windowBackups.requestSeconds)`,
        ]);
      report.log(`backups of ${tables.length} tables are due: ${databases.map(({ name }) => name).join(", ")}`);
      return {
        maxHoldSeconds: backupHoldSeconds(settings, context.apiDeadlineSeconds),
        make: (pauseCompleted, over) => {
          setMaxListeners(0, over);
          return make(due, pauseCompleted, { ...context, stop: over });
        },
        close: () => http.close(),
      };
    } catch (error) {
      http.close();
      throw error instanceof BackupProblems ? error : new BackupProblems([`${messageOf(error)}${fixOf(error)}`]);
    }
  },
});

/** A run may start a little early, compared with the last one. */
function isDue({ name, everyDays }: BackedUpDatabaseSettings, windows: readonly PauseWindow[], now: number): boolean {
  const last = windows.findLast(({ backups }) => backups?.databases.some((database) => database.name === name));
  return last === undefined || now - instantMillis(last.pauseCompleted) >= everyDays * 24 * HOUR_MILLIS - HOUR_MILLIS;
}

interface TableToBackUp extends Due {
  table: string;
}

/**
 * The current tables of all databases. @throws {BackupProblems} when a database has no tables, or a named one is
 * missing.
 */
async function lookUp(due: Due[], { apiDeadlineSeconds, stop, clock }: BackupContext): Promise<TableToBackUp[]> {
  const deadline = new Deadline(clock, apiDeadlineSeconds * 1000);
  const problems: string[] = [];
  const found = await Promise.all(
    due.map(async ({ database, client }) => {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(apiDeadlineSeconds * 1000)]);
      const tables = tablesOf(database, await client.tableNames(deadline, signal));
      const missing = database.tables.filter((table) => !tables.includes(table));
      const where = `database ${database.name}`;
      if (missing.length > 0)
        problems.push(`${where}: there is no table ${missing.join(", ")} in ${database.region}; correct its tables`);
      else if (tables.length === 0) problems.push(`${where}: there is no table of it in ${database.region}`);
      return tables.map((table) => ({ database, client, table }));
    }),
  );
  if (problems.length > 0) throw new BackupProblems(problems);
  return found.flat();
}

/**
 * The margins are waited for, and recorded, by the monotonic clock: of a wall clock that is set back and forward again, a margin could
 * be in the record that was not waited for, and one that jumps must not hold pods for hours.
 */
async function make(due: Due[], pauseCompleted: Moment, context: BackupContext): ReturnType<DueBackups["make"]> {
  const { settings, report, stop, clock } = context;
  const margin = settings.marginSeconds * 1000;
  const name = backupName(settings.namePrefix, instant(pauseCompleted.wall));
  const passed = () => clock.monotonic() - pauseCompleted.monotonic;
  try {
    // List them again: a pod that was not yet paused may have created a table since.
    const tables = await lookUp(due, context);
    while (passed() < margin && !stop.aborted) await clock.sleep(Math.ceil(margin - passed()), stop);
    if (stop.aborted) return { problems: [] };
    // The record has whole milliseconds: the margins have to be in it whole.
    const requested = Math.floor(passed());
    const problems = await request(tables, name, context);
    const accepted = Math.ceil(passed());
    if (problems.length > 0)
      return {
        problems: [
          ...problems,
          `the other backups of that name (${name}) do not count, and are deleted when they expire`,
        ],
      };
    report.log(`backups of ${tables.length} tables are accepted: ${name}`);
    return {
      backups: {
        name,
        requested: instant(pauseCompleted.wall + requested),
        accepted: instant(pauseCompleted.wall + accepted),
        databases: databasesOf(due, tables),
      },
      holdUntil: pauseCompleted.monotonic + accepted + margin,
      problems: [],
    };
  } catch (error) {
    if (error instanceof BackupProblems) return { problems: error.problems };
    return { problems: [`${messageOf(error)}${fixOf(error)}`] };
  }
}

/**
 * Requests a backup of every table. The first permanent refusal ends it: an incomplete set of backups does not count.
 */
async function request(
  tables: TableToBackUp[],
  name: string,
  { settings, stop, clock }: BackupContext,
): Promise<string[]> {
  const deadline = new Deadline(clock, settings.requestSeconds * 1000);
  const given = new AbortController();
  const inTime = AbortSignal.any([stop, AbortSignal.timeout(settings.requestSeconds * 1000)]);
  const signal = AbortSignal.any([inTime, given.signal]);
  setMaxListeners(0, signal);
  const problems: string[] = [];
  let leftOut = 0;
  await Promise.all(
    tables.map(async ({ client, table }, index) => {
      await clock.sleep((index * 1000) / REQUESTS_PER_SECOND, signal);
      try {
        if (!signal.aborted) return await client.createBackup(table, name, deadline, signal);
      } catch (error) {
        if (!given.signal.aborted) {
          const late = inTime.aborted && !stop.aborted ? `not accepted within ${settings.requestSeconds} s: ` : "";
          problems.push(`no backup of table ${table}: ${late}${messageOf(error)}${fixOf(error)}`);
          if (!inTime.aborted) given.abort();
          return;
        }
      }
      leftOut += 1;
    }),
  );
  if (leftOut > 0) problems.push(`nor of ${leftOut} other tables, whose answers were not awaited`);
  return problems;
}

function databasesOf(due: Due[], tables: TableToBackUp[]): WindowBackups["databases"] {
  return due.map(({ database }) => ({
    name: database.name,
    region: database.region,
    tables: tables.filter((each) => each.database === database).length,
    deleteAfter: database.deleteAfter,
  }));
}
