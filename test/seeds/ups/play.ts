import type { StackResult } from "../../../simulator/engine/stack";
import { changesMade, errors } from "../../programs/rehearsed";
import { stopped } from "../games";
import { changed, type Instant, type Wanted } from "./configuration";
import { Judge } from "./judge";
import type { Schedule, SetName, Step } from "./schedule";
import { ELSEWHERE, World } from "./world";

const MINUTE = 60_000;
/** How often an update is run again when nothing goes wrong. */
const LAST_RUNS = 4;

/** Why a restore that the configuration asks for is refused, whatever the user waits for; the message says what to do instead. */
const REFUSED_FOR_GOOD =
  /does not confirm this switch-over|restore.switchOver: is not possible for this set|it is the copy of a recovery, which may be in use, and a drill removes its copies|an up was interrupted while copies of .* were being created in place of those of|A recovery's copies may be in use, so no restore to another instant removes them/;
/** The same once a switch-over has replaced the databases: those that have their names now have no past before it, and it cannot be aborted. */
const AFTER_THE_SWITCH =
  /can be restored from .* choose a later instant|existed at .*, but DynamoDB restores no deleted table to an instant|the switch-over can only go on\. Set restore\.switchOver\.confirm in place of abort/;

/** The copies of a recovery are permanent: they stay when the restore is taken away. */
const KEPT = /"scalar-backup:copy","recovery"/;

/** What came of a schedule. */
export interface Played {
  violations: string[];
  /** How each run of a user ended: `done`, `killed`, or `refused`. */
  ends: string[];
  /** Runs of the engine. */
  calls: number;
  timeline: string[];
}

/** Plays a schedule to its end, and judges it. */
export async function play(plan: Schedule, { traced = false } = {}): Promise<Played> {
  const world = await World.open(plan.set, traced);
  const judge = new Judge(world);
  const ends: string[] = [];
  let runs = 0;
  const run = async (what: Step["run"], fault?: Step["fault"]): Promise<StackResult> => {
    runs += 1;
    const before = what === "up" ? "" : JSON.stringify(world.image());
    judge.begins(what);
    const result = await world.run(what, fault);
    judge.ended(what, result);
    world.say(
      `${what} ${result.succeeded ? "succeeds" : "fails"}: ${changesMade(result).join(", ")} ${errors(result).slice(0, 500)}`,
    );
    if (what === "preview" && JSON.stringify(world.image()) !== before)
      judge.violate("a preview has changed something");
    return result;
  };
  const abandoned = new Set<Instant>();
  let unended: Instant | undefined;
  /** A restore that was interrupted stays in the configuration until an update has ended. [docs/drill.md, When an up is interrupted] */
  const endRestore = async (next: Wanted): Promise<void> => {
    const { wanted } = world;
    if (unended === undefined || wanted.restore === undefined || next.restore?.instant === unended) return;
    const { instant, mode } = wanted.restore;
    world.wanted = { ...wanted, restore: { instant, mode } };
    const { succeeded } = await run("up");
    if (!succeeded) abandoned.add(instant);
    unended = undefined;
    world.wanted = wanted;
  };
  try {
    for (const step of plan.steps) {
      for (const change of step.changes) {
        if (change === "somebody takes a copy's name") {
          world.takeName();
          judge.looksAgain();
        }
        const next = changed(world.wanted, change, plan.set);
        await endRestore(next);
        world.wanted = next;
      }
      const { succeeded } = await run(step.run, step.fault);
      const { restore } = world.wanted;
      // While a switch-over is asked for, copies are neither made nor taken over.
      if (step.run === "up" && !restore?.switchOver) unended = succeeded ? undefined : restore?.instant;
      ends.push(succeeded ? "done" : world.life.dead ? "killed" : "refused");
    }
    if (judge.underWay !== undefined) await endRestore(judge.underWay);
    const images = await toTheEnd(world, judge, run);
    const { wanted } = world;
    await world.close();
    for (const [name, image] of Object.entries(images)) {
      const expected = await undisturbed(plan.set, image.wanted);
      const more = image.lines.filter(
        (line) => !expected.includes(line) && !KEPT.test(line) && !isAbandoned(line, abandoned),
      );
      const missing = expected.filter((line) => !image.lines.includes(line));
      const differences = [...more.map((line) => `+ ${line}`), ...missing.map((line) => `- ${line}`)];
      if (differences.length > 0)
        judge.violate(
          `${name}: not as after undisturbed runs with ${JSON.stringify(wanted)}: ${differences.slice(0, 8).join("; ")}`,
        );
    }
  } catch (error) {
    await world.close().catch(() => {});
    judge.violate(stopped(error));
  }
  return { violations: [...judge.violations], ends, calls: runs, timeline: world.timeline };
}

/**
 * Whether it is a copy that an interrupted update has left, of a restore that was taken away although no update of it could end. The
 * program does not look for it then. [docs/decisions/0005, Consequences]
 */
function isAbandoned(line: string, abandoned: ReadonlySet<Instant>): boolean {
  if (!/^(table|database|member) /.test(line)) return false;
  // Copies in another region may have the names of their sources.
  return [...abandoned].some((instant) => line.includes(`<${instant}>`) || line.startsWith(`table in ${ELSEWHERE} `));
}

interface Image {
  wanted: Wanted;
  lines: string[];
}

type Run = (what: Step["run"]) => Promise<StackResult>;

/** Nothing goes wrong from now on: the user runs updates until all is as the configuration says, and takes the restore away. */
async function toTheEnd(world: World, judge: Judge, run: Run): Promise<Record<string, Image>> {
  world.say("nothing goes wrong from now on");
  world.freeName();
  judge.looksAgain();
  world.pass(60 * MINUTE);
  if (judge.underWay !== undefined) world.wanted = judge.underWay;
  const images: Record<string, Image> = {};
  let done = await untilDone(world, judge, run);
  const goesAnotherWay = !done;
  if (!done && !judge.hasMoved() && world.wanted.restore !== undefined) {
    // Such as an instant that cannot be restored: without the restore, nothing is in the way.
    judge.underWay = undefined;
    world.wanted = changed(world.wanted, "remove the restore", world.set);
    done = await untilDone(world, judge, run);
  }
  if (!done) judge.violate("updates without faults do not end well");
  await expectNoChange(judge, run);
  if (!goesAnotherWay && judge.switchedTo === undefined)
    images["with the restore"] = { wanted: world.wanted, lines: world.image() };
  world.wanted = changed(world.wanted, "remove the restore", world.set);
  const last = await run("up");
  if (!last.succeeded) judge.violate(`the restore cannot be removed: ${errors(last)}`);
  await run("refresh");
  await expectNoChange(judge, run);
  judge.judgeEnd();
  if (judge.switchedTo === undefined) images["without a restore"] = { wanted: world.wanted, lines: world.image() };
  return images;
}

async function untilDone(world: World, judge: Judge, run: Run): Promise<boolean> {
  for (let runs = 0; runs < LAST_RUNS; runs++) {
    const result = await run("up");
    if (result.succeeded) return true;
    const { restore } = world.wanted;
    // Copies are missing, or not in the state: they are restored or taken over first, as the message says.
    if (restore?.switchOver && /; remove (restore\.)?switchOver/.test(errors(result))) {
      const { switchOver: _, ...without } = restore;
      world.wanted = { ...world.wanted, restore: without };
      await run("up");
      world.wanted = { ...world.wanted, restore };
    } else if (restore !== undefined && judge.underWay === undefined && runs > 0) {
      const expected =
        REFUSED_FOR_GOOD.test(errors(result)) ||
        (judge.switchedTo !== undefined && AFTER_THE_SWITCH.test(errors(result)));
      if (!expected) judge.violate(`updates are refused for good: ${errors(result)}`);
      return false;
    }
    world.pass(10 * MINUTE);
  }
  return false;
}

async function expectNoChange(judge: Judge, run: Run): Promise<void> {
  const preview = await run("preview");
  const planned = changesMade(preview);
  if (planned.length > 0 || !preview.succeeded)
    judge.violate(`a preview after an update shows ${planned.join(", ")} ${errors(preview)}`);
}

const known = new Map<string, Promise<string[]>>();

/** What everything looks like where nothing has gone wrong. */
function undisturbed(set: SetName, wanted: Wanted): Promise<string[]> {
  const key = JSON.stringify([set, wanted]);
  const image = known.get(key) ?? made(set, wanted);
  known.set(key, image);
  return image;
}

async function made(set: SetName, wanted: Wanted): Promise<string[]> {
  const world = await World.open(set, false);
  const { restore } = wanted;
  if (restore?.switchOver) {
    const { switchOver: _, ...without } = restore;
    world.wanted = { ...wanted, restore: without };
    await world.run("up");
  }
  world.wanted = wanted;
  const { succeeded, diagnostics } = await world.run("up");
  if (!succeeded)
    throw new Error(`an undisturbed update fails: ${diagnostics.map(({ message }) => message).join("\n")}`);
  const image = world.image();
  await world.close();
  return image;
}
