import type { ReleaseAddress } from "../kubernetes/releases";
import { isOf, type Journal, type JournalledSchedule } from "./journal";
import { keyOf, type Workload } from "./workloads";

/** What is about to be stopped. */
export interface Stopping {
  instant: string;
  releases: readonly ReleaseAddress[];
  workloads: readonly Workload[];
  schedules: readonly JournalledSchedule[];
}

/**
 * The journal of pods that are about to be stopped. Counts that this switch-over has recorded before stay: a Deployment that it
 * has scaled to 0 must not be recorded as 0, and one that somebody has scaled out in between must not replace the former count.
 * @throws {Error} while pods are stopped by another switch-over that keeps its journal in the same place
 */
export function stopping(current: Journal | undefined, { instant, releases, workloads, schedules }: Stopping): Journal {
  const other = otherInProgress(current, instant, releases);
  if (other !== undefined) throw new Error(other);
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
    releases: [...new Set([...(known?.releases ?? []), ...releases.map(labelOf)])].sort(),
    replicas: { ...known?.replicas, ...Object.fromEntries(counts) },
    schedules: [...(known?.schedules ?? []), ...added],
    notes: current?.instant === instant && isOf(current, releases) ? current.notes : {},
  };
}

/** The journal with the count of a Deployment that somebody has scaled after it was recorded, and before it was stopped. */
export function recounted(current: Journal | undefined, workload: Workload): Journal | undefined {
  return current && { ...current, replicas: { ...current.replicas, [keyOf(workload)]: workload.replicas } };
}

/** Why the pods cannot be stopped: another switch-over, whose journal this is, has not started its own again. */
export function otherInProgress(
  journal: Journal | undefined,
  instant: string,
  releases: readonly ReleaseAddress[],
): string | undefined {
  if (journal === undefined || journal.state === "started") return undefined;
  const how = journal.state === "starting" ? "and is starting them again" : "and has not started them again";
  if (!isOf(journal, releases))
    return `a switch-over to ${journal.instant} has stopped the pods of ${journal.releases.join(", ")} ${how}: finish it first, in the stack of these releases`;
  if (journal.instant === instant) return undefined;
  return `a switch-over to ${journal.instant} has stopped the pods ${how}; set restore.at to ${journal.instant} and finish it first`;
}

const labelOf = ({ namespace, name }: ReleaseAddress): string => `${namespace}/${name}`;

const isSame = (one: JournalledSchedule, other: JournalledSchedule): boolean =>
  one.namespace === other.namespace && one.name === other.name;
