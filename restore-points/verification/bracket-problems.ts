import { counted } from "../counted";
import { formatInstant, instantMillis } from "../instant";
import { auditorHint } from "../scalar-products";
import { STEP_MILLIS } from "../windows";
import type { CopyDifferences, RowExample } from "./compare";
import type { BracketFacts, CopyInstant, Findings } from "./facts";

/** How much older than the data the newest commit must be: pods' clocks may be off the databases' by this much. */
export const LEAD_MILLIS = 1_000;

/** What is wrong with one coordinator's bracket; nothing if every rule holds. */
export function bracketProblems(facts: BracketFacts, scanned: boolean): Findings {
  const { database, table, differences, unread } = facts;
  if (differences === undefined)
    return { refused: [], unproven: [`${database}: ${unread ?? `${table} was not compared`}`], witnesses: [] };
  const { onlyInLate, changed, unknownStates, missingInLate, oldRowsAgree, writeSets, rows } = differences;
  const where = `${database}: ${table}`;
  const refused: string[] = [];
  const unproven = instantProblems(facts);
  if (onlyInLate.count > 0)
    refused.push(
      `${where}: ${counted(onlyInLate.count, "transaction was", "transactions were")} committed between the coordinator's copies, so not every pod was paused, or a clock is off`,
    );
  if (changed.count > 0)
    refused.push(
      `${where}: ${counted(changed.count, "row differs", "rows differ")} between the coordinator's copies, although ScalarDB never changes a row: they are not copies of one coordinator`,
    );
  if (missingInLate.count > 0)
    unproven.push(
      `${where}: ${counted(missingInLate.count, "row was", "rows were")} removed between the coordinator's copies (a purge, or finishTransaction), so commits in between may have been removed, too`,
    );
  if (!oldRowsAgree)
    unproven.push(
      `${where}: the rows that are more than a day older than the copies differ between them (a purge?), so commits in between may have been removed, too`,
    );
  if (unknownStates.count > 0)
    unproven.push(
      `${where}: ${counted(unknownStates.count, "row has", "rows have")} a state or time that is not ScalarDB's`,
    );
  if (rows.late === 0 || rows.early === 0)
    unproven.push(
      `${where}: a copy has no rows: nothing shows that ScalarDB keeps its transactions there; ${auditorHint()}`,
    );
  if (writeSets > 0 && !scanned)
    unproven.push(
      `${where}: rows have write sets, so that finishTransaction can remove the rows of new commits; set restore.verify.scan to check the records, too`,
    );
  const late = commitsWithoutLead(facts.data, differences);
  if (late.length > 0)
    unproven.push(
      `${where}: by its pod's clock, a transaction was committed at ${late[0]?.createdAt}, less than ${LEAD_MILLIS / 1000} s before the data or later: a copy of the data may be from before it`,
    );
  const witnesses = [
    ...texts(where, "committed between the copies", onlyInLate.examples),
    ...texts(where, "differs between the copies", changed.examples),
    ...texts(where, "committed shortly before the data, or later", late),
  ];
  return { refused, unproven, witnesses };
}

/** The cloud's own record has to show that the copies are of different instants, in order. */
function instantProblems({ database, table, early, late, data }: BracketFacts): string[] {
  const unknown = [early, late, ...data].filter(
    (copy) => copy.instant === undefined || (copy.requested === true && !data.includes(copy)),
  );
  if (unknown.length > 0)
    return [
      `${database}: the cloud has no record of the instant that ${unknown.map(({ name }) => name).join(", ")} ${unknown.length === 1 ? "is" : "are"} of`,
    ];
  if (data.length === 0) return [`${database}: ${table} has no data in this set`];
  const at = ({ instant }: CopyInstant) => instantMillis(instant ?? "");
  const [first, last] = [Math.min(...data.map(at)), Math.max(...data.map(at))];
  if (first - at(early) >= STEP_MILLIS && at(late) - last >= STEP_MILLIS) return [];
  return [
    `${database}: the copies of ${table} are of ${early.instant} and ${late.instant}, and the data of ${formatInstant(first)} to ${formatInstant(last)}: they do not enclose it with ${STEP_MILLIS / 1000} s on either side`,
  ];
}

/** Commits that a copy of the data may not have, although the coordinator's early copy does. */
function commitsWithoutLead(data: readonly CopyInstant[], { newestCommits }: CopyDifferences): RowExample[] {
  const known = data.flatMap(({ instant }) => (instant === undefined ? [] : [instantMillis(instant)]));
  const before = Math.min(...known) - LEAD_MILLIS;
  return newestCommits.filter(({ createdAt }) => !(Date.parse(createdAt) < before));
}

function texts(where: string, what: string, examples: readonly RowExample[]): string[] {
  return examples.map(({ id, createdAt }) => `${where}: transaction ${id} of ${createdAt} ${what}`);
}
