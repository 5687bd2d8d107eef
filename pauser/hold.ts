import { counted } from "../restore-points/counted";
import type { PauseTimes } from "../restore-points/last-run";
import type { PauseWindow } from "../restore-points/window";
import { type Moment, momentOf } from "./clock";
import { type Context, fixes, lines } from "./context";
import type { Workload } from "./discover";
import { checkStopped, outcomeOf } from "./ending";
import type { ReleaseLeases } from "./leases";
import type { UnfinishedRun } from "./note";
import { end, type Outcome } from "./outcome";
import { type PodHandle, pauseAll } from "./pods";
import type { Clock } from "./ports";
import type { ScalarPod } from "./scalar-pod";
import { instant } from "./time";
import type { Held } from "./verdict";
import { PauseWatch } from "./watch";
import type { DueBackups } from "./window-backups/maker";

/** A wall clock that moves by more than this against the monotonic clock while pods are paused has jumped. */
const MAX_CLOCK_STEP_MILLIS = 250;

/** Up to this uncertainty, the clocks' difference is known well enough; and the most requests that measure it. */
const CLOCK_UNCERTAINTY_MILLIS = 20;
const MAX_CLOCK_READINGS = 10;

/** The inputs of a pause. */
export interface Plan {
  workloads: Workload[];
  handles: PodHandle[];
  /** Until when to hold in a rendezvous, epoch milliseconds. */
  holdUntil?: number | undefined;
  backups?: DueBackups | undefined;
  note: UnfinishedRun;
  leases: ReleaseLeases;
}

/** How a pause ended: all its pods are unpaused except those in `leftPaused`. */
export interface Paused {
  held?: Held | undefined;
  /** Why there is no window, or what else is wrong. */
  ended?: Outcome | undefined;
  leftPaused: Map<ScalarPod, string>;
  /** Why due backups were not made. */
  backupProblems: string[];
  times: PauseTimes;
}

/** One pause of all pods, from the first Pause to the last Unpause. */
export class Pause {
  private readonly clock: Clock;
  private readonly started: Moment;
  private readonly backupProblems: string[] = [];

  constructor(
    private readonly context: Context,
    private readonly plan: Plan,
  ) {
    this.clock = context.ports.clock;
    this.started = momentOf(this.clock);
  }

  /** Never throws: the pods are unpaused in any case. */
  async pauseAndUnpause(): Promise<Paused> {
    const { context, clock } = this;
    const { stop, settings } = context;
    let held: Held | undefined;
    let ended: Outcome | undefined;
    let watch: PauseWatch | undefined;
    try {
      await this.pauseAll();
      watch = new PauseWatch(this.plan.handles, clock, settings.maxBlindMillis);
      held = await this.hold(watch);
    } catch (error) {
      ended = outcomeOf(error, stop);
    }
    watch?.end();
    const lastLook = held && ((handle: PodHandle) => watch?.lastLook(handle));
    const { complaints, leftPaused } = await context.unpause(this.plan.handles, lastLook);
    const times = this.times();
    if (held) this.reportLength(held);
    if (complaints.size > 0) {
      held = undefined;
      ended = { end: "void", reasons: lines(complaints) };
    }
    if (leftPaused.size > 0) {
      ended = { end: "failedToUnpause", reasons: [...(ended?.reasons ?? []), ...fixes(leftPaused)] };
    }
    return { held, ended, leftPaused, backupProblems: this.backupProblems, times };
  }

  private times(): PauseTimes {
    const drains = new Map<string, number>();
    for (const { pod, drainMillis } of this.plan.handles) {
      const release = `${pod.namespace}/${pod.release}`;
      if (drainMillis !== undefined) drains.set(release, Math.max(drains.get(release) ?? 0, Math.round(drainMillis)));
    }
    return {
      pausedMillis: Math.round(this.clock.monotonic() - this.started.monotonic),
      drains: [...drains].map(([release, millis]) => ({ release, millis })),
    };
  }

  private async pauseAll(): Promise<void> {
    const { clock, context, plan } = this;
    const { stop, settings, report } = context;
    report.log(`pausing ${counted(plan.handles.length, "pod")} of ${counted(plan.workloads.length, "workload")}`);
    const failures = await pauseAll(plan.handles, settings.maxDrainSeconds * 1000, { clock, stop });
    if (failures.size > 0) throw end("failedToPause", ...lines(failures));
    checkStopped(stop);
  }

  /**
   * Holds the pods paused, and checks that they are still paused and that this run still owns the note and the leases.
   * @throws {RunEnded} as soon as one of these checks fails: pods are not held for a window that does not count
   */
  private async hold(watch: PauseWatch): Promise<Held> {
    const { clock, started, plan } = this;
    const { report, stop, settings } = this.context;
    await watch.seen;
    const paused = nextMillisecond(momentOf(clock));
    this.checkClockStep(paused);
    const hold = plan.holdUntil === undefined ? settings.holdSeconds * 1000 : this.untilEnd(plan.holdUntil, paused);
    const forBackups = plan.backups ? `, for backups up to ${plan.backups.maxHoldSeconds} s` : "";
    const slowest = Math.round(paused.monotonic - started.monotonic);
    report.log(`all paused, the slowest after ${slowest} ms; holding ${Math.round(hold)} ms${forBackups}`);
    const backups = await this.holdWatched(watch, paused, hold);
    checkStopped(stop);
    const unpausing = momentOf(clock);
    this.checkClockStep(unpausing);
    const window = { ...this.window(paused.wall, unpausing.wall), ...(backups && { backups }) };
    return { window, ends: [paused, unpausing] };
  }

  /** How long to hold in a rendezvous; never longer than it lasts: the clock may have been set back since the run chose its end. */
  private untilEnd(holdUntil: number, paused: Moment): number {
    const { maxDrainSeconds, holdSeconds } = this.context.settings;
    return Math.min(holdUntil - paused.wall, (maxDrainSeconds + holdSeconds) * 1000);
  }

  /** @throws {RunEnded} when the wall clock has jumped since the first Pause */
  private checkClockStep({ wall, monotonic }: Moment): void {
    const step = wall - this.started.wall - (monotonic - this.started.monotonic);
    if (Math.abs(step) > MAX_CLOCK_STEP_MILLIS)
      throw end("void", `this machine's clock jumped by ${Math.round(step)} ms while pods were paused`);
  }

  private async holdWatched(watch: PauseWatch, paused: Moment, hold: number): Promise<PauseWindow["backups"]> {
    const { stop } = this.context;
    const ended = new AbortController();
    const disowned = new AbortController();
    const over = AbortSignal.any([stop, watch.lost, disowned.signal, ended.signal]);
    const reasons: string[] = [];
    try {
      void this.lostOwnership(over).then((lost) => {
        if (lost.length === 0 || over.aborted) return;
        reasons.push(...lost);
        disowned.abort();
      });
      void this.readClock(over);
      const made = await this.plan.backups?.make(paused, over);
      await this.holdUntil(Math.max(paused.monotonic + hold, made?.holdUntil ?? 0), over);
      // Keep the first reason: later ones are its consequences.
      if (watch.complaints.size > 0) throw end("void", ...lines(watch.complaints));
      if (reasons.length > 0) throw end("void", ...reasons);
      this.backupProblems.push(...(made?.problems ?? []));
      return made?.backups;
    } finally {
      ended.abort();
    }
  }

  /** Why another run has taken the releases over. A failed read is ignored here: it is repeated at the end. */
  private async lostOwnership(over: AbortSignal): Promise<string[]> {
    const { context, plan } = this;
    try {
      const [owner, lost] = await Promise.all([
        context.record.isOwner(plan.note, context.apiDeadline(), over),
        plan.leases.lost(context.apiDeadline(), over),
      ]);
      return [...(owner ? [] : ["another run has taken over the note and unpaused the pods"]), ...lost];
    } catch {
      return [];
    }
  }

  /** Reads the API server's clock until the difference is known well enough. The hold is long enough for that. */
  private async readClock(over: AbortSignal): Promise<void> {
    const { offset, kubernetes } = this.context;
    for (let reading = 0; reading < MAX_CLOCK_READINGS && offset.known; reading++) {
      const now = this.clock.monotonic();
      if (over.aborted || offset.uncertaintyMillis(now) <= CLOCK_UNCERTAINTY_MILLIS) return;
      await this.clock.sleep(offset.bestRequestAt(now) - now, over);
      if (!over.aborted) await kubernetes.readClock();
    }
  }

  /** Returns at that instant of the monotonic clock, or when `over` is aborted: a timer may fire early. */
  private async holdUntil(until: number, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const left = until - this.clock.monotonic();
      if (left <= 0) return;
      await this.clock.sleep(left, over);
    }
  }

  private reportLength({ ends }: Held): void {
    const paused = this.clock.monotonic() - this.started.monotonic;
    const beyond = this.clock.monotonic() - (ends.at(-1)?.monotonic ?? 0);
    this.context.report.log(
      `unpaused; pods were paused for ${Math.round(paused)} ms, ${Math.round(beyond)} ms after the hold`,
    );
  }

  private window(pauseCompleted: number, unpauseStarted: number): PauseWindow {
    const { environment, settings } = this.context;
    const { pod, jobName, jobUid } = environment;
    return {
      cluster: settings.cluster,
      pauseCompleted: instant(pauseCompleted),
      unpauseStarted: instant(unpauseStarted),
      // Known once the last answer has arrived.
      clockOffsetMillis: 0,
      releases: this.plan.workloads.map(({ namespace, release, product, pods }) => ({
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
}

/** The wall clock shows the current millisecond, at whose beginning the last pod may not have been paused yet. */
function nextMillisecond({ wall, monotonic }: Moment): Moment {
  return { wall: Math.floor(wall) + 1, monotonic: monotonic + 1 };
}
