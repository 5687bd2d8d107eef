import { UNFINISHED_KEY } from "../../../pauser/note";
import { useQuickAbort } from "../../unit/pauser/virtual/abort";
import { VirtualTime } from "../../unit/pauser/virtual/time";
import { stopped } from "../games";
import type { Actor } from "./actor";
import { Job, Unpauser } from "./controllers";
import { happen, healApi, type Stage } from "./events";
import { judge } from "./judge";
import type { Event, PauserPlan, Schedule } from "./schedule";
import { World } from "./world";

/** What came of a schedule. */
export interface Played {
  /** The promises that were broken. */
  violations: string[];
  /** How each process of the pauser ended. */
  ends: string[];
  windows: number;
  timeline: string[];
}

/** If only time shows that a note's run is dead, the note holds for some minutes; then the unpauser runs. */
const CLEAN_UP_MILLIS = 25 * 60_000;
const UNPAUSER_MILLIS = 5 * 60_000;
/** By then, every Pause that was sent has arrived. */
const ARRIVAL_MILLIS = 40_000;

let currentTime = new VirtualTime();

/** Makes schedules of this process much faster: without Node.js's own AbortSignal, and without stack traces. */
export function hurry(): void {
  useQuickAbort(() => currentTime);
  Error.stackTraceLimit = 0;
}

/** Plays a schedule in virtual time, to the end of the last cleanup, and judges it. */
export async function play(plan: Schedule, { traced = false } = {}): Promise<Played> {
  const world = new World(plan, traced);
  currentTime = world.time;
  let windows = 0;
  try {
    await world.time.until(everything(world));
    windows = judge(world);
  } catch (error) {
    world.violate(stopped(error));
  }
  return {
    violations: [...new Set(world.violations)],
    ends: world.actors.map(({ end, process }) => end ?? (process.dead ? "killed" : "unfinished")),
    windows,
    timeline: world.timeline,
  };
}

async function everything(world: World): Promise<void> {
  const { plan, time } = world;
  // The name of a CronJob's Job ends with its scheduled minute.
  const jobs = plan.pausers.flatMap((pauser, index) =>
    world.clusters.map((_, cluster) => ({
      startsAt: pauser.startsAt + cluster * 700,
      job: new Job(world, index, pauser, cluster, jobName(world, index, cluster)),
    })),
  );
  const unpausers = plan.pausers.flatMap((pauser, index) =>
    world.clusters.map((_, cluster) => new Unpauser(world, index, pauser, cluster)),
  );
  const stage: Stage = { world, jobs: jobs.map(({ job }) => job), unpausers };
  const atCalls = eventsAtCalls(stage);
  const timed = plan.events.map(async (event) => {
    if (!("at" in event.when)) return;
    await time.wait(event.when.at);
    await happen(stage, event);
  });
  const running = jobs.map(async ({ startsAt, job }) => {
    await time.wait(startsAt);
    await job.run();
  });
  await Promise.all([...timed, ...running]);
  await Promise.all(atCalls);
  world.called = () => {};
  await cleanUp(world);
  for (const unpauser of unpausers) unpauser.stop();
  if (plan.nextRun) await nextDay(world);
}

/** Has events begin at their processes' calls. @returns the events that have begun, to which others may be added */
function eventsAtCalls(stage: Stage): Promise<void>[] {
  const { world } = stage;
  const begun: Promise<void>[] = [];
  const waiting = new Set(world.plan.events.filter(({ when }) => !("at" in when)));
  if (waiting.size === 0) return begun;
  world.called = (actor: Actor, side) => {
    if (actor.task !== "pause") return;
    for (const event of waiting) {
      if (!isAt(event, actor, side)) continue;
      waiting.delete(event);
      begun.push(happen(stage, event, actor));
    }
    if (waiting.size === 0) world.called = () => {};
  };
  return begun;
}

function isAt({ when }: Event, actor: Actor, side: "before" | "after"): boolean {
  return (
    !("at" in when) &&
    when.side === side &&
    when.call === actor.calls &&
    when.attempt === actor.attempt &&
    when.pauser === actor.pauser &&
    actor.cluster === 0
  );
}

function jobName(world: World, pauser: number, cluster: number): string {
  return `nightly-${pauser}-${cluster}-${Math.floor(world.time.now / 60_000)}`;
}

/** All faults end, and the unpauser runs until nothing is left to do. */
async function cleanUp(world: World): Promise<void> {
  const { time, plan } = world;
  for (const cluster of world.clusters) healApi(cluster);
  for (const [, pod] of world.pods()) pod.faults = {};
  world.say("all faults have ended");
  const notes = () =>
    world.clusters.some((cluster) =>
      plan.pausers.some((_, pauser) => cluster.recorded(UNFINISHED_KEY, world.recordOf(pauser)) !== undefined),
    );
  const alive = () => world.actors.some(({ end, process }) => end === undefined && !process.dead);
  const end = time.now + CLEAN_UP_MILLIS;
  while ((notes() || alive()) && time.now < end) await time.wait(UNPAUSER_MILLIS);
  await time.wait(ARRIVAL_MILLIS);
}

/** The run of the next day, in a world without faults: nothing that has happened may stop it. */
async function nextDay(world: World): Promise<void> {
  const { time, plan } = world;
  repair(world);
  // The CronJob's controller starts Jobs shortly after the minute.
  await time.wait((leasesMayBeHeld(world) ? 3_600_000 : 0) + 62_000 - (time.now % 60_000));
  // The last first: of two schedules, mostly the first has been disturbed.
  for (const [index, pauser] of [...plan.pausers.entries()].reverse()) {
    const ends = await Promise.all(
      world.clusters.map(async (_, cluster) => {
        const quick: PauserPlan = { ...pauser, holdSeconds: 1, minWindowSeconds: 0, alignToMinute: false };
        const job = new Job(world, index, quick, cluster, `next-${index}-${cluster}-${Math.floor(time.now / 60_000)}`);
        await job.run();
        return job.ends[0] ?? "none";
      }),
    );
    const isGood = (end: string) => end === "recorded" || (end === "backupsFailed" && pauser.backups !== undefined);
    if (!ends.every(isGood)) world.violate(`the next day's run ends with ${ends.join(", ")}`);
  }
}

/**
 * Whether a Lease may be held until it expires: because the API server or a person has kept it from being released, or because a run was
 * killed between its Leases and its note, or after the note, so that no cleanup knows of it.
 */
function leasesMayBeHeld({ plan, actors }: World): boolean {
  return (
    actors.some(
      ({ task, killedAt, endedAt, noted }) =>
        task === "pause" && killedAt !== undefined && endedAt === undefined && !noted,
    ) ||
    plan.events.some(
      (event) =>
        "api" in event ||
        "lease" in event ||
        "record" in event ||
        ("process" in event && mayLeaveLeases(event.process)),
    )
  );
}

const mayLeaveLeases = (what: string) => what !== "SIGTERM" && what !== "SIGKILL";

/** What an operator does: set the clock right, finish rollouts, and replace a record that cannot be read. */
function repair(world: World): void {
  const { plan } = world;
  world.nodeClock = { offset: plan.apiSkew, driftPpm: 0 };
  for (const cluster of world.clusters) {
    for (const [key, pod] of cluster.pods)
      if (!pod.alive && cluster.api.has("pods", ...(key.split("/") as [string, string]))) pod.start();
    if (plan.events.some((event) => "record" in event)) cluster.tamper({ "windows.json": undefined });
    if (plan.events.some((event) => "lease" in event)) cluster.freeLeases();
    cluster.settleDeployments();
  }
}
