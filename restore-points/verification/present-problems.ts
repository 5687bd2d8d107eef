import { counted } from "../counted";
import { inSeconds } from "../duration";
import { formatInstant, instantMillis } from "../instant";
import { auditorHint } from "../scalar-products";
import { MARGIN_MILLIS, STEP_MILLIS } from "../windows";
import { LEAD_MILLIS } from "./bracket-problems";
import type { RowExample } from "./compare";
import type { Findings, PresentDifferences } from "./facts";

/**
 * How far from the data any commit must be, by the pods' clocks: as far as the edges of the shortest window in which a
 * coordinator can be bracketed.
 */
export const DISTANCE_MILLIS = MARGIN_MILLIS + STEP_MILLIS;

/**
 * What is wrong with the copy of a coordinator that was compared with the present one; nothing if no transaction was committed around
 * the data's instant.
 *
 * The copy, of about the data's instant, has the commits before it, and the present coordinator in addition those after it. If each of
 * the first was decided well before the data's instant, and each of the others well after it, none was committed around it. A commit
 * that only the present coordinator has shows that the copy is the earlier one.
 *
 * @param instant of the data and of the copy. RFC 3339, UTC.
 */
export function presentProblems(found: PresentDifferences, instant: string): Findings {
  const { table, newestCommits, onlyInPresent, missingInPresent, changed, unknownStates, rowsInCopy } = found;
  const at = instantMillis(instant);
  const refused: string[] = [];
  const unproven: string[] = [];
  const early = onlyInPresent.examples.filter(({ createdAt }) => !(millis(createdAt) > at + DISTANCE_MILLIS));
  const late = newestCommits.examples.filter(({ createdAt }) => !(millis(createdAt) < at - DISTANCE_MILLIS));
  const seconds = DISTANCE_MILLIS / 1000;
  if (early.length > 0)
    refused.push(
      `${table}: by their pods' clocks, commits that the copy lacks were made before ${formatInstant(at + DISTANCE_MILLIS)}, less than ${seconds} s after the data or earlier (the oldest at ${early[0]?.createdAt}), so not every pod was paused, a clock is off, or the copy is of another instant`,
    );
  if (changed > 0)
    refused.push(
      `${table}: ${counted(changed, "row differs", "rows differ")} between the copy and the present coordinator, although ScalarDB never changes a row: it is no copy of this coordinator`,
    );
  if (missingInPresent > 0)
    unproven.push(
      `${table}: the present coordinator lacks ${counted(missingInPresent, "row", "rows")} of the copy (a purge, or finishTransaction), so commits may have been removed, too`,
    );
  if (unknownStates > 0)
    unproven.push(`${table}: ${counted(unknownStates, "row has", "rows have")} a state or time that is not ScalarDB's`);
  if (rowsInCopy === 0 || newestCommits.count === 0)
    unproven.push(
      `${table}: the copy has no commits: nothing shows that ScalarDB keeps its transactions there; ${auditorHint()}`,
    );
  if (onlyInPresent.count === 0)
    unproven.push(
      `${table}: the present coordinator has no commit that the copy lacks, so nothing shows that it is the later one; after the next transaction, run the scan again: pulumi up --replace <the URN of the Job whose name ends in -scan>`,
    );
  if (late.length > 0)
    unproven.push(
      `${table}: by its pod's clock, a transaction of the copy was committed at ${late[0]?.createdAt}, less than ${seconds} s before the data or later: a copy of the data may be from before it. Windows of 10 s or more (pause.holdSeconds) leave that time`,
    );
  if (found.newestInPresent !== undefined && millis(found.newestInPresent) > millis(found.readAt) + LEAD_MILLIS)
    unproven.push(
      `${table}: the present coordinator was read at ${found.readAt} and has a row of ${found.newestInPresent}: a pod's clock is ahead, or that of the machine that read it is behind`,
    );
  return {
    refused,
    unproven,
    witnesses: [
      ...texts(table, "is not in the copy", early),
      ...texts(table, "was committed shortly before the data, or later", late),
    ],
  };
}

/** What the comparison rests on. */
export function presentText(
  { table, rowsInCopy, newestCommits, onlyInPresent }: PresentDifferences,
  instant: string,
): string {
  const at = instantMillis(instant);
  const before = at - millis(newestCommits.examples[0]?.createdAt ?? "");
  const after = millis(onlyInPresent.examples[0]?.createdAt ?? "") - at;
  // Stores may disagree by a second.
  const allowed = Math.min(before, after) - LEAD_MILLIS;
  return `${table}: the newest commit of its copy (${counted(rowsInCopy, "row")}) is ${inSeconds(before)} older than ${instant}, and the oldest commit that only the present coordinator has is ${inSeconds(after)} newer, by the pods' clocks: this proves the pause unless a pod's clock is off by more than ${inSeconds(allowed)}`;
}

const millis = (instant: string) => Date.parse(instant);

function texts(table: string, what: string, examples: readonly RowExample[]): string[] {
  return examples.map(({ id, createdAt }) => `${table}: transaction ${id} of ${createdAt} ${what}`);
}
