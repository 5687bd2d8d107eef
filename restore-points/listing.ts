import { instantMillis } from "./instant";
import { type Paint, PLAIN } from "./paint";
import type { DatabaseAtPoint, RestorePoint, RestorePoints } from "./points";
import { table } from "./text-table";
import { legend, timeline } from "./timeline";
import { IMPORTED, releaseLabel } from "./window";
import type { CoveredRelease } from "./windows";

/** What is said where nothing is restorable as far as is known, and something could not be read. */
export const UNKNOWN_WHETHER = "It is not known what can be restored";

/**
 * The restore points as lines of text.
 * @param complete Whether everything could be read that the answer depends on
 */
export function listing(output: RestorePoints, width: number, paint: Paint = PLAIN, complete = true): string[] {
  const picture = timeline(output, width, paint);
  return [
    paint("bold", `What can be restored, as of ${output.asOf} ("pulumi up" looks again)`),
    "",
    ...(picture.length > 0 ? [...picture, "", paint("dim", legend(output)), ""] : []),
    ...databaseLines(output),
    "",
    ...(output.pauseRequired ? pointLines(output, paint, complete) : anyInstantLines(output, paint, complete)),
  ];
}

function databaseLines({ databases }: RestorePoints): string[] {
  return table([
    ["DATABASE", "FROM", "TO"],
    ...databases.map(({ name, earliest, latest, unknownBecause }) =>
      unknownBecause === undefined
        ? [name, earliest ?? "not known", latest ?? "not known"]
        : [name, `not known: ${unknownBecause}`],
    ),
  ]);
}

function none(because: string | undefined, complete: boolean, paint: Paint): string {
  if (!complete) return paint("red", `${UNKNOWN_WHETHER}: not everything could be read`);
  return paint("red", `Nothing can be restored now: ${because}`);
}

function anyInstantLines({ anyInstant, noneBecause }: RestorePoints, paint: Paint, complete: boolean): string[] {
  if (anyInstant === undefined) return [none(noneBecause, complete, paint)];
  return [`Any instant from ${anyInstant.from} to ${anyInstant.to} can be restored; no pause is needed.`];
}

function pointLines(
  { points, unlisted, noneBecause, pauseProblems = [] }: RestorePoints,
  paint: Paint,
  complete: boolean,
): string[] {
  const [header = "", ...rows] = table([
    ["INSTANT", "RESTORABLE", "PAUSED", "RELEASES"],
    ...points.map((point) => [
      point.instant,
      point.restorable ? "yes" : point.restorableFromBackups ? "backups" : "no",
      `${seconds(point)} s${point.noWholeMinute ? " *" : ""}`,
      point.covers.map((release) => releaseLabel(release) + detail(release)).join(", "),
    ]),
  ]);
  const lines = points.flatMap((point, index) => [
    paint(point.restorable ? "green" : point.restorableFromBackups ? "yellow" : "red", rows[index] ?? ""),
    ...point.databases.flatMap((database) => databaseNotes(database).map((note) => paint("dim", `  ${note}`))),
  ]);
  return [
    ...(points.length > 0 ? [header, ...lines] : []),
    ...(points.some(({ noWholeMinute }) => noWholeMinute)
      ? ["* the window has no whole minute near its middle: check that your databases restore to the second"]
      : []),
    ...(unlisted > 0 ? [`and ${unlisted} older ones, which restore.at takes too while they can be restored`] : []),
    ...(noneBecause === undefined ? [] : [none(noneBecause, complete, paint)]),
    // Without a window, the line above says so.
    ...(points.length > 0 ? pauseProblems.map((problem) => paint("yellow", `Warning: ${problem}`)) : []),
  ];
}

/** Why a database's point-in-time recovery cannot restore the instant, and whether its window's backups can. */
function databaseNotes({ name, reason, backedUpUntil }: DatabaseAtPoint): string[] {
  if (reason === undefined)
    return backedUpUntil === undefined ? [] : [`${name} has backups of this window, kept until ${backedUpUntil}`];
  if (backedUpUntil === undefined) return [reason];
  return [
    reason,
    `${name} has backups of this window, kept until ${backedUpUntil}: restore.from.${name}.windowBackups restores them`,
  ];
}

function seconds({ window }: RestorePoint): string {
  return ((instantMillis(window.end) - instantMillis(window.start)) / 1000).toFixed(1);
}

function detail({ pods, origin }: CoveredRelease): string {
  const details = [
    ...(pods > 0 ? [pods === 1 ? "1 pod" : `${pods} pods`] : []),
    ...(origin === IMPORTED ? [IMPORTED] : []),
  ];
  return details.length > 0 ? ` (${details.join(", ")})` : "";
}
