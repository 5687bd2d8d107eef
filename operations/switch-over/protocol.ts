import { durationText } from "../../restore-points/duration";
import { formatInstant } from "../../restore-points/instant";
import { waitingClock } from "../clock";
import type { Holder, Member, NameState, Say } from "./member";
import { type ReleaseAddresses, STARTED_ON_COPIES } from "./release-addresses";
import type { StoppablePods } from "./stoppable-pods";

/** What a switch-over leaves behind. */
export interface SwitchOverResult {
  /** Where each database is reached, by its name in the set: a host name, or a region for tables. */
  endpoints: Record<string, string>;
  /** What is kept of what was replaced, with how it is removed, as sentences. */
  kept: string[];
  /** How many pods each release was started with, keyed by `releaseLabel`; for sets whose copies have other addresses. */
  replicas?: Record<string, number>;
}

/** What a switch-over works on. */
export interface Participants {
  /** Absent for a set without releases: one relational database, whose users stop it themselves. */
  pods?: StoppablePods;
  members: readonly Member[];
  /** Absent where every copy takes a name. */
  addresses?: ReleaseAddresses;
}

/** The note in the journal that names are about to be closed: the instant. */
const CLOSING = "closing";

/** By then, a new name that was asked for before the marks were taken away shows: "available" at first. [boto3 #609] */
const LAST_CALL_MILLIS = 60_000;
/** In between, a database that is renamed may seem unchanged for some seconds. */
const LOOK_MILLIS = 5_000;

/** What keeps a switch-over from beginning, each with the fix. Nothing is changed. */
export async function problemsOf(instant: string, { pods, members, addresses }: Participants): Promise<string[]> {
  const each = [...members.map((member) => member.problems()), pods?.problems(instant) ?? []];
  const problems = (await Promise.all(each)).flat();
  // What is not found has no address to look for.
  return problems.length > 0 ? problems : ((await addresses?.problems(instant)) ?? []);
}

/**
 * Gives the production names of a set to its copies. At every instant, a whole verified copy of each database exists; no name is
 * opened before all are closed, so that a pod that comes back finds nothing or the restored set, never a mixture. It decides by
 * what answers under the names now, so that a run that was killed anywhere is continued by the next.
 *
 * @param instant Of the copies: RFC 3339, UTC.
 */
export async function runSwitchOver(instant: string, participants: Participants, say: Say): Promise<SwitchOverResult> {
  const { pods, members, addresses } = participants;
  const steps = stepsOf(say, addresses !== undefined);
  steps.begin("look");
  refuse("this run changes nothing, because", await problemsOf(instant, participants));
  await pods?.lock(say);
  try {
    const before = await look(members);
    const opened = before.filter(({ holder }) => holder === "opening" || holder === "copy");
    const complete = before.every(({ holder }) => holder === "copy") && (await addresses?.moved()) !== false;
    if (complete) say(`the copies of ${instant} are in production already: no database is changed`);
    if (!complete) {
      steps.begin("prepare");
      await all(members, (member) => member.prepare(say));
      steps.begin("stop");
      await pods?.stop(instant, say);
      const closing = opened.length === 0 ? waitingClock().now() : undefined;
      if (closing !== undefined) {
        steps.begin("close");
        await pods?.note({ [CLOSING]: instant });
        await all(members, (member) => member.close(say));
      }
      steps.begin("fence");
      await fence(instant, members, pods, say);
      if (addresses !== undefined) {
        // Before a name is opened: a pod with the former addresses would find a mixture.
        steps.begin("upgrade");
        await addresses.awaitCopies(instant, say);
        await fence(instant, members, pods, say);
      }
      steps.begin("open");
      await all(members, (member) => member.open(say));
      if (closing !== undefined && before.length > 0)
        say(`all names answer again, ${durationText(waitingClock().now() - closing)} after the first was closed`);
    }
    steps.begin("check");
    expectHolders(await look(members), ["copy"]);
    const journal = await pods?.journal();
    if (pods !== undefined && journal !== undefined && journal.state !== "started") {
      await addresses?.regain(instant, say);
      steps.begin("start");
      if (addresses !== undefined) await pods.note({ [STARTED_ON_COPIES]: instant });
      await pods.start(say);
      await addresses?.expectKept();
    }
    const time = formatInstant(Math.floor(waitingClock().now() / 1000) * 1000);
    await all(members, (member) => member.finish(time, say));
    // Azure takes minutes for the marks.
    await addresses?.expectKept();
    say(`done: the copies of ${instant} are in production`);
    return {
      endpoints: Object.fromEntries(members.map((member) => [member.name, member.endpoint()])),
      kept: members.flatMap((member) => member.kept()),
      ...(addresses && pods && { replicas: await pods.counts() }),
    };
  } finally {
    await pods?.unlock();
  }
}

/**
 * Ends a switch-over that has closed no production name: starts the pods again, and takes the marks from the copies.
 * @throws {Error} once a name is closed: then it can only go on.
 */
export async function abortSwitchOver({ pods, members, addresses }: Participants, say: Say): Promise<void> {
  refuse("nothing is aborted, because", (await Promise.all(members.map((member) => member.problems()))).flat());
  await pods?.lock(say);
  try {
    expectOpen(await look(members));
    const journal = await pods?.journal();
    if (journal !== undefined && journal.notes[CLOSING] === journal.instant) {
      say("looks for a minute, because an earlier run may have asked for a new name that does not show yet");
      expectOpen(await lookForMinute(members));
    }
    const moved = (await addresses?.movedReleases()) ?? [];
    if (moved.length > 0)
      throw new Error(
        `${moved.join(", ")} ${moved.length === 1 ? "names" : "name"} the copies already: put the former properties back (helm rollback), unless pods were started on the copies, and run "pulumi up" again. Or go on: set restore.switchOver.confirm in place of abort`,
      );
    if (journal !== undefined && journal.notes[STARTED_ON_COPIES] === journal.instant)
      throw new Error(
        'pods were started on the copies already, and may have written there: the switch-over can only go on. Set restore.switchOver.confirm in place of abort, and run "pulumi up" again',
      );
    if (journal !== undefined && journal.state !== "started") await pods?.start(say);
    await all(members, (member) => member.unmark(say));
    if (pods === undefined) await expectUnchanged(members, say);
    say("aborted: production is as it was, and the copies are kept");
  } finally {
    await pods?.unlock();
  }
}

/** @throws {Error} when a production name is closed, or about to be */
function expectOpen(states: readonly NameState[]): void {
  const closed = closedOf(states);
  if (closed.length === 0) return;
  const switched = states.every(({ holder }) => holder === "copy");
  const found = switched
    ? `all production names belong to the copies already (${labels(states)})`
    : `${closed.length} of ${states.length} production names are closed or about to be (${labels(closed)}), so that the pods would find no database`;
  throw new Error(
    `${found}: the switch-over can only go on. Set restore.switchOver.confirm in place of abort, and run "pulumi up" again`,
  );
}

/**
 * A set without releases has no Lease: the switch-over of an update that was killed may still run. It renames nothing once it has seen
 * that the marks are gone.
 */
async function expectUnchanged(members: readonly Member[], say: Say): Promise<void> {
  say("looks for a minute, because the switch-over of an update that was killed may still be running");
  const closed = closedOf(await lookForMinute(members));
  if (closed.length === 0) return;
  await all(members, (member) => member.prepare(say));
  throw new Error(
    `${labels(closed)} ${closed.length === 1 ? "was" : "were"} closed in the meantime, by the switch-over of an update that was killed: it can only go on. Set restore.switchOver.confirm in place of abort, and run "pulumi up" again`,
  );
}

/** What the first of several looks has found at which a name is closed, or the last look. */
async function lookForMinute(members: readonly Member[]): Promise<NameState[]> {
  const clock = waitingClock();
  const end = clock.now() + LAST_CALL_MILLIS;
  for (;;) {
    const states = await look(members);
    if (closedOf(states).length > 0 || clock.now() >= end) return states;
    await clock.wait(LOOK_MILLIS);
  }
}

function closedOf(states: readonly NameState[]): NameState[] {
  return states.filter(({ holder }) => holder !== "source");
}

/** Pods may have come back while names were being closed: Helm, an autoscaler or a colleague may start them. */
async function fence(
  instant: string,
  members: readonly Member[],
  pods: StoppablePods | undefined,
  say: Say,
): Promise<void> {
  if (pods !== undefined && (await pods.present()).length > 0) {
    say("pods have come back: they are stopped again");
    await pods.stop(instant, say);
  }
  expectHolders(await look(members), ["nothing", "opening", "copy"]);
  const present = (await pods?.present()) ?? [];
  if (present.length > 0)
    throw new Error(
      `pods have come back: ${present.join(", ")}. No database answers them, and none is opened while they run: find out what starts them (Helm, an autoscaler, GitOps), stop that, and run "pulumi up" again`,
    );
}

async function look(members: readonly Member[]): Promise<NameState[]> {
  const states = (await Promise.all(members.map((member) => member.look()))).flat();
  refuse(
    "something else has a production name",
    states.flatMap(({ label, holder }) => (typeof holder === "object" ? [`${label}: ${holder.other}`] : [])),
  );
  const sources = states.filter(({ holder }) => holder === "source" || holder === "closing");
  const opened = states.filter(({ holder }) => holder === "opening" || holder === "copy");
  if (sources.length > 0 && opened.length > 0)
    throw new Error(
      `${labels(opened)} is restored already, while ${labels(sources)} is not closed: something else has changed one of them. Keep the pods stopped; nothing is changed until this is cleared by hand`,
    );
  return states;
}

function expectHolders(states: readonly NameState[], expected: readonly Holder[]): void {
  const others = states.filter(({ holder }) => !expected.includes(holder));
  if (others.length > 0)
    throw new Error(
      `${others.map(({ label, holder }) => `${label} is answered by ${describe(holder)}`).join(", ")}; something else has changed it since. Run "pulumi up" again`,
    );
}

function describe(holder: Holder): string {
  if (typeof holder === "object") return holder.other;
  return {
    source: "the replaced database",
    closing: "the replaced database, which is on its way out",
    nothing: "nothing",
    opening: "a copy that is not complete",
    copy: "the copy",
  }[holder];
}

/** @param what True at any time: a run that goes on begins with names that are closed. */
function refuse(what: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`${what}:\n${problems.map((each) => `  ${each}`).join("\n")}`);
}

/** All at once. The first failure is reported when every member has ended: none goes on in the background. */
async function all(members: readonly Member[], step: (member: Member) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(members.map(step));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

function labels(states: readonly NameState[]): string {
  const shown = states.slice(0, 5).map(({ label }) => label);
  return [...shown, ...(states.length > shown.length ? [`and ${states.length - shown.length} more`] : [])].join(", ");
}

/** The steps of a switch-over, in order. Those that an earlier run has done are left out. */
const STEPS = {
  look: "look at databases and pods",
  prepare: "prepare the copies",
  stop: "stop the pods",
  close: "take the production names from the databases that are replaced",
  fence: "see that no pod has come back, and that nothing replaced answers",
  upgrade: "wait until the releases have the addresses of the copies",
  open: "give the production names to the copies",
  check: "check what answers under the production names",
  start: "start the pods",
};

/** Says which step begins, of how many, and how long the switch-over has been running. */
function stepsOf(say: Say, upgrades: boolean): { begin(step: keyof typeof STEPS): void } {
  const began = waitingClock().now();
  const all = Object.keys(STEPS).filter((step) => upgrades || step !== "upgrade");
  return {
    begin(step) {
      const passed = waitingClock().now() - began;
      say(
        `step ${all.indexOf(step) + 1} of ${all.length}${passed < 1000 ? "" : `, after ${durationText(passed)}`}: ${STEPS[step]}`,
      );
    },
  };
}
