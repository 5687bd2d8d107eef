import type { Refutation } from "../../unit/pauser/virtual/cluster";
import type { Closure } from "./actor";
import { SEEN_MILLIS } from "./pod-events";
import type { World } from "./world";

/**
 * Whether no pauser can know that a window is false: other callers have opened a pod, or it has restarted and Kubernetes reports that
 * late, and others have closed it again between two looks of the run, so that all answers were the same as without it; or requests still run in a pod that others have closed
 * after the run's Pause, or that answers a Pause without waiting for them. The pauser's README says so.
 */
export function isHidden(world: World, { window, pod, from, to }: Refutation): boolean {
  const closures = world.closures.filter((closure) => closure.server === pod);
  const run = window.run?.pod;
  const looks = (world.looks.get(pod) ?? []).filter(({ by }) => run === undefined || by === run);
  const isOthers = (by: string | undefined) => by !== undefined && world.actor(by) === undefined;
  const isUnseen = (gap: { from: number; to: number }): boolean => {
    const before = closures.findLast(({ to: end = Number.POSITIVE_INFINITY }) => end <= gap.from);
    const after = closures.find((closure) => closure.from >= gap.to);
    if (before?.to === undefined || !isOthers(after?.by)) return false;
    if (before.openedBy === undefined ? !isCountedLate(world) : !isOthers(before.openedBy)) return false;
    // The last answer before the pod was opened, and the first one after.
    const last = looks.findLast(({ at }) => at < (before.to ?? 0));
    const next = looks.find(({ at }) => at >= (before.to ?? 0));
    if (last === undefined || next === undefined) return false;
    return last.method === "CheckPaused" && last.closed && next.closed && next.at - last.at <= SEEN_MILLIS;
  };
  const isUndrained = ({ by, from: since }: Closure) =>
    isOthers(by) && (pretends(world) || !looks.some(({ method, at }) => method === "Pause" && at > since));
  return pod.notPaused(from, to).every((part) => {
    const inForce = closures.filter(
      (closure) => closure.from < part.to && (closure.to ?? Number.POSITIVE_INFINITY) > part.from,
    );
    return inForce.every(isUndrained) && gapsBetween(inForce, part).every(isUnseen);
  });
}

/** Kubernetes may report a restart after the run has compared its pods. */
const isCountedLate = ({ plan }: World) =>
  plan.events.some(
    (event) => "pod" in event && ["restarts", "restarts, is paused, and its run is killed"].includes(event.what),
  );

const pretends = ({ plan }: World) => plan.releases.flat().some(({ pretendToPause }) => pretendToPause);

/** The parts of an interval in which the pod was open. */
function gapsBetween(closures: readonly Closure[], { from, to }: { from: number; to: number }) {
  const gaps: { from: number; to: number }[] = [];
  let open = from;
  for (const closure of closures) {
    if (closure.from > open) gaps.push({ from: open, to: closure.from });
    open = Math.max(open, closure.to ?? Number.POSITIVE_INFINITY);
  }
  // Also of no length: a pod may restart and be closed in the same instant of virtual time.
  if (open < to || closures.length === 0) gaps.push({ from: open, to });
  return gaps;
}
