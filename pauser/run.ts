import { randomUUID } from "node:crypto";
import type { PauseWindow } from "../restore-points/window";
import { usableMillis } from "../restore-points/windows";
import { realPorts } from "./adapters";
import type { Moment } from "./clock";
import { Context, fixes, lines } from "./context";
import { changes, DiscoveryError, discover, type ScalarPod, type Workload } from "./discover";
import { KubernetesError } from "./kubernetes";
import { ReleaseLeases } from "./leases";
import type { UnfinishedRun } from "./note";
import { broken, end, type Outcome, RunEnded } from "./outcome";
import { checkUnpaused, type PodHandle, pauseAll } from "./pods";
import type { Clock, Ports } from "./ports";
import { NotOwnerError, RecordError, type RunOutcome } from "./record";
import { recordCall } from "./record-call";
import { recover } from "./recover";
import { pauseBeforeMinute, rendezvous } from "./rendezvous";
import type { Report } from "./report";
import type { Environment } from "./settings";
import { instant } from "./time";
import { PauseWatch } from "./watch";
import { BackupFaults, type BackupMaker, type DueBackups } from "./window-backups/maker";

/** A wall clock that moves by more than this against the monotonic one while pods are paused was stepped. */
const MAX_CLOCK_STEP_MILLIS = 250;

/** Before an agreed instant, pods are looked up this long ahead: enough to reach them all, too short for much to change. */
const REACH_PODS_MILLIS = 5000;

/** The clocks' difference is known well enough; and how often it is asked at most. */
const CLOCK_UNCERTAINTY_MILLIS = 20;
const MAX_CLOCK_READINGS = 10;

const momentOf = (clock: Clock): Moment => ({ wall: clock.now(), monotonic: clock.monotonic() });

/** What a pause is made of, once everything is known. */
interface Plan {
  workloads: Workload[];
  handles: PodHandle[];
  /** Until when to hold in a rendezvous, epoch milliseconds. */
  holdUntil?: number | undefined;
  backups?: DueBackups | undefined;
  note: UnfinishedRun;
  leases: ReleaseLeases;
}

/** One pause run: from an earlier run's left-overs to the record of this one's window. */
class Run {
  private readonly context: Context;
  private readonly clock: Clock;
  /** Why backups that were due are not made. */
  private readonly backupFaults: string[] = [];
  private outcomeWritten = false;

  constructor(
    private readonly environment: Environment,
    private readonly stop: AbortSignal,
    private readonly report: Report,
    private readonly backupMaker: BackupMaker | undefined,
    ports: Ports,
  ) {
    this.context = new Context(environment, ports, report, stop);
    this.clock = ports.clock;
  }

  async toTheEnd(): Promise<Outcome> {
    const outcome = await this.attempt().catch((error) => this.outcomeOf(error));
    // What keeps a busy run from pausing writes down its own outcome.
    if (!this.outcomeWritten && outcome.end !== "busy") {
      const written = this.writtenOutcome(outcome);
      if (written) await this.context.record.writeOutcome(written);
    }
    this.context.kubernetes.close();
    return outcome;
  }

  private async attempt(): Promise<Outcome> {
    const { context } = this;
    await this.recover();
    const backups = await this.prepareBackups();
    try {
      const meeting = this.meeting();
      const pauseAt = meeting?.pauseAt ?? this.beforeMinute(backups);
      if (pauseAt !== undefined) await this.clock.sleep(pauseAt - REACH_PODS_MILLIS - this.clock.now(), this.stop);
      const { releases } = context.settings;
      const workloads = await discover(context.kubernetes, releases, context.apiDeadline(), this.stop);
      const handles = context.connect(workloads.flatMap(({ pods }) => pods));
      const leases = new ReleaseLeases(context.kubernetes, this.clock, context.settings);
      try {
        await this.preflight(handles, pauseAt);
        await leases.acquire(context.apiDeadline(), this.stop);
        const note = context.note(
          randomUUID(),
          handles.map(({ pod }) => pod),
        );
        const noted = await recordCall(context.record.begin(note, undefined, context.apiDeadline(), this.stop));
        const late = this.tooLate(noted);
        if (late) return await this.finish(note, late, []);
        return await this.pauseAndRecord({ workloads, handles, holdUntil: meeting?.holdUntil, backups, note, leases });
      } finally {
        await leases.release(context.apiDeadline());
        for (const { admin } of handles) admin.close();
      }
    } finally {
      backups?.close();
    }
  }

  /**
   * Unpauses an earlier run's pods. A try whose predecessor in the same Job left pods paused does not pause again: the same
   * could happen to it, and it may be the Job's last.
   */
  private async recover(): Promise<void> {
    const recovered = await recover(this.context);
    const { jobName } = this.environment;
    if (recovered?.job !== undefined && recovered.job === jobName)
      throw end(
        "void",
        `${recovered.who}, an earlier try of this Job, ended without unpausing its pods; they are unpaused, and this try pauses nothing`,
      );
  }

  /** What is due of backups. What is wrong with them is reported in the end: a window is worth having without them. */
  private async prepareBackups(): Promise<DueBackups | undefined> {
    const { report, stop, context, clock } = this;
    // Read in any case: if the windows cannot be read, none can be recorded, and nothing is to be paused for it.
    const windows = await recordCall(context.record.windows(context.apiDeadline(), stop));
    const { windowBackups: settings, apiDeadlineSeconds } = context.settings;
    if (settings === undefined || this.backupMaker === undefined) return undefined;
    try {
      return await this.backupMaker.prepare({ settings, apiDeadlineSeconds, windows, report, stop, clock });
    } catch (error) {
      if (!(error instanceof BackupFaults)) throw error;
      this.checkStopped();
      this.backupFaults.push(...error.faults);
      report.log("no backups can be made in this window; why is told in the end");
      return undefined;
    }
  }

  private meeting() {
    const { settings } = this.context;
    if (!settings.rendezvousSeconds) return undefined;
    const meeting = rendezvous(this.environment.jobName ?? "", settings);
    if (meeting === undefined) {
      this.report.log(
        `Job ${this.environment.jobName} was not made by a schedule: pausing at once, without rendezvous`,
      );
      return undefined;
    }
    if (meeting.holdUntil - this.clock.now() < settings.minWindowSeconds * 1000) {
      throw end("void", `too late for the rendezvous, which ended at ${instant(meeting.holdUntil)}`);
    }
    this.report.log(`rendezvous: pausing at ${instant(meeting.pauseAt)}, holding until ${instant(meeting.holdUntil)}`);
    return meeting;
  }

  /** When to pause so that a whole minute lies in the middle of the hold. A hold for backups takes longer than a minute. */
  private beforeMinute(backups: DueBackups | undefined): number | undefined {
    const { alignToMinute, holdSeconds } = this.context.settings;
    if (!alignToMinute || backups !== undefined) return undefined;
    const planned = pauseBeforeMinute(this.clock.now() + REACH_PODS_MILLIS, holdSeconds);
    if (planned === undefined) return undefined;
    this.report.log(`pausing at ${instant(planned.pauseAt)}, so that the window contains ${instant(planned.minute)}`);
    return planned.pauseAt;
  }

  /** Everything that can be known to be wrong while nothing is paused. */
  private async preflight(handles: PodHandle[], pauseAt = 0): Promise<void> {
    const complaints = await checkUnpaused(handles);
    if (complaints.size > 0) throw end("void", ...lines(complaints));
    this.checkClock();
    // Close to the agreed instant already; connections are open now, so that all clusters pause together.
    await this.clock.sleep(pauseAt - this.clock.now(), this.stop);
    this.checkStopped();
  }

  /**
   * Why nothing may be paused any more by a note that was written at that moment: to a process that stood still for long it may
   * have happened that another run took its note over, and has ended.
   */
  private tooLate({ wall, monotonic }: Moment): Outcome | undefined {
    if (this.stop.aborted) return this.stopped();
    const passed = Math.max(this.clock.now() - wall, this.clock.monotonic() - monotonic);
    const allowed = 2 * this.context.settings.maxBlindMillis;
    if (passed <= allowed) return undefined;
    const reason = `${Math.round(passed)} ms passed before pods could be paused by the note, ${allowed} ms are allowed: another run may have taken it over (is the API server slow, or the pauser short of CPU?)`;
    return { end: "void", reasons: [reason] };
  }

  private async pauseAndRecord(plan: Plan): Promise<Outcome> {
    const { window, ends, ended, leftPaused } = await this.pauseAndHold(plan);
    const outcome: Outcome = ended ?? { end: "recorded", reasons: [] };
    if (window) {
      try {
        // A write, than which the lists that follow must not be older.
        const failure = await plan.leases.release(this.context.apiDeadline());
        if (failure) throw end("void", `pods could not be compared with before: ${failure.message}`);
        const differences = await this.differences(plan.workloads);
        this.checkClock();
        window.clockOffsetMillis = this.worstOffset(ends);
        if (differences.length > 0) throw end("void", ...differences);
        this.checkUsable(window);
        outcome.window = window;
      } catch (error) {
        const reason = this.outcomeOf(error);
        outcome.reasons.push(...reason.reasons);
        if (outcome.end === "recorded") outcome.end = reason.end;
      }
    }
    if (this.backupFaults.length > 0) {
      outcome.reasons.push(...this.backupFaults);
      if (outcome.end === "recorded") outcome.end = "backupsFailed";
    }
    return this.finish(plan.note, outcome, [...leftPaused.keys()]);
  }

  private async differences(before: Workload[]): Promise<string[]> {
    const { kubernetes, settings } = this.context;
    try {
      return await changes(kubernetes, settings.releases, before, this.context.apiDeadline());
    } catch (error) {
      if (error instanceof KubernetesError) {
        throw end("void", `pods could not be compared with before: ${error.message}`);
      }
      throw error;
    }
  }

  /** From the first Pause to the last Unpause. Never throws: whatever happens in between, the pods are unpaused. */
  private async pauseAndHold({ workloads, handles, holdUntil, backups, note, leases }: Plan) {
    const { report, stop, clock } = this;
    const { settings } = this.context;
    let window: PauseWindow | undefined;
    let watch: PauseWatch | undefined;
    /** The window's ends, on both clocks. */
    const ends: Moment[] = [];
    let ended: Outcome | undefined;
    const started = momentOf(clock);
    let heldAt = started.monotonic;
    try {
      report.log(`pausing ${handles.length} pods of ${workloads.length} workloads`);
      const failures = await pauseAll(handles, settings.maxDrainSeconds * 1000, { clock, stop });
      if (failures.size > 0) throw end("failedToPause", ...lines(failures));
      this.checkStopped();
      watch = new PauseWatch(handles, clock, settings.maxBlindMillis);
      await watch.seen;
      const paused = momentOf(clock);
      const hold = holdUntil === undefined ? settings.holdSeconds * 1000 : holdUntil - paused.wall;
      const forBackups = backups ? `, for backups up to ${backups.maxHoldSeconds} s` : "";
      const slowest = Math.round(paused.monotonic - started.monotonic);
      report.log(`all paused, the slowest after ${slowest} ms; holding ${Math.round(hold)} ms${forBackups}`);
      const held = await this.holdPaused(watch, { paused, hold, backups, note, leases });
      this.checkStopped();
      const unpausing = momentOf(clock);
      heldAt = unpausing.monotonic;
      ends.push(paused, unpausing);
      window = this.window(workloads, paused.wall, unpausing.wall);
      if (held.backups) window.backups = held.backups;
      const step = unpausing.wall - started.wall - (heldAt - started.monotonic);
      if (Math.abs(step) > MAX_CLOCK_STEP_MILLIS) {
        throw end("void", `this clock was stepped by ${Math.round(step)} ms while pods were paused`);
      }
    } catch (error) {
      window = undefined;
      ended = this.outcomeOf(error);
    }
    watch?.end();
    const lastLook = window && ((handle: PodHandle) => watch?.lastLook(handle));
    const { complaints, leftPaused } = await this.context.unpause(handles, lastLook);
    if (window) {
      const paused = clock.monotonic() - started.monotonic;
      const beyond = paused - (heldAt - started.monotonic);
      report.log(`unpaused; pods were paused for ${Math.round(paused)} ms, ${Math.round(beyond)} ms after the hold`);
    }
    if (complaints.size > 0) {
      window = undefined;
      ended = { end: "void", reasons: lines(complaints) };
    }
    if (leftPaused.size > 0) {
      ended = { end: "failedToUnpause", reasons: [...(ended?.reasons ?? []), ...fixes(leftPaused)] };
    }
    return { window, ends, ended, leftPaused };
  }

  /**
   * Holds the pods paused, and watches that they are, and that the note and the leases are still this run's.
   * @throws {RunEnded} as soon as one of that fails: pods are not held for a window that does not count
   */
  private async holdPaused(
    watch: PauseWatch,
    {
      paused,
      hold,
      backups,
      note,
      leases,
    }: { paused: Moment; hold: number } & Pick<Plan, "backups" | "note" | "leases">,
  ) {
    const ended = new AbortController();
    const disowned = new AbortController();
    const over = AbortSignal.any([this.stop, watch.lost, disowned.signal, ended.signal]);
    const reasons: string[] = [];
    try {
      void this.lostOwnership(note, leases, over).then((lost) => {
        if (lost.length === 0 || over.aborted) return;
        reasons.push(...lost);
        disowned.abort();
      });
      void this.readClock(over);
      const made = await backups?.make(paused.wall, over);
      await this.holdUntil(Math.max(paused.wall + hold, made?.holdUntil ?? 0), paused, over);
      // The first reason counts: what follows from it would hide it.
      if (watch.complaints.size > 0) throw end("void", ...lines(watch.complaints));
      if (reasons.length > 0) throw end("void", ...reasons);
      this.backupFaults.push(...(made?.faults ?? []));
      return { backups: made?.backups };
    } finally {
      ended.abort();
    }
  }

  /** Why the run has lost the releases to another one. What cannot be read now is read again in the end. */
  private async lostOwnership(note: UnfinishedRun, leases: ReleaseLeases, over: AbortSignal): Promise<string[]> {
    const { record } = this.context;
    try {
      const [owner, lost] = await Promise.all([
        record.isOwner(note, this.context.apiDeadline(), over),
        leases.lost(this.context.apiDeadline(), over),
      ]);
      return [...(owner ? [] : ["another run has taken the note over, and has unpaused the pods"]), ...lost];
    } catch {
      return [];
    }
  }

  /** Asks the API server for its clock until the difference is known well. The hold is long enough for that, and costs nothing. */
  private async readClock(over: AbortSignal): Promise<void> {
    const { offset, kubernetes } = this.context;
    for (let reading = 0; reading < MAX_CLOCK_READINGS && offset.known; reading++) {
      if (over.aborted || offset.uncertaintyMillis <= CLOCK_UNCERTAINTY_MILLIS) return;
      const now = this.clock.monotonic();
      await this.clock.sleep(offset.bestRequestAt(now) - now, over);
      if (!over.aborted) await kubernetes.readClock();
    }
  }

  /** Returns at that instant, or when `over` is aborted: a timer may fire early. A clock that is stepped meanwhile prolongs nothing. */
  private async holdUntil(until: number, since: Moment, over: AbortSignal): Promise<void> {
    const latest = since.monotonic + (until - since.wall) + MAX_CLOCK_STEP_MILLIS;
    while (!over.aborted) {
      const left = Math.min(until - this.clock.now(), latest - this.clock.monotonic());
      if (left <= 0) return;
      await this.clock.sleep(left, over);
    }
  }

  /** Removes the note (keeping it for pods that are left paused), with window and outcome in the same write. */
  private async finish(note: UnfinishedRun, outcome: Outcome, remaining: ScalarPod[]): Promise<Outcome> {
    const { record } = this.context;
    try {
      const removed = await record.finish(
        note,
        { window: outcome.window, remaining, outcome: this.writtenOutcome(outcome) },
        this.context.apiDeadline(),
      );
      this.outcomeWritten = true;
      for (const what of removed) this.report.log(`removed from the record: ${what}`);
      return outcome;
    } catch (error) {
      const taken = error instanceof NotOwnerError;
      const failed: Outcome = {
        ...outcome,
        // Who took the note over has unpaused our pods, so the window is not true.
        window: taken ? undefined : outcome.window,
        end: outcome.end === "recorded" ? (taken ? "void" : "notRecorded") : outcome.end,
        reasons: [...outcome.reasons, `${taken ? "" : "the record could not be written: "}${(error as Error).message}`],
      };
      this.outcomeWritten = taken;
      if (isRefusedWindow(error) && outcome.window) await this.removeNote(note, failed, remaining);
      return failed;
    }
  }

  /** The window is refused, not the write as such: the note must not stay for it. */
  private async removeNote(note: UnfinishedRun, outcome: Outcome, remaining: ScalarPod[]): Promise<void> {
    const { record } = this.context;
    const edit = { remaining, outcome: this.writtenOutcome(outcome) };
    try {
      await record.finish(note, edit, this.context.apiDeadline());
      this.outcomeWritten = true;
    } catch (error) {
      this.report.log(`the note could not be removed: ${(error as Error).message}`);
    }
  }

  private window(workloads: Workload[], pauseCompleted: number, unpauseStarted: number): PauseWindow {
    const { pod, jobName, jobUid } = this.environment;
    return {
      cluster: this.context.settings.cluster,
      pauseCompleted: instant(pauseCompleted),
      unpauseStarted: instant(unpauseStarted),
      // Known when the last answer has come.
      clockOffsetMillis: 0,
      releases: workloads.map(({ namespace, release, product, pods }) => ({
        namespace,
        name: release,
        product,
        pods: pods.map(({ name }) => name),
        podUids: pods.map(({ uid }) => uid),
      })),
      ...((jobName ?? pod) && {
        run: {
          ...(jobName !== undefined && { job: jobName }),
          ...(jobUid !== undefined && { jobUid }),
          ...(pod && { pod: pod.name }),
          ...(pod?.uid !== undefined && { podUid: pod.uid }),
        },
      }),
    };
  }

  private writtenOutcome({ end, reasons }: Outcome): RunOutcome | undefined {
    const { jobName } = this.environment;
    if (jobName === undefined || end === "badSettings") return undefined;
    return {
      job: jobName,
      startedAt: instant(this.context.startedAt),
      endedAt: instant(this.clock.now()),
      end,
      reasons,
    };
  }

  /** The most that the clocks may have differed by at either end of the window. */
  private worstOffset(ends: Moment[]): number {
    const offsets = ends.map((moment) => this.context.offset.worstMillis(moment));
    return offsets.reduce((worst, offset) => (Math.abs(offset) > Math.abs(worst) ? offset : worst), 0);
  }

  private checkClock(): void {
    const limit = this.context.settings.maxClockOffsetMillis;
    const proven = this.context.offset.provenMillis(momentOf(this.clock));
    if (proven > limit) {
      throw end(
        "void",
        `this clock is at least ${Math.round(proven)} ms off the API server's; ${limit} ms are allowed`,
      );
    }
  }

  /** A window that cannot become a restore point is not a success. */
  private checkUsable(window: PauseWindow): void {
    const { minWindowSeconds } = this.context.settings;
    if (minWindowSeconds === 0) return;
    if (!this.context.offset.known)
      throw end("void", "the API server's answers have no Date header, so that its clock could not be compared");
    const usable = usableMillis(window);
    if (usable >= minWindowSeconds * 1000) return;
    const length = Date.parse(window.unpauseStarted) - Date.parse(window.pauseCompleted);
    const doubt = Math.abs(window.clockOffsetMillis);
    throw end(
      "void",
      `the window is ${length} ms long; less ${doubt} ms at either end, by which the clocks may differ, ${usable} ms are left, and at least ${minWindowSeconds} s are needed: hold longer, or see why the clocks differ or the API server is slow`,
    );
  }

  private checkStopped(): void {
    if (this.stop.aborted) throw new RunEnded(this.stopped());
  }

  /** How a run ends that was told to stop: by a signal, or by an error of its own that nobody caught. */
  private stopped(): Outcome {
    const { reason } = this.stop;
    return reason instanceof Error ? broken(reason) : { end: "void", reasons: [`stopped by ${reason}`] };
  }

  private outcomeOf(error: unknown): Outcome {
    if (error instanceof RunEnded) return error.outcome;
    if (this.stop.aborted) return this.stopped();
    if (error instanceof DiscoveryError) return { end: "void", reasons: error.faults };
    if (error instanceof KubernetesError) return { end: "void", reasons: [error.message] };
    return broken(error);
  }
}

/** Whether the same write may succeed without the window: recorded windows that cannot be read, or a ConfigMap that is full. */
function isRefusedWindow(error: unknown): boolean {
  if (error instanceof RecordError || error instanceof RangeError) return true;
  return error instanceof KubernetesError && !error.transient && error.status !== 404 && error.status !== 409;
}

/**
 * Pauses all releases, holds, unpauses, and records the window.
 * @param stop when aborted, pods are unpaused at once; its reason is told: a signal such as `SIGTERM`, or an Error.
 * @param backups makes the backups that settings may ask for.
 */
export function run(
  environment: Environment,
  stop: AbortSignal,
  report: Report,
  backups?: BackupMaker,
  ports: Ports = realPorts(environment),
): Promise<Outcome> {
  return new Run(environment, stop, report, backups, ports).toTheEnd();
}
