import { inSeconds } from "./duration";
import { formatInstant, instantMillis, parseInstant } from "./instant";
import { keptBackupsOf, pointsOf, restorableSeconds } from "./points";
import { ceilSecond, floorSecond, rangeProblem } from "./ranges";
import type { Situation } from "./situation";
import type { DatabaseBackups } from "./window-backups";
import {
  type CommonWindow,
  commonWindows,
  isInside,
  MARGIN_MILLIS,
  MINIMUM_WINDOW_MILLIS,
  whyNoWindow,
} from "./windows";

/** The result of checking an instant. */
export interface InstantCheck {
  /** The requested instant in UTC; absent when the text is not an instant. Without problems it has whole seconds. */
  instant?: string;
  /** Why it cannot be restored, each with the fix; empty when it can. */
  problems: string[];
  /** The nearest earlier instant that can be restored, if any. Only present with problems. */
  before?: string;
  /** The nearest later instant that can be restored, if any. Only present with problems. */
  after?: string;
}

/**
 * Checks an instant before anything is created for it: it has to be past, in a common window if the set needs one, and
 * in every database's restorable range.
 *
 *     checkInstant("2026-11-22T04:00:00Z", situation)
 *     -> { instant: "2026-11-22T04:00:00Z", before: "2026-11-22T03:00:12Z", problems: [
 *          "2026-11-22T04:00:00Z is in no pause window that all releases share; the nearest is 2026-11-22T03:00:07.120Z to 2026-11-22T03:00:17.130Z" ] }
 */
export function checkInstant(at: string, situation: Situation): InstantCheck {
  const instant = parseInstant(at);
  if (typeof instant !== "number") return { problems: [`${JSON.stringify(at)} ${instant.problem}`] };
  const problems = problemsOf(instant, situation);
  return {
    instant: text(instant),
    problems,
    ...(problems.length === 0 ? {} : nearest(instant, situation)),
  };
}

/** The check's result as text: the problems, and the nearest instants that can be restored. */
export function describeProblems({ instant, problems, before, after }: InstantCheck): string {
  if (instant === undefined) return problems.join("; ");
  const alternatives = [before && `${before} (before)`, after && `${after} (after)`].filter(Boolean);
  const fix =
    alternatives.length > 0
      ? `the nearest that can be restored: ${alternatives.join(", ")}`
      : "no instant can be restored";
  return [...problems, fix].join("; ");
}

function problemsOf(instant: number, situation: Situation): string[] {
  const { now, pauseRequired, quietGap, databases } = situation;
  if (instant > now)
    return [`${text(instant)} is in the future: it is ${formatInstant(now)}; choose an instant that has passed`];
  const problems: string[] = [];
  if (instant % 1000 !== 0)
    problems.push(
      `${text(instant)} has a fraction of a second, which not every database can be restored to; use whole seconds, such as ${formatInstant(floorSecond(instant))}`,
    );
  if (pauseRequired && !quietGap) problems.push(...windowProblem(instant, situation));
  if (databases.length === 0) problems.push("no database is named, so there is nothing to restore");
  for (const database of databases) {
    const problem = rangeProblem(instant, database, now);
    if (problem === undefined) continue;
    const backups = pauseRequired && backupsAt(instant, database.name, situation);
    const fix = `; its backups of that window are kept: set restore.from.${database.name}.windowBackups to true`;
    problems.push(`${problem}${backups ? fix : ""}`);
  }
  return problems;
}

/** A database's backups of the instant's window, while they are kept. */
export function backupsAt(
  instant: number,
  database: string,
  situation: Omit<Situation, "databases">,
): DatabaseBackups | undefined {
  const window = commonWindows(situation.windows, situation.releases).find((each) => isInside(instant, each));
  return window && keptBackupsOf(window, database, situation.now);
}

function windowProblem(instant: number, situation: Situation): string[] {
  const { windows, releases } = situation;
  const common = commonWindows(windows, releases);
  if (common.some((window) => isInside(instant, window))) return [];
  if (common.length === 0) return [`${text(instant)} is in no pause window: ${whyNoWindow(situation)}`];
  const around = common.find(({ start, end }) => start <= instant && instant <= end);
  if (around) {
    const distance = Math.min(instant - around.start, around.end - instant);
    return [
      `${text(instant)} is only ${inSeconds(distance)} from the edge of the pause window ${span(around)}; keep ${MARGIN_MILLIS / 1000} s away from it, because the databases' clocks may differ from the pauser's`,
    ];
  }
  const older = common.find(({ end }) => end < instant);
  const newer = common.findLast(({ start }) => start > instant);
  const near = [older, newer].filter((window) => window !== undefined).map(span);
  return [
    `${text(instant)} is in no pause window of at least ${MINIMUM_WINDOW_MILLIS / 1000} s that all releases share, so a transaction may have been running; the nearest ${near.length === 1 ? "is" : "are"} ${near.join(" and ")}`,
  ];
}

/** The nearest restorable instants before and after: the middles of windows, or the ends of the range. */
function nearest(instant: number, situation: Situation): Pick<InstantCheck, "before" | "after"> {
  const { before, after } = situation.pauseRequired
    ? nearestPoints(instant, situation)
    : nearestSeconds(instant, situation);
  return {
    ...(before === undefined ? {} : { before: formatInstant(before) }),
    ...(after === undefined ? {} : { after: formatInstant(after) }),
  };
}

interface Neighbours {
  before?: number | undefined;
  after?: number | undefined;
}

function nearestPoints(instant: number, situation: Situation): Neighbours {
  // Newest first: the first older one is the nearest before, the last newer one is the nearest after.
  const restorable = pointsOf(situation)
    .filter((point) => point.restorable)
    .map((point) => instantMillis(point.instant));
  return { before: restorable.find((at) => at < instant), after: restorable.findLast((at) => at > instant) };
}

function nearestSeconds(instant: number, situation: Situation): Neighbours {
  const seconds = restorableSeconds(situation);
  if ("because" in seconds) return {};
  const { from, to } = seconds;
  if (instant < from) return { after: from };
  if (instant > to) return { before: to };
  // Inside the range, the only problem is the fraction of a second.
  return { before: floorSecond(instant), after: ceilSecond(instant) };
}

const text = (instant: number) => formatInstant(instant, { millis: instant % 1000 !== 0 });
const span = ({ start, end }: CommonWindow) =>
  `${formatInstant(start, { millis: true })} to ${formatInstant(end, { millis: true })}`;
