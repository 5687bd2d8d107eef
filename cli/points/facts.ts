import { formatInstant, instantMillis } from "../../restore-points/instant";
import type { RestorePoint } from "../../restore-points/points";
import type { PointsView, PointVerdict } from "./view";

const DAY_MILLIS = 86_400_000;
/** Time zones, daylight saving and the run itself move a window. */
const TOLERANCE_MILLIS = 3_600_000;

/** A time without windows that is longer than the schedule allows. Milliseconds since the epoch. */
export interface Gap {
  from: number;
  to: number;
  /** Whether it lasts until now. */
  open: boolean;
}

/** Gaps between windows, newest first; none where the schedule is not known. */
export function gapsOf({ output, longestIntervalMillis }: PointsView): Gap[] {
  if (longestIntervalMillis === undefined || output.points.length === 0) return [];
  const now = instantMillis(output.asOf);
  const instants = [...output.points.map(({ instant }) => instantMillis(instant)), now].sort((a, b) => b - a);
  return instants.slice(0, -1).flatMap((to, index) => {
    const from = instants[index + 1] ?? to;
    return to - from > longestIntervalMillis + TOLERANCE_MILLIS ? [{ from, to, open: to === now }] : [];
  });
}

/** When a restorable point leaves the range of a database, by the configured days; undefined where these are not known. */
export function expiryOf(
  { instant, restorable }: RestorePoint,
  { recoveryDays, output }: PointsView,
): { at: string; database: string } | undefined {
  if (!restorable || recoveryDays === undefined) return undefined;
  const [first] = output.databases
    .flatMap(({ name }) => (recoveryDays[name] === undefined ? [] : [{ database: name, days: recoveryDays[name] }]))
    .sort((a, b) => a.days - b.days);
  return first && { at: formatInstant(instantMillis(instant) + first.days * DAY_MILLIS), database: first.database };
}

/** What a restore has found about a window: evidence against it outweighs a proof, which may be of another instant in it. */
export function verdictOf({ window }: RestorePoint, { verdicts = [] }: PointsView): PointVerdict | undefined {
  const [start, end] = [instantMillis(window.start), instantMillis(window.end)];
  const own = verdicts.filter(({ instant }) => start <= instantMillis(instant) && instantMillis(instant) <= end);
  return own.find(({ proven }) => !proven) ?? own.at(-1);
}

/** The newest instant that all databases can be restored to, and that no restore has refused. */
export function newestOf(view: PointsView): string | undefined {
  const { latest, points, anyInstant } = view.output;
  if (latest === undefined || anyInstant || points.length === 0) return latest;
  return points.find((point) => point.restorable && verdictOf(point, view)?.proven !== false)?.instant;
}
