import { instantMillis } from "../../restore-points/instant";
import type { RestorePoint } from "../../restore-points/points";
import { restorableRange } from "../../restore-points/ranges";
import { IMPORTED } from "../../restore-points/window";
import type { Lane, Mark, Tone } from "../page/lanes";
import type { Span } from "../page/scale";
import { type Gap, verdictOf } from "./facts";
import type { PointsView } from "./view";

const HOUR_MILLIS = 3_600_000;

/** From the oldest thing that is known until now. */
export function spanOf({ output, runs }: PointsView): Span {
  const to = instantMillis(output.asOf);
  const starts = [
    ...output.databases.map(restorableRange).flatMap((range) => ("because" in range ? [] : range.earliest)),
    ...output.points.map(({ instant }) => instantMillis(instant)),
    ...(runs?.jobs ?? []).map(({ started }) => instantMillis(started)),
  ].filter(Number.isFinite);
  return { from: Math.min(...starts, to - HOUR_MILLIS), to };
}

/** A lane for each database, then the windows, the runs, and what was found besides. */
export function lanesOf(view: PointsView, gaps: readonly Gap[]): Lane[] {
  const { output, quietGaps } = view;
  const lanes: Lane[] = output.databases.map((database) => {
    const range = restorableRange(database);
    if ("because" in range) return { label: database.name, note: "not known", marks: [] };
    const { earliest = "", latest = "" } = database;
    return {
      label: database.name,
      note: "restorable range",
      marks: [
        { shape: "bar", tone: "range", from: range.earliest, to: range.latest, title: `${earliest} to ${latest}` },
      ],
    };
  });
  if (output.pauseRequired)
    lanes.push({
      label: "Pause windows",
      marks: [...gaps.map(gapMark), ...output.points.map((point) => windowMark(point, view))],
    });
  const runs = runMarks(view);
  if (runs.length > 0) lanes.push({ label: "Runs", marks: runs });
  if (quietGaps)
    lanes.push({
      label: "Quiet gaps",
      marks: quietGaps.gaps.map(({ instant, seconds }) => ({
        shape: "tick",
        tone: "warn",
        at: instantMillis(instant),
        title: `${instant}, ${seconds} s`,
      })),
    });
  return lanes;
}

/** The chosen instant. */
export function linesOf({ chosen }: PointsView): { at: number; label: string; tone: Tone }[] {
  return chosen === undefined ? [] : [{ at: instantMillis(chosen), label: "restore.at", tone: "chosen" }];
}

export function legendOf(view: PointsView, gaps: readonly Gap[]) {
  const { points, pauseRequired } = view.output;
  const runs = runMarks(view);
  const entries: (false | { shape: Mark["shape"]; tone: Tone; text: string })[] = [
    { shape: "bar", tone: "range", text: "restorable" },
    pauseRequired &&
      points.some((point) => point.restorable && verdictOf(point, view) === undefined) && {
        shape: "dot",
        tone: "plain",
        text: "window, restorable, not yet proven",
      },
    points.some(isImported) && { shape: "diamond", tone: "plain", text: "the same, imported" },
    points.some((point) => verdictOf(point, view)?.proven) && {
      shape: "dot",
      tone: "good",
      text: "window, proven by a drill",
    },
    points.some((point) => verdictOf(point, view)?.proven === false) && {
      shape: "cross",
      tone: "bad",
      text: "window, refused by a restore",
    },
    points.some(({ restorable }) => !restorable) && {
      shape: "ring",
      tone: "muted",
      text: "window, cannot be restored",
    },
    gaps.length > 0 && { shape: "hatched", tone: "warn", text: "gap in the schedule" },
    runs.some(({ shape }) => shape === "tick") && { shape: "tick", tone: "muted", text: "run, succeeded" },
    runs.some(({ shape }) => shape === "cross") && { shape: "cross", tone: "bad", text: "run, failed or void" },
    view.quietGaps !== undefined && { shape: "tick", tone: "warn", text: "quiet gap" },
  ];
  return entries.flatMap((entry) => entry || []);
}

function gapMark({ from, to }: Gap): Mark {
  return { shape: "hatched", tone: "warn", from, to, title: "gap in the schedule" };
}

function windowMark(point: RestorePoint, view: PointsView): Mark {
  const { instant, restorable, restorableFromBackups } = point;
  const at = instantMillis(instant);
  const proven = verdictOf(point, view)?.proven;
  if (proven === false)
    return { shape: "cross", tone: "bad", at, title: `${instant} refused by a restore`, shown: true };
  const state = restorable
    ? "can be restored"
    : restorableFromBackups
      ? "can be restored from backups"
      : "cannot be restored";
  return {
    shape: !restorable ? "ring" : isImported(point) ? "diamond" : "dot",
    tone: restorable ? (proven ? "good" : "plain") : restorableFromBackups ? "warn" : "muted",
    at,
    title: `${instant} ${state}, ${proven ? "proven" : "not yet proven"}`,
    shown: true,
  };
}

function isImported({ covers }: RestorePoint): boolean {
  return covers.some(({ origin }) => origin === IMPORTED);
}

function runMarks({ runs, lastRun }: PointsView): Extract<Mark, { at: number }>[] {
  const jobs = (runs?.jobs ?? []).filter(({ outcome, started }) => outcome !== "running" && started !== "");
  const marks = jobs.map(({ name, started, outcome, failure }): Extract<Mark, { at: number }> => {
    const wasVoid = lastRun !== undefined && lastRun.end !== "recorded" && name.endsWith(`/${lastRun.job}`);
    const bad = outcome === "failed" || wasVoid;
    return {
      shape: bad ? "cross" : "tick",
      tone: bad ? "bad" : "muted",
      at: instantMillis(started),
      title: `${started} ${failure ?? outcome}`,
    };
  });
  if (lastRun && lastRun.end !== "recorded" && !jobs.some(({ name }) => name.endsWith(`/${lastRun.job}`)))
    marks.push({
      shape: "cross",
      tone: "bad",
      at: instantMillis(lastRun.startedAt),
      title: `${lastRun.startedAt} ${lastRun.end}`,
    });
  return marks;
}
