import { useWaitingClock } from "../../../operations/clock";
import { abortSwitchOver, runSwitchOver } from "../../../operations/switch-over/protocol";
import { INSTANT } from "../../unit/operations/switch-over/world";
import { useQuickAbort } from "../../unit/pauser/virtual/abort";
import { stopped } from "../games";
import { installAws, useAws } from "./aws";
import { installAzure, useAzure } from "./azure";
import { Colleague, deployFormer, tagDatabases } from "./colleague";
import { Judge } from "./judge";
import { participantsOf, type Stage } from "./participants";
import { type CallFault, Operator } from "./process";
import type { Event, Schedule, Task } from "./schedule";
import { presentWorld, World } from "./world";

/** What came of a schedule. */
export interface Played {
  violations: string[];
  /** How each process ended: `done`, `aborted`, `killed`, or `refused`. */
  ends: string[];
  calls: number;
  /** For how long the set did not serve. */
  outageMillis: number;
  timeline: string[];
}

/** How often a switch-over is started again after a failure, in a world in which things go wrong, and in one without. */
const RUNS = 8;
const LAST_RUNS = 3;
/** Longer than a killed process's Lease. */
const AGAIN_MILLIS = 90_000;

let installed = false;

/** Gives this process virtual time and an AWS without a wire, for good. */
export function install(): void {
  if (installed) return;
  installed = true;
  Error.stackTraceLimit = 0;
  const now = () => presentWorld().now();
  const time = () => presentWorld().time;
  Date.now = now;
  useQuickAbort(time);
  useWaitingClock({ now, monotonic: now, wait: (millis) => time().wait(millis) });
  const timers = { setInterval: repeat, clearInterval: (end: Timer | undefined) => end?.end() };
  Object.assign(globalThis, timers);
  installAws();
  installAzure();
}

interface Timer {
  end(): void;
  unref(): Timer;
}

function repeat(call: () => void, millis: number): Timer {
  const { time } = presentWorld();
  let takeBack = () => {};
  const next = () => {
    takeBack = time.after(millis, () => {
      next();
      call();
    });
  };
  next();
  const timer = { end: () => takeBack(), unref: () => timer };
  return timer;
}

/** Plays a schedule in virtual time, to the end of the last run, and judges it. */
export async function play(plan: Schedule, { traced = false } = {}): Promise<Played> {
  install();
  const world = new World(plan, traced);
  const judge = new Judge(world);
  useAws({
    cloud: world.aws,
    operator: (key) => world.operators.get(key),
    now: () => world.now(),
    arrives: (by, operation, input) => judge.arrives(by, operation, input),
    served: (_, operation) => judge.check(operation),
    cloudTime: (millis) => world.time.wait(millis),
  });
  useAzure(
    world.azure && {
      cloud: world.azure.cloud,
      time: world.time,
      operator: (name) => world.operators.get(name),
      arrives: (by, request, body) => judge.azure?.arrives(by, request, body),
      served: (_, request) => judge.check(request),
    },
  );
  const ends: string[] = [];
  try {
    await world.time.until(everything({ world, judge, colleague: new Colleague(world) }, ends));
  } catch (error) {
    judge.violate(stopped(error));
  }
  const calls = [...world.operators.values()].reduce((sum, each) => sum + each.calls, 0);
  const { outageMillis } = judge;
  return { violations: [...judge.violations], ends, calls, outageMillis, timeline: world.timeline };
}

async function everything(stage: Stage, ends: string[]): Promise<void> {
  const { world, judge } = stage;
  const { plan, time } = world;
  const happening = plan.events.map((event) => happen(world, event));
  if (plan.windowBackups) void time.wait(plan.windowBackups.expireAt).then(() => world.expireBackups());
  const others = plan.others.map(async ({ at, task }) => {
    await time.wait(at);
    ends.push((await run(stage, task)).end);
  });
  let task = plan.first;
  for (let runs = 0; runs < RUNS; runs++) {
    const { end } = await run(stage, task);
    ends.push(end);
    if (end === "done") break;
    task = runs === 0 ? plan.second : "switches over";
    await time.wait(AGAIN_MILLIS);
  }
  await Promise.all([...happening, ...others]);
  world.say("nothing goes wrong from now on");
  world.clear();
  await time.wait(10 * AGAIN_MILLIS);
  for (let runs = 1; ; runs++) {
    const { end, error } = await run(stage, "switches over", true);
    if (end === "done") return;
    if (runs === LAST_RUNS) return judge.violate(`a run without faults ends with: ${error?.message}`);
    await time.wait(AGAIN_MILLIS);
  }
}

async function happen(world: World, event: Event): Promise<void> {
  if (!("at" in event)) return;
  await world.time.wait(event.at);
  world.say(event.what);
  if (event.what === "somebody takes the production name") world.takeName("production");
  else if (event.what === "somebody takes the name of what is replaced") world.takeName("replaced");
  else if (event.what === "somebody deploys the former properties") void deployFormer(world);
  else if (event.what === "somebody tags the databases") tagDatabases(world);
  else
    for (const release of world.cluster?.releases ?? [])
      if (release.replicas === 0) {
        world.podsStartedByOthers = true;
        release.scale(1 + (world.plan.seed % 3));
      }
}

/** A process of its own, to its end. */
async function run(stage: Stage, task: Task, undisturbed = false): Promise<{ end: string; error?: Error }> {
  const { world, judge } = stage;
  const { plan, time, random } = world;
  const number = world.operators.size;
  const name = `process-${number}`;
  const faultAt = (call: number): CallFault | undefined => {
    if (undisturbed) return undefined;
    for (const event of plan.events)
      if ("process" in event && event.process === number && event.call === call) return event;
    return undefined;
  };
  const trip = () => 1 + random() * plan.tripMillis;
  const operator = new Operator(name, task, time, trip, faultAt, (text) => world.say(text));
  world.operators.set(name, operator);
  world.say(`${name} begins: ${task}`);
  const work = task === "aborts" ? abortSwitchOver : runSwitchOver.bind(undefined, INSTANT);
  const participants = await participantsOf(stage, operator);
  const say = (line: string) => {
    world.say(`${name}: ${line}`);
    stage.colleague.hears(line, operator);
  };
  const ended = work(participants, say).then(
    () => (task === "aborts" ? "aborted" : "done"),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  const end = await Promise.race([ended, operator.killed]);
  operator.ended = true;
  judge.check(`the end of ${name}`);
  if (end instanceof Error) {
    world.say(`${name} is refused: ${end.message}`);
    if (!isForUsers(end)) judge.violate(`${name} ends with an internal error: ${end.name}: ${end.message}`);
    return { end: "refused", error: end };
  }
  world.say(`${name} ends: ${end}`);
  const alone = [...world.operators.values()].every((each) => each === operator || each.dead || each.ended);
  if (end === "done" && alone) judge.judgeDone(name);
  if (end === "aborted" && alone) judge.judgeAborted(name);
  return { end };
}

/** An error of the program, of a cloud or of Kubernetes, and not one of JavaScript. */
const isForUsers = ({ name }: Error) => !/^(Type|Reference|Range|Syntax)Error$/.test(name);
