import type { PauseWindow } from "../../../restore-points/window";
import { commonWindows } from "../../../restore-points/windows";
import type { VirtualCluster } from "../../unit/pauser/virtual/cluster";
import type { Actor, Closure } from "./actor";
import { requestsOf } from "./dynamodb";
import { isHidden } from "./hidden";
import type { Event } from "./schedule";
import type { World } from "./world";

/**
 * Judges a world by the pods' own truth, against the promises of `pauser/README.md`.
 * @returns how many windows were recorded
 */
export function judge(world: World): number {
  for (const actor of world.actors) judgeEnd(world, actor);
  const windows = world.clusters.map((cluster) =>
    world.plan.pausers.flatMap((_, pauser) => readable(world, cluster, pauser)),
  );
  world.clusters.forEach((cluster, index) => {
    for (const refutation of cluster.refutations(windows[index] ?? []))
      if (!isHidden(world, refutation)) world.violate(`false window: ${refutation.text}`);
    for (const pod of cluster.pausedPods) world.violate(`${pod} is still paused after the last cleanup`);
  });
  judgeCommonWindows(world, windows);
  judgeBackups(world, windows.flat());
  for (const closure of world.closures) judgeClosure(world, closure);
  judgeQuiet(world);
  return windows.flat().length;
}

function readable(world: World, cluster: VirtualCluster, pauser: number): PauseWindow[] {
  try {
    const windows: unknown = cluster.windowsOf(world.recordOf(pauser));
    return Array.isArray(windows) ? windows : [];
  } catch {
    // An event has damaged it.
    return [];
  }
}

/** The common windows of all clusters and schedules, as `pulumi up` computes them. */
function judgeCommonWindows(world: World, windows: PauseWindow[][]): void {
  const all = windows.flatMap((ofCluster, index) => ofCluster.map((window) => ({ ...window, cluster: `${index}` })));
  if (all.length < 2) return;
  const releases = world.clusters.flatMap((cluster, index) =>
    cluster.releases.map(({ namespace, name }) => ({ cluster: `${index}`, namespace, name })),
  );
  for (const { start, end } of commonWindows(all, releases))
    world.clusters.forEach((cluster, index) => {
      const common = {
        pauseCompleted: new Date(start).toISOString(),
        unpauseStarted: new Date(end).toISOString(),
        clockOffsetMillis: 0,
        cluster: `${index}`,
        releases: cluster.releases.map(({ namespace, name }) => ({ namespace, name, product: "", pods: [] })),
      };
      for (const refutation of cluster.refutations([common]))
        if (!isHidden(world, refutation)) world.violate(`false common window: ${refutation.text}`);
    });
}

/** What a process's exit code promises. */
function judgeEnd(world: World, actor: Actor): void {
  const { name, end, paused, reasons, atEnd } = actor;
  if (end === undefined) return;
  if (end === "broken") world.violate(`${name} ends with an internal error: ${reasons.join("; ")}`);
  if (end !== "failedToUnpause" && atEnd.closed.length > 0)
    world.violate(`${name} ends with ${end}, but ${atEnd.closed.join(", ")} is still paused by it`);
  if (end === "failedToUnpause" && reasons.length === 0) world.violate(`${name} names no pod that may be paused`);
  if (end === "busy" && !someoneElse(world, actor))
    world.violate(`${name} ends with ${end}, but no other run is active`);
  if (end === "busy" && paused.size > 0) world.violate(`${name} ends with ${end}, but has paused pods`);
  if ((end === "recorded" || end === "backupsFailed") && !atEnd.recorded && !world.tampered)
    world.violate(`${name} ends with ${end}, but there is no window of its Job in the record`);
  if ((end === "void" || end === "failedToPause" || end === "busy") && atEnd.recordedBySelf)
    world.violate(`${name} ends with ${end}, but has recorded a window`);
}

/** Whether another run, or what another one has left, may have been in the way of this one. */
function someoneElse({ plan, actors, tampered }: World, actor: Actor): boolean {
  const others = actors.filter((each) => each !== actor && each.end !== "nothingToUnpause");
  return (
    tampered ||
    plan.events.some((event) => "lease" in event) ||
    others.some(({ startedAt }) => startedAt <= (actor.endedAt ?? 0))
  );
}

/** `backupSettings` of dynamodb.ts: two seconds at either end. */
const MARGIN_MILLIS = 2000;
/** A wall clock may be stepped by so much in a window (`MAX_CLOCK_STEP_MILLIS` of hold.ts); its end is by that clock. */
const STEP_MILLIS = 250;
/** By how much a process's clock may differ from the true one in a margin: 200 ppm. */
const DRIFT_MILLIS = 1;

/** The pods were paused for the margins around the requests, and the record says so. */
function judgeBackups(world: World, windows: PauseWindow[]): void {
  for (const { backups, pauseCompleted, unpauseStarted, run } of windows) {
    if (backups === undefined) continue;
    const before = Date.parse(backups.requested) - Date.parse(pauseCompleted);
    const after = Date.parse(unpauseStarted) - Date.parse(backups.accepted);
    if (before < MARGIN_MILLIS || after < MARGIN_MILLIS - STEP_MILLIS)
      world.violate(`backups were requested ${before} ms after the pause, and accepted ${after} ms before its end`);
    const { pausedAt = 0, unpausesAt = 0, process } = world.actor(run?.pod ?? "") ?? {};
    const { first = 0, last = 0 } = (process && requestsOf(process)) ?? {};
    const least = MARGIN_MILLIS - DRIFT_MILLIS;
    if (first - pausedAt < least || unpausesAt - last < least)
      world.violate(
        `backups were truly requested ${first - pausedAt} ms after the pause, and accepted ${unpausesAt - last} ms before its end`,
      );
  }
}

/** Between a process's death and the end of its pods' pause: Kubernetes' notice, five minutes, and the unpauser's work. */
const CLEAN_UP_MILLIS = 5 * 60_000 + 20_000;
/** What a run needs besides drain and hold: preparing the calls, the last look, and the answers. */
const SLACK_MILLIS = 1500;
/** Waits between Unpauses that fail: 100 ms, doubled up to 2 s, and three seconds without an answer. */
const FAILED_UNPAUSES_MILLIS = 20_000;

function judgeClosure(world: World, closure: Closure): void {
  const by = world.actor(closure.by);
  if (by === undefined) {
    judgeOthersClosure(world, closure);
    return;
  }
  const { to } = closure;
  if (to === undefined) return;
  judgeActive(world, closure, by, to);
  const { plan } = world;
  const pauser = plan.pausers[by.pauser];
  if (pauser === undefined || by.disturbed) return;
  const drain = Math.max(0, ...plan.releases.flat().map(({ drainMillis = 0 }) => Math.min(drainMillis, 30_000)));
  const rendezvous = plan.clusters > 1 ? 6000 : 0;
  const hold = Math.max(pauser.holdSeconds * 1000, pauser.backups ? 7000 + 30_000 : 0) + rendezvous;
  const bound = drain + hold + SLACK_MILLIS;
  const length = to - closure.from;
  const killed = by.killedAt !== undefined && by.killedAt <= to;
  if (!killed && !plan.events.some(prolongsUnpausing) && !podsMisbehave(world)) {
    if (length > bound)
      world.violate(`${closure.pod} was paused for ${length} ms by ${by.name}, at most ${bound} are allowed`);
    const { signalledAt } = by;
    if (signalledAt !== undefined && to > Math.max(signalledAt, closure.from) + SLACK_MILLIS + drain)
      world.violate(`${closure.pod} was paused ${to - signalledAt} ms after ${by.name} got SIGTERM`);
  } else if (!killed && !plan.events.some(blocksPods) && !podsRefuse(world)) {
    if (length > bound + FAILED_UNPAUSES_MILLIS)
      world.violate(`${closure.pod} was paused for ${length} ms by ${by.name}, although it answers`);
  } else if (killed && plan.events.every(isPlain) && !podsMisbehave(world)) {
    const dead = by.killedAt ?? 0;
    if (to > cleanedUpBy(world, by, dead))
      world.violate(`${closure.pod} was paused for ${to - dead} ms after ${by.name} was killed`);
  }
}

/** When a killed run's pods are unpaused at the latest. A cleanup that is killed in time needs a cleanup in turn. */
function cleanedUpBy({ plan, actors }: World, { cluster, record }: Actor, dead: number): number {
  const oneMore = plan.noticeMillis + CLEAN_UP_MILLIS;
  const deaths = actors.flatMap((actor) =>
    actor.cluster === cluster && actor.record.name === record.name && actor.endedAt === undefined
      ? (actor.killedAt ?? [])
      : [],
  );
  return deaths
    .sort((a, b) => a - b)
    .reduce((latest, at) => (at > dead && at <= latest ? at + oneMore : latest), dead + oneMore);
}

/** No other process of the pauser unpauses the pods of a run that is still active. */
function judgeActive(world: World, { pod, openedBy }: Closure, by: Actor, to: number): void {
  if (openedBy === undefined || openedBy === by.name || world.actor(openedBy)?.cluster !== by.cluster) return;
  const isOver = (by.killedAt ?? by.endedAt ?? Number.POSITIVE_INFINITY) <= to;
  const { events } = world.plan;
  // A person has taken the Lease from the other one, which is ending its own pause: both work on the pod.
  const { endedAt = Number.POSITIVE_INFINITY, task } = world.actor(openedBy) ?? {};
  const bothPause = task === "pause" && endedAt > to && events.some((event) => "lease" in event);
  const seemsDead =
    bothPause ||
    by.disturbed ||
    isLateCleanup(world.actor(openedBy)) ||
    world.tampered ||
    events.some((event) => "process" in event && seemsToEnd(event.process));
  if (!isOver && !seemsDead) world.violate(`${openedBy} has unpaused ${pod}, which ${by.name} was still holding`);
}

/** A cleanup that was suspended goes on with what it had decided before. */
const isLateCleanup = (opener: Actor | undefined) => opener?.task === "unpause" && opener.disturbed;

const seemsToEnd = (what: string) => what === "its Job is deleted" || what === "its node is lost";

/** No other caller's pause is ended: by a process that had not paused the pod before, and had no note of it. */
function judgeOthersClosure(world: World, { pod, by, from, openedBy }: Closure): void {
  const opener = openedBy === undefined ? undefined : world.actor(openedBy);
  if (opener === undefined || opener.task === "unpause") return;
  const isLater = from > opener.startedAt;
  // It may have asked the pod before the other caller's Pause, or have found the note of a killed run.
  if (isLater || opener.recovers || opener.paused.size > 0) return;
  world.violate(`${opener.name} has ended the pause of ${pod} by ${by}`);
}

const podsMisbehave = (world: World) =>
  world.plan.releases.flat().some((faults) => Object.keys(faults).some((fault) => fault !== "drainMillis"));

const podsRefuse = (world: World) => world.plan.releases.flat().some(({ refusePause }) => refusePause);

/** Whether another caller closes the pod. */
const isPausedByOthers = (what: string) =>
  [
    "is paused by a user",
    "is unpaused and paused again",
    "is unpaused at the end of a drain",
    "restarts, and is paused by a user at once",
    "is paused by a user right before its Pause",
  ].includes(what);

const hangsPods = (event: Event) =>
  ("pod" in event && event.what === "hangs") ||
  ("record" in event && event.record === "is damaged, its run is killed, and pods hang");

/** Whether the time until a pod is unpaused may depend on it. */
const prolongsUnpausing = (event: Event) =>
  "tool" in event ||
  hangsPods(event) ||
  ("api" in event && event.api === "does not answer, and pods ignore Unpauses") ||
  ("pod" in event && ["fails to unpause", "ignores Unpauses", "answers slowly"].includes(event.what)) ||
  ("pod" in event && isPausedByOthers(event.what)) ||
  ("process" in event && !["SIGTERM", "its Job is deleted", "its clock is stepped"].includes(event.process));

/** Whether pods may not answer for long, or stay closed for others. */
const blocksPods = (event: Event) =>
  "tool" in event ||
  hangsPods(event) ||
  ("pod" in event &&
    [
      "answers slowly",
      "is paused by a user",
      "is unpaused and paused again",
      "is unpaused at the end of a drain",
      "restarts, and is paused by a user at once",
      "is paused by a user right before its Pause",
    ].includes(event.what)) ||
  ("process" in event && !["SIGTERM", "its Job is deleted", "its clock is stepped"].includes(event.process));

/** Events after which cleanups take no longer than without them. */
const isPlain = (event: Event) =>
  ("api" in event && (event.api === "PUT 422" || event.api === "refuses writes for long, and the run is killed")) ||
  ("process" in event && ["SIGTERM", "SIGKILL", "its Job is deleted"].includes(event.process));

/** A world in which nothing is wrong: its first run has to succeed. */
function judgeQuiet(world: World): void {
  const { plan } = world;
  const isQuiet =
    plan.events.length === 0 &&
    plan.releases.flat().every((faults) => Object.keys(faults).length === 0) &&
    Math.abs(plan.apiSkew - plan.wallOffset) < 200 &&
    plan.pausers.length === 1 &&
    plan.clusters === 1 &&
    plan.pausers.every(({ backups }) => backups === undefined || backups === "works");
  const first = world.actors.find(({ task }) => task === "pause");
  if (isQuiet && first?.end !== "recorded") world.violate(`a run without faults ends with ${first?.end}`);
}
