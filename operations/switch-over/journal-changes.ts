import type { Journal, JournalledSchedule } from "./journal";
import { keyOf, type Workload } from "./workloads";

/**
 * The journal of pods that are about to be stopped. Counts that this switch-over has recorded before stay: a Deployment that it
 * has scaled to 0 must not be recorded as 0, and one that somebody has scaled out in between must not replace the former count.
 * @throws {Error} while the pods are stopped by a switch-over to another instant
 */
export function stopping(
  current: Journal | undefined,
  instant: string,
  workloads: readonly Workload[],
  schedules: readonly JournalledSchedule[],
): Journal {
  if (current !== undefined && current.state !== "started" && current.instant !== instant)
    throw new Error(otherInstant(current));
  const known = current?.state === "started" ? undefined : current;
  const counts = workloads.map((workload) => {
    const key = keyOf(workload);
    // 0 is no count to return to. An operator may have scaled to 0 by hand before.
    return [key, known?.replicas[key] || workload.replicas || (current?.replicas[key] ?? 0)] as const;
  });
  const added = schedules.filter((schedule) => !known?.schedules.some((each) => isSame(each, schedule)));
  return {
    instant,
    state: "stopped",
    replicas: { ...known?.replicas, ...Object.fromEntries(counts) },
    schedules: [...(known?.schedules ?? []), ...added],
    notes: current?.instant === instant ? current.notes : {},
  };
}

/** The journal with the count of a Deployment that somebody has scaled after it was recorded, and before it was stopped. */
export function recounted(current: Journal | undefined, workload: Workload): Journal | undefined {
  return current && { ...current, replicas: { ...current.replicas, [keyOf(workload)]: workload.replicas } };
}

/** Why the pods of another instant's switch-over cannot be stopped for this one. */
export function otherInstant({ instant, state }: Journal): string {
  const how = state === "starting" ? "and is starting them again" : "and has not started them again";
  return `a switch-over to ${instant} has stopped the pods ${how}; set restore.at to ${instant} and finish it first`;
}

const isSame = (one: JournalledSchedule, other: JournalledSchedule): boolean =>
  one.namespace === other.namespace && one.name === other.name;
