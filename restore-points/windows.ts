import { instantMillis } from "./instant";
import { type Interval, intersections, union } from "./interval";
import type { Situation } from "./situation";
import { DEFAULT_CLUSTER, IMPORTED, type PauseWindow, RECORDED, type ReleaseName, releaseLabel } from "./window";
import { backupsOf, type DatabaseBackups } from "./window-backups";

/** A shorter window has no instant that is safe despite clock differences. */
export const MINIMUM_WINDOW_MILLIS = 5_000;
/** How far an instant must be from the window's edges. The middle of the shortest window, in whole seconds, is. */
export const MARGIN_MILLIS = 2_000;
/**
 * How far a coordinator's copies must be from the data, in milliseconds: more than the clouds' clocks disagree. A copy of
 * a table or database is of the requested second, give or take the disagreement of the service's own clocks.
 */
export const STEP_MILLIS = 2_000;
const MINUTE_MILLIS = 60_000;

/** The length of a window's certain part, in milliseconds. The pauser records no window with less than `MINIMUM_WINDOW_MILLIS`. */
export function usableMillis(window: PauseWindow): number {
  const { start, end } = certainPart(window);
  return end - start;
}

/** A release, and how many of its pods were paused. */
export interface CoveredRelease {
  /** The cluster's name, as in recorded windows. */
  cluster: string;
  /** The namespace that the release is installed in. */
  namespace: string;
  /** The release's name. */
  name: string;
  /** The product, such as `scalardb-cluster`. */
  product: string;
  /** 0 when imported: the output of Scalar's own tool has no pods. */
  pods: number;
  /** `recorded` by the pauser, or `imported` from the output of Scalar's own tool. */
  origin: string;
}

/** An interval in which every release of the set was paused. Milliseconds since the epoch. */
export interface CommonWindow extends Interval {
  /** The instant to restore: a whole minute near the middle with room to prove the pause, or else the whole second nearest to it. */
  instant: number;
  /** Whether that is a whole minute, which people choose, portals offer, and every database can restore to. */
  wholeMinute: boolean;
  /** In the order of the requested releases. */
  covers: CoveredRelease[];
  /**
   * The greatest clock difference that a run of this window measured. The databases' clocks are not known, so each run
   * is shortened by its difference at either end; `start` and `end` include that.
   */
  clockOffsetMillis: number;
  /** The backups that belong to it, including deleted ones. */
  backups: DatabaseBackups[];
}

/** One run's pause of one release, with the uncertainty of its clock. */
interface Pause {
  /** The certain part: the recorded window, narrowed by the uncertainty. It may be empty. */
  start: number;
  end: number;
  /** The latest instant at which its unpause may have begun. */
  endAtLatest: number;
  window: PauseWindow;
}

/**
 * The intervals in which EVERY listed release was paused, newest first. Runs of all clusters, and of different releases
 * on one cluster, are intersected. Intervals shorter than `MINIMUM_WINDOW_MILLIS` are left out.
 *
 * A run ends for a release when any run unpauses it: two runs of one release that overlap share an end.
 */
export function commonWindows(windows: readonly PauseWindow[], releases: readonly ReleaseName[]): CommonWindow[] {
  const [first, ...others] = releases.map((release) => pausesOf(release, windows));
  if (first === undefined) return [];
  const common = others.reduce((shared, pauses) => intersections(shared, union(pauses)), union(first));
  const pauses = [first, ...others];
  return common
    .filter(({ start, end }) => end - start >= MINIMUM_WINDOW_MILLIS)
    .map((interval) => describe(interval, releases, pauses))
    .reverse();
}

/**
 * Azure does not document that flexible servers restore to the second: prefer a whole minute if it is as safe, and leaves
 * as much room for the proof of the pause as the middle does.
 */
function instantOf(window: Interval): Pick<CommonWindow, "instant" | "wholeMinute"> {
  const middle = (window.start + window.end) / 2;
  const minute = Math.round(middle / MINUTE_MILLIS) * MINUTE_MILLIS;
  const second = Math.round(middle / 1000) * 1000;
  const wholeMinute =
    isInside(minute, window) &&
    Math.abs(minute - middle) <= (window.end - window.start) / 4 &&
    (hasRoomForBracket(minute, window) || !hasRoomForBracket(second, window));
  return { instant: wholeMinute ? minute : second, wholeMinute };
}

/** Whether an instant is inside the window and far enough from its edges. */
export function isInside(instant: number, window: Interval): boolean {
  return toEdge(instant, window) >= MARGIN_MILLIS;
}

/** Whether a coordinator can be restored to instants before and after this one that are inside the window, too. */
function hasRoomForBracket(instant: number, window: Interval): boolean {
  return toEdge(instant, window) >= MARGIN_MILLIS + STEP_MILLIS;
}

function toEdge(instant: number, { start, end }: Interval): number {
  return Math.min(instant - start, end - instant);
}

/** The inputs of `whyNoWindow`. */
type WindowSituation = Pick<Situation, "windows" | "releases" | "pauseProblems">;

/** Why there is no common window, with the fix. Call it only when there is none. */
export function whyNoWindow({ windows, releases, pauseProblems = [] }: WindowSituation): string {
  if (releases.length === 0)
    return "no release is named, so no window covers them all; list them in the pause schedule";
  if (windows.length === 0)
    return pauseProblems.length > 0
      ? `no pause window has been recorded yet: ${pauseProblems.join("; ")}`
      : "no pause window has been recorded yet; the next run of the pause schedule records one";
  const missing = releases.filter((release) => !windows.some((window) => covers(window, release)));
  if (missing.length > 0)
    return `no recorded pause window covers ${missing.map(releaseLabel).join(", ")}${
      pauseProblems.length > 0
        ? `: ${pauseProblems.join("; ")}`
        : "; check that the pause schedule lists it, and the log of its last Job"
    }`;
  return `the recorded pause windows leave no ${MINIMUM_WINDOW_MILLIS / 1000} s in which ${releases.map(releaseLabel).join(", ")} were all paused; pause them at the same time, hold longer, or set the clocks right`;
}

function covers(window: PauseWindow, { cluster = DEFAULT_CLUSTER, namespace, name }: ReleaseName): boolean {
  return (
    window.cluster === cluster &&
    window.releases.some((release) => release.namespace === namespace && release.name === name)
  );
}

function pausesOf(release: ReleaseName, windows: readonly PauseWindow[]): Pause[] {
  const pauses = windows.filter((window) => covers(window, release)).map(pauseOf);
  return pauses.map((pause) => ({ ...pause, end: endOf(pause, pauses) })).filter(({ start, end }) => start < end);
}

/**
 * When the first run that may have unpaused the release after this pause began to do so. Instants are cut to milliseconds: what
 * happened in the same one may have come after.
 */
function endOf(pause: Pause, pauses: readonly Pause[]): number {
  let end = pause.end;
  for (const other of pauses) if (other.endAtLatest >= pause.start && other.end < end) end = other.end;
  return end;
}

/** The certain part of a window, which is shortened at either end by the possible difference of the clocks. It may be empty. */
export function certainPart({ pauseCompleted, unpauseStarted, clockOffsetMillis }: PauseWindow): Interval {
  const doubt = Math.abs(clockOffsetMillis);
  return { start: instantMillis(pauseCompleted) + doubt, end: instantMillis(unpauseStarted) - doubt };
}

function pauseOf(window: PauseWindow): Pause {
  const endAtLatest = instantMillis(window.unpauseStarted) + Math.abs(window.clockOffsetMillis);
  return { ...certainPart(window), endAtLatest, window };
}

function describe(
  { start, end }: Interval,
  releases: readonly ReleaseName[],
  pauses: readonly (readonly Pause[])[],
): CommonWindow {
  const runs = pauses.map((ofRelease) => ofRelease.filter((pause) => pause.start < end && start < pause.end));
  return {
    start,
    end,
    ...instantOf({ start, end }),
    covers: releases.map(({ cluster = DEFAULT_CLUSTER, namespace, name }, index) => {
      const ofRelease = runs[index] ?? [];
      const seen = ofRelease.flatMap(({ window }) =>
        window.releases.filter((release) => release.namespace === namespace && release.name === name),
      );
      const recorded = ofRelease.filter(({ window }) => window.origin !== IMPORTED);
      // Runs of one release that overlap share an end: one that had begun lasts to the window's end.
      const recordedAlone = recorded.some((pause) => pause.start <= start);
      return {
        cluster,
        namespace,
        name,
        product: seen.find(({ product }) => product !== "unknown")?.product ?? "unknown",
        pods: new Set(seen.flatMap(({ pods }) => pods)).size,
        origin: recordedAlone ? RECORDED : IMPORTED,
      };
    }),
    clockOffsetMillis: Math.max(...runs.flat().map(({ window }) => Math.abs(window.clockOffsetMillis))),
    backups: backupsOf(
      runs.flat().map(({ window }) => window),
      { start, end },
    ),
  };
}
