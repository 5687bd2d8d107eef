import { randomUUID } from "node:crypto";
import { messageOf } from "../restore-points/error-message";
import type { PauseWindow } from "../restore-points/window";
import { realPorts } from "./adapters";
import type { Moment } from "./clock";
import { Context, lines } from "./context";
import { discover } from "./discover";
import { checkStopped, outcomeOf, stopped } from "./ending";
import { Pause, type Plan } from "./hold";
import { KubernetesError } from "./kubernetes-error";
import { ReleaseLeases } from "./leases";
import { longestPauseSeconds, REACH_PODS_MILLIS } from "./longest-run";
import type { UnfinishedRun } from "./note";
import { end, type Outcome, RunEnded } from "./outcome";
import { checkUnpaused, type PodHandle } from "./pods";
import type { Clock, Ports } from "./ports";
import { type EarlierRuns, NotOwnerError, RecordError, type RunOutcome } from "./record";
import { recordCall } from "./record-call";
import { recover } from "./recover";
import { expectedDrain, pauseBeforeMinute, rendezvous } from "./rendezvous";
import type { Report } from "./report";
import type { ScalarPod } from "./scalar-pod";
import type { Environment } from "./settings";
import { instant } from "./time";
import { backupsProblem, checkClock, judge } from "./verdict";
import { type BackupMaker, BackupProblems, type DueBackups } from "./window-backups/maker";

/** One pause run: cleans up after an earlier run, pauses, and records the window. */
class Run {
  private readonly context: Context;
  private readonly clock: Clock;
  /** Why due backups are not made. */
  private readonly backupProblems: string[] = [];
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
    const outcome = await this.attempt().catch((error) => outcomeOf(error, this.stop));
    if (!this.outcomeWritten) {
      const written = this.writtenOutcome(outcome);
      if (written) await this.context.record.writeOutcome(written);
    }
    this.context.kubernetes.close();
    return outcome;
  }

  private async attempt(): Promise<Outcome> {
    const { context } = this;
    await this.recover();
    // Always read the windows: if that fails, no window could be recorded, so nothing must be paused.
    const earlier = await recordCall(context.record.earlierRuns(context.apiDeadline(), this.stop));
    const backups = await this.prepareBackups(earlier);
    try {
      const meeting = this.meeting();
      const pauseAt = meeting?.pauseAt ?? (backups ? undefined : this.beforeMinute(earlier));
      if (pauseAt !== undefined) await this.clock.sleep(pauseAt - REACH_PODS_MILLIS - this.clock.now(), this.stop);
      await context.readOwnPod();
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
          longestPauseSeconds(context.settings),
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
   * Unpauses an earlier run's pods. If an earlier try of the same Job left pods paused, this try does not pause again:
   * it could fail in the same way, and may be the Job's last try. If the earlier try has recorded its window, the Job
   * is done.
   */
  private async recover(): Promise<void> {
    const { context } = this;
    const recovered = await recover(context);
    const { jobName } = this.environment;
    if (recovered?.job === undefined || recovered.job !== jobName) return;
    const windows = await recordCall(context.record.windows(context.apiDeadline(), this.stop));
    const window = windows.findLast(({ run }) => run?.job === jobName);
    if (window) {
      const reasons = [
        `${recovered.who}, an earlier try of this Job, has recorded its window; its pods are unpaused now`,
      ];
      throw new RunEnded({ end: "recorded", reasons, window });
    }
    throw end(
      "void",
      `${recovered.who}, an earlier try of this Job, ended without unpausing its pods; they are unpaused, and this try pauses nothing`,
    );
  }

  /** The due backups. Their problems are reported at the end: a window is useful without backups, too. */
  private async prepareBackups({ windows }: EarlierRuns): Promise<DueBackups | undefined> {
    const { report, stop, context, clock } = this;
    const { windowBackups: settings, apiDeadlineSeconds } = context.settings;
    if (settings === undefined || this.backupMaker === undefined) return undefined;
    try {
      return await this.backupMaker.prepare({ settings, apiDeadlineSeconds, windows, report, stop, clock });
    } catch (error) {
      if (!(error instanceof BackupProblems)) throw error;
      checkStopped(this.stop);
      this.backupProblems.push(...error.problems);
      report.log("no backups can be made in this window; the reason follows at the end");
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

  /**
   * When to pause so that a whole minute lies in the middle of the hold. A hold for backups is longer than a minute
   * anyway.
   */
  private beforeMinute({ lastRun }: EarlierRuns): number | undefined {
    const { settings } = this.context;
    if (!settings.alignToMinute) return undefined;
    const drain = expectedDrain(lastRun, settings);
    const planned = pauseBeforeMinute(this.clock.now() + REACH_PODS_MILLIS, settings.holdSeconds, drain);
    if (planned === undefined) return undefined;
    const why = drain > 0 ? ` (the last run's slowest pod drained for ${drain} ms)` : "";
    this.report.log(
      `pausing at ${instant(planned.pauseAt)}, so that the window contains ${instant(planned.minute)}${why}`,
    );
    return planned.pauseAt;
  }

  /** Checks everything that can be checked before anything is paused. */
  private async preflight(handles: PodHandle[], pauseAt = 0): Promise<void> {
    const complaints = await checkUnpaused(handles);
    if (complaints.size > 0) throw end("void", ...lines(complaints));
    checkClock(this.context);
    // The agreed instant is close, and the connections are open, so all clusters pause together.
    await this.clock.sleep(pauseAt - this.clock.now(), this.stop);
    checkStopped(this.stop);
  }

  /**
   * Why a note that was written at that moment no longer allows a pause: if this process was suspended for long,
   * another run may have taken over the note and ended.
   */
  private tooLate({ wall, monotonic }: Moment): Outcome | undefined {
    if (this.stop.aborted) return stopped(this.stop);
    const passed = Math.max(this.clock.now() - wall, this.clock.monotonic() - monotonic);
    const allowed = 2 * this.context.settings.maxBlindMillis;
    if (passed <= allowed) return undefined;
    const reason = `${Math.round(passed)} ms passed before pods could be paused by the note, ${allowed} ms are allowed: another run may have taken it over (is the API server slow, or the pauser short of CPU?)`;
    return { end: "void", reasons: [reason] };
  }

  private async pauseAndRecord(plan: Plan): Promise<Outcome> {
    const { held, ended, leftPaused, backupProblems, times } = await new Pause(this.context, plan).pauseAndUnpause();
    this.backupProblems.push(...backupProblems);
    const outcome: Outcome = { ...(ended ?? { end: "recorded", reasons: [] }), times };
    if (held) {
      try {
        outcome.window = this.withoutUncertain(await judge(this.context, held, plan.workloads, plan.leases));
      } catch (error) {
        const reason = outcomeOf(error, this.stop);
        outcome.reasons.push(...reason.reasons);
        if (outcome.end === "recorded") outcome.end = reason.end;
      }
    }
    if (this.backupProblems.length > 0) {
      outcome.reasons.push(...this.backupProblems);
      if (outcome.end === "recorded") outcome.end = "backupsFailed";
    }
    return this.finish(plan.note, outcome, [...leftPaused.keys()]);
  }

  /** The window without backups that do not certainly belong to it. */
  private withoutUncertain(window: PauseWindow): PauseWindow {
    const problem = backupsProblem(this.context, window);
    if (problem === undefined) return window;
    this.backupProblems.push(problem);
    const { backups: _, ...without } = window;
    return without;
  }

  /**
   * Removes the note (or keeps it for pods that may still be paused), and records window and outcome in the same write.
   */
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
        // The run that took over the note has unpaused the pods, so the window is not valid.
        window: taken ? undefined : outcome.window,
        // A pod that may still be paused matters more than the window.
        end: outcome.window && outcome.end !== "failedToUnpause" ? (taken ? "void" : "notRecorded") : outcome.end,
        reasons: [...outcome.reasons, `${taken ? "" : "the record could not be written: "}${messageOf(error)}`],
      };
      this.outcomeWritten = taken;
      if (isRefusedWindow(error) && outcome.window) await this.removeNote(note, remaining);
      return failed;
    }
  }

  /** Only the window was refused: remove the note without it. */
  private async removeNote(note: UnfinishedRun, remaining: ScalarPod[]): Promise<void> {
    const { record } = this.context;
    try {
      // Without the outcome: a full ConfigMap may have no room for it.
      await record.finish(note, { remaining }, this.context.apiDeadline());
    } catch (error) {
      this.report.log(`the note could not be removed: ${messageOf(error)}`);
    }
  }

  private writtenOutcome({ end, reasons, times }: Outcome): RunOutcome | undefined {
    const { jobName } = this.environment;
    if (jobName === undefined || end === "badSettings") return undefined;
    return this.context.outcomeOf(jobName, { end, reasons, ...(times && { times }) });
  }
}

/** Whether the write may succeed without the window: the recorded windows cannot be read, or the ConfigMap is full. */
function isRefusedWindow(error: unknown): boolean {
  if (error instanceof RecordError || error instanceof RangeError) return true;
  return error instanceof KubernetesError && !error.transient && error.status !== 404 && error.status !== 409;
}

/**
 * Pauses all releases, holds, unpauses, and records the window.
 * @param stop when aborted, pods are unpaused at once; its reason, which is reported, is a signal such as `SIGTERM` or
 *   an Error.
 * @param backups makes the backups if the settings ask for them.
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
