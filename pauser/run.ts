import { randomUUID } from "node:crypto";
import type { PauseWindow } from "../restore-points/window";
import { ClockOffset } from "./clock";
import { changes, DiscoveryError, discover, fateOf, type ScalarPod, type Workload } from "./discover";
import { KubernetesClient, KubernetesError, type Pod } from "./kubernetes";
import { end, type Outcome, RunEnded } from "./outcome";
import { type Complaints, checkPaused, connect, type PodHandle, pauseAll, podName, unpauseAll } from "./pods";
import { NotOwnerError, notePods, RecordError, RunRecord, type UnfinishedRun } from "./record";
import { rendezvous } from "./rendezvous";
import type { Report } from "./report";
import { type Environment, longestRunSeconds, type Settings } from "./settings";
import { Deadline, instant, sleep } from "./time";
import { BackupFaults, type BackupMaker, type DueBackups } from "./window-backups/maker";

/** A wall clock that moves by more than this against the monotonic one while pods are paused was stepped. */
const MAX_CLOCK_STEP_MILLIS = 250;

/** Before a rendezvous, pods are looked up this long ahead: enough to reach them all, too short for much to change. */
const REACH_PODS_MILLIS = 5000;

/** One pause run: from an earlier run's left-overs to the record of this one's window. */
class Run {
  private readonly id = randomUUID();
  private readonly settings: Settings;
  private readonly clock = new ClockOffset();
  private readonly kubernetes: KubernetesClient;
  private readonly record: RunRecord;
  /** Why backups that were due are not made. */
  private readonly backupFaults: string[] = [];

  constructor(
    private readonly environment: Environment,
    private readonly stop: AbortSignal,
    private readonly report: Report,
    private readonly backupMaker?: BackupMaker,
  ) {
    this.settings = environment.settings;
    this.kubernetes = new KubernetesClient(environment.apiServer, environment.serviceAccountDirectory, this.clock);
    this.record = new RunRecord(this.kubernetes, this.settings);
  }

  async toTheEnd(): Promise<Outcome> {
    let backups: DueBackups | undefined;
    try {
      await this.recover();
      backups = await this.prepareBackups();
      const meeting = this.meeting();
      if (meeting) await sleep(meeting.pauseAt - REACH_PODS_MILLIS - Date.now(), this.stop);
      const workloads = await discover(this.kubernetes, this.settings.releases, this.apiDeadline(), this.stop);
      const handles = connect(workloads.flatMap(({ pods }) => pods));
      try {
        await this.preflight(handles, meeting?.pauseAt);
        await this.writeNote(handles);
        return await this.pauseAndRecord(workloads, handles, meeting?.holdUntil, backups);
      } finally {
        for (const { admin } of handles) admin.close();
      }
    } catch (error) {
      return this.outcomeOf(error);
    } finally {
      backups?.close();
      this.kubernetes.close();
    }
  }

  /** What is due of backups. What is wrong with them is told in the end: a window is worth having without them. */
  private async prepareBackups(): Promise<DueBackups | undefined> {
    const settings = this.settings.windowBackups;
    if (settings === undefined || this.backupMaker === undefined) return undefined;
    const { report, stop } = this;
    const windows = await this.recordCall(this.record.windows(this.apiDeadline(), stop));
    const { apiDeadlineSeconds } = this.settings;
    try {
      return await this.backupMaker.prepare({ settings, apiDeadlineSeconds, windows, report, stop });
    } catch (error) {
      if (!(error instanceof BackupFaults)) throw error;
      this.checkStopped();
      this.backupFaults.push(...error.faults);
      report.log("no backups can be made in this window; why is told in the end");
      return undefined;
    }
  }

  /** Unpauses what an earlier run may have left paused, unless that run is still at work. */
  private async recover(): Promise<void> {
    const earlier = await this.recordCall(this.record.unfinished(this.apiDeadline(), this.stop));
    if (earlier === undefined) return;
    const by = earlier.pod ? ` in pod ${podName(earlier.pod)}` : "";
    const who = `the run that started at ${earlier.startedAt}${by}`;
    if (await this.isAtWork(earlier)) throw end("busy", `${who} is still at work`);

    this.report.log(`${who} did not end: unpausing its ${earlier.pods.length} pods first`);
    // The note changes hands before any pod is touched: from here on the earlier run cannot record a window.
    const note = this.note(earlier.pods);
    await this.recordCall(this.record.begin(note, earlier.run, this.apiDeadline(), this.stop));
    const handles = connect(await this.thatMayBePaused(earlier.pods));
    const { leftPaused } = await this.unpause(handles, false);
    for (const { admin } of handles) admin.close();
    await this.recordCall(this.record.finish(this.id, undefined, [...leftPaused.keys()], this.apiDeadline()));
    if (leftPaused.size > 0) throw end("failedToUnpause", ...mends(leftPaused));
    this.report.log("no pod of that run is paused any more");
  }

  /** An address of a pod that is gone may be another's by now, so the API server is asked first. */
  private async thatMayBePaused(pods: UnfinishedRun["pods"]): Promise<ScalarPod[]> {
    const gone = await Promise.all(
      pods.map((pod) => fateOf(this.kubernetes, pod, this.apiDeadline()).catch(() => undefined)),
    );
    return pods.filter((_, index) => !gone[index]).map((pod) => ({ ...pod, ...this.tlsOf(pod) }));
  }

  /** Whether the earlier run's pod still runs. Outside a cluster only time can tell. */
  private async isAtWork(earlier: UnfinishedRun): Promise<boolean> {
    if (Date.now() >= Date.parse(earlier.endsBy)) return false;
    if (earlier.pod === undefined) return true;
    // Our own pod's name: its container was started again, so the process that wrote the note is gone.
    if (this.environment.pod && podName(earlier.pod) === podName(this.environment.pod)) return false;
    try {
      const path = `/api/v1/namespaces/${earlier.pod.namespace}/pods/${earlier.pod.name}`;
      const pod = await this.kubernetes.get<Pod>(path, this.apiDeadline(), this.stop);
      return pod.metadata.deletionTimestamp === undefined && pod.status?.phase === "Running";
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return false;
      throw error;
    }
  }

  private meeting() {
    if (!this.settings.rendezvousSeconds) return undefined;
    const meeting = rendezvous(this.environment.jobName ?? "", this.settings);
    if (meeting === undefined) {
      this.report.log(
        `Job ${this.environment.jobName} was not made by a schedule: pausing at once, without rendezvous`,
      );
      return undefined;
    }
    if (meeting.holdUntil - Date.now() < this.settings.minWindowSeconds * 1000) {
      throw end("void", `too late for the rendezvous, which ended at ${instant(meeting.holdUntil)}`);
    }
    this.report.log(`rendezvous: pausing at ${instant(meeting.pauseAt)}, holding until ${instant(meeting.holdUntil)}`);
    return meeting;
  }

  /** Everything that can be known to be wrong while nothing is paused. */
  private async preflight(handles: PodHandle[], pauseAt = 0): Promise<void> {
    const complaints = await checkPaused(handles, false);
    if (complaints.size > 0) throw end("void", ...lines(complaints));
    this.checkClock();
    // Close to the agreed instant already; connections are open now, so that all clusters pause together.
    await sleep(pauseAt - Date.now(), this.stop);
    this.checkStopped();
  }

  private async writeNote(handles: PodHandle[]): Promise<void> {
    const note = this.note(handles.map(({ pod }) => pod));
    await this.recordCall(this.record.begin(note, undefined, this.apiDeadline(), this.stop));
  }

  private async pauseAndRecord(
    workloads: Workload[],
    handles: PodHandle[],
    holdUntil: number | undefined,
    backups: DueBackups | undefined,
  ): Promise<Outcome> {
    const { window, ended, leftPaused } = await this.pauseAndHold(workloads, handles, holdUntil, backups);
    const outcome: Outcome = ended ?? { end: "recorded", reasons: [] };
    if (window) {
      try {
        const differences = await this.differences(workloads);
        this.checkClock();
        window.clockOffsetMillis = this.clock.millis;
        if (differences.length > 0) throw end("void", ...differences);
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
    return this.finish(outcome, [...leftPaused.keys()]);
  }

  private async differences(before: Workload[]): Promise<string[]> {
    try {
      return await changes(this.kubernetes, this.settings.releases, before, this.apiDeadline());
    } catch (error) {
      if (error instanceof KubernetesError) {
        throw end("void", `pods could not be compared with before: ${error.message}`);
      }
      throw error;
    }
  }

  /** From the first Pause to the last Unpause. Never throws: whatever happens in between, the pods are unpaused. */
  private async pauseAndHold(
    workloads: Workload[],
    handles: PodHandle[],
    holdUntil: number | undefined,
    backups: DueBackups | undefined,
  ) {
    const { settings, report, stop } = this;
    let window: PauseWindow | undefined;
    let ended: Outcome | undefined;
    const started = { wall: Date.now(), monotonic: performance.now() };
    let drainedAt = started.monotonic;
    let heldAt = started.monotonic;
    try {
      this.checkStopped();
      report.log(`pausing ${handles.length} pods of ${workloads.length} workloads`);
      const failures = await pauseAll(handles, settings.maxDrainSeconds * 1000, stop);
      if (failures.size > 0) throw end("failedToPause", ...lines(failures));
      this.checkStopped();
      const pauseCompleted = Date.now();
      drainedAt = performance.now();
      const hold = holdUntil === undefined ? settings.holdSeconds * 1000 : holdUntil - pauseCompleted;
      const forBackups = backups ? `, for backups up to ${backups.maxHoldSeconds} s` : "";
      const slowest = Math.round(drainedAt - started.monotonic);
      report.log(`all paused, the slowest after ${slowest} ms; holding ${hold} ms${forBackups}`);
      const made = await backups?.make(pauseCompleted);
      this.backupFaults.push(...(made?.faults ?? []));
      const until = Math.max(pauseCompleted + hold, made?.holdUntil ?? 0);
      await this.hold(until, { wall: pauseCompleted, monotonic: drainedAt });
      this.checkStopped();
      const unpauseStarted = Date.now();
      heldAt = performance.now();
      window = this.window(workloads, pauseCompleted, unpauseStarted);
      if (made?.backups) window.backups = made.backups;
      const step = unpauseStarted - started.wall - (heldAt - started.monotonic);
      if (Math.abs(step) > MAX_CLOCK_STEP_MILLIS) {
        throw end("void", `this clock was stepped by ${Math.round(step)} ms while pods were paused`);
      }
      if (unpauseStarted - pauseCompleted < settings.minWindowSeconds * 1000) {
        throw end(
          "void",
          `the window is ${unpauseStarted - pauseCompleted} ms long, at least ${settings.minWindowSeconds} s are needed`,
        );
      }
    } catch (error) {
      window = undefined;
      ended = this.outcomeOf(error);
    }
    const { complaints, leftPaused } = await this.unpause(handles, window !== undefined);
    if (window) {
      const paused = performance.now() - started.monotonic;
      const beyond = paused - (heldAt - started.monotonic);
      report.log(`unpaused; pods were paused for ${Math.round(paused)} ms, ${Math.round(beyond)} ms after the hold`);
    }
    if (complaints.size > 0) {
      window = undefined;
      ended = { end: "void", reasons: lines(complaints) };
    }
    if (leftPaused.size > 0) {
      ended = { end: "failedToUnpause", reasons: [...(ended?.reasons ?? []), ...mends(leftPaused)] };
    }
    return { window, ended, leftPaused };
  }

  /** Returns at that instant, and at no other: a timer may fire early. A clock that is stepped meanwhile prolongs nothing. */
  private async hold(until: number, since: { wall: number; monotonic: number }): Promise<void> {
    const latest = since.monotonic + (until - since.wall) + MAX_CLOCK_STEP_MILLIS;
    while (!this.stop.aborted) {
      const left = Math.min(until - Date.now(), latest - performance.now());
      if (left <= 0) return;
      await sleep(left, this.stop);
    }
  }

  private unpause(handles: PodHandle[], verify: boolean) {
    return unpauseAll(handles, {
      deadlineMillis: this.settings.unpauseDeadlineSeconds * 1000,
      verify,
      fateOf: (pod) => fateOf(this.kubernetes, pod, new Deadline(0)).catch(() => undefined),
    });
  }

  /** Removes the note (keeping it for pods that are left paused), with the window in the same write. */
  private async finish(outcome: Outcome, leftPaused: ScalarPod[]): Promise<Outcome> {
    try {
      const removed = await this.record.finish(this.id, outcome.window, leftPaused, this.apiDeadline());
      for (const what of removed) this.report.log(`removed from the record: ${what}`);
      return outcome;
    } catch (error) {
      const taken = error instanceof NotOwnerError;
      const reason = `${taken ? "" : "the record could not be written: "}${(error as Error).message}`;
      return {
        ...outcome,
        // Who took the note over has unpaused our pods, so the window is not true.
        window: taken ? undefined : outcome.window,
        end: outcome.end === "recorded" ? (taken ? "void" : "notRecorded") : outcome.end,
        reasons: [...outcome.reasons, reason],
      };
    }
  }

  private window(workloads: Workload[], pauseCompleted: number, unpauseStarted: number): PauseWindow {
    return {
      cluster: this.settings.cluster,
      pauseCompleted: instant(pauseCompleted),
      unpauseStarted: instant(unpauseStarted),
      clockOffsetMillis: this.clock.millis,
      releases: workloads.map(({ namespace, release, product, pods }) => ({
        namespace,
        name: release,
        product,
        pods: pods.map(({ name }) => name),
      })),
    };
  }

  private note(pods: UnfinishedRun["pods"]): UnfinishedRun {
    const { environment } = this;
    return {
      schemaVersion: 1,
      run: this.id,
      ...(environment.pod && { pod: environment.pod }),
      startedAt: instant(Date.now()),
      endsBy: instant(Date.now() + longestRunSeconds(this.settings) * 1000),
      pods: notePods(pods),
    };
  }

  private tlsOf({ namespace, release }: { namespace: string; release: string }) {
    const settings = this.settings.releases.find((r) => r.namespace === namespace && r.name === release);
    return settings?.tls && { tls: settings.tls };
  }

  private checkClock(): void {
    const limit = this.settings.maxClockOffsetMillis;
    if (this.clock.provenMillis > limit) {
      throw end(
        "void",
        `this clock is at least ${this.clock.provenMillis} ms off the API server's; ${limit} ms are allowed`,
      );
    }
  }

  private checkStopped(): void {
    if (this.stop.aborted) throw new RunEnded(this.stopped());
  }

  /** How a run ends that was told to stop: by a signal, or by a fault of its own that nobody caught. */
  private stopped(): Outcome {
    const { reason } = this.stop;
    return reason instanceof Error ? broken(reason) : { end: "void", reasons: [`stopped by ${reason}`] };
  }

  private apiDeadline(): Deadline {
    return new Deadline(this.settings.apiDeadlineSeconds * 1000);
  }

  /** A failure to read or write the record, told apart from other failures. */
  private async recordCall<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof NotOwnerError) throw end("busy", error.message);
      if (error instanceof KubernetesError && error.status === 404) {
        throw end("notRecorded", `the record does not exist (${error.message}): create it with \`pulumi up\``);
      }
      if (error instanceof KubernetesError || error instanceof RecordError) throw end("notRecorded", error.message);
      throw error;
    }
  }

  private outcomeOf(error: unknown): Outcome {
    if (error instanceof RunEnded) return error.outcome;
    if (this.stop.aborted) return this.stopped();
    if (error instanceof DiscoveryError) return { end: "void", reasons: error.faults };
    if (error instanceof KubernetesError) return { end: "void", reasons: [error.message] };
    return broken(error);
  }
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
): Promise<Outcome> {
  return new Run(environment, stop, report, backups).toTheEnd();
}

function broken(error: unknown): Outcome {
  return { end: "broken", reasons: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
}

function lines(complaints: Complaints): string[] {
  return [...complaints].map(([name, complaint]) => `pod ${name}: ${complaint}`);
}

/** Each pod that is left paused, with the command that mends it: a pod starts unpaused. */
function mends(leftPaused: Map<ScalarPod, string>): string[] {
  return [...leftPaused].map(
    ([pod, failure]) =>
      `pod ${podName(pod)} MAY STILL BE PAUSED (${failure}); mend it with: ` +
      `kubectl --namespace ${pod.namespace} delete pod ${pod.name}`,
  );
}
