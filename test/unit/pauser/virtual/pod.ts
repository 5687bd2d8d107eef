import { Gate, type GateChange } from "./gate";
import type { VirtualTime } from "./time";

/** How a pod misbehaves; by default not at all. */
export interface Faults {
  /** How long its running requests take to finish. */
  drainMillis?: number;
  /** Fails every Pause at once. */
  refusePause?: boolean;
  /** Answers Pause, but does not pause. */
  pretendToPause?: boolean;
  /** Dies in the middle of the Pause. */
  dieOnPause?: boolean;
  /** This many Unpauses fail. */
  failUnpauses?: number;
  /** This many Unpauses return success without unpausing. */
  ignoreUnpauses?: number;
  /** Its version reports a failed Pause only as text. */
  withoutErrorInfo?: boolean;
  /** Pauses at the end of its drain even after an Unpause, at any time: the worst possible product. */
  pausesLate?: boolean;
  /** The round trip time of a call. */
  tripMillis?: number;
  /** How long a Pause is on its way to it, if longer than other calls. */
  lateMillis?: number;
}

/** A call that the pod refuses. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly reason?: string,
  ) {
    super(message);
  }
}

const DEFAULT_TRIP_MILLIS = 2;

/** The caller of a Pause or an Unpause that no process of the pauser has requested. */
export const ANOTHER_CALLER = "another caller";

/** A pod of a Scalar product: its process, which may restart, and its own log of its state. */
export class VirtualPod {
  faults: Faults = {};
  readonly calls: string[] = [];
  alive = true;
  /** Who has been answered that another caller's Pause is in force, or in progress. */
  readonly answeredPaused = new Set<string>();
  /** Called after each change of the gate. */
  changed: (change: GateChange) => void = () => {};
  private gate: Gate;
  private hangsUntil = 0;
  private readonly pastLogs: Gate["log"][] = [];

  constructor(
    private readonly time: VirtualTime,
    readonly address: string,
    public port: number,
    private readonly random: () => number = () => 0,
  ) {
    this.gate = this.newGate();
  }

  get paused(): boolean {
    return this.alive && this.gate.paused;
  }

  get tripMillis(): number {
    return this.faults.tripMillis ?? DEFAULT_TRIP_MILLIS;
  }

  /** Serves no calls for this long, then all waiting ones: another cause of hanging does not let later calls pass them earlier. */
  hang(millis: number): void {
    this.hangsUntil = Math.max(this.hangsUntil, this.time.now + millis);
  }

  /** Settles when a received call is served. */
  async served(): Promise<void> {
    // Threads of the server take their calls in any order.
    if (this.hangsUntil > this.time.now) await this.time.wait(this.hangsUntil - this.time.now + this.random() * 5);
  }

  /** Who has paused it, or is pausing it. */
  get closedBy(): string | undefined {
    return this.alive ? this.gate.closedBy : undefined;
  }

  die(): void {
    if (!this.alive) return;
    this.alive = false;
    this.gate.die(ANOTHER_CALLER);
    this.pastLogs.push(this.gate.log);
  }

  /** Restarts unpaused. */
  start(): void {
    if (this.alive) return;
    this.alive = true;
    this.gate = this.newGate();
  }

  restart(): void {
    this.die();
    this.start();
  }

  /** As if another caller had requested it. */
  forceUnpause(by = ANOTHER_CALLER): void {
    if (this.alive) this.gate.unpause(by);
  }

  /** As if another caller had requested it. */
  async forcePause(maxWaitMillis = 30_000, by = ANOTHER_CALLER): Promise<void> {
    if (this.alive) await this.gate.pauseAndAwaitDrained(maxWaitMillis, by);
  }

  /** As if another caller had requested it, without waiting for running requests. */
  forcePauseWithoutDrain(): void {
    if (this.alive) this.gate.pause(ANOTHER_CALLER);
  }

  /** Whether no request is admitted; others may still be running. */
  get closed(): boolean {
    return this.alive && !this.gate.isOpen;
  }

  async pause(maxWaitMillis: number, by = ANOTHER_CALLER): Promise<void> {
    this.calls.push("Pause");
    const { faults } = this;
    if (faults.refusePause) throw new Refusal("refused to pause");
    if (faults.dieOnPause) {
      this.die();
      return;
    }
    if (faults.pretendToPause) return;
    if (faults.pausesLate) return this.pauseLate(maxWaitMillis, by);
    const result = await this.gate.pauseAndAwaitDrained(maxWaitMillis, by);
    if (!faults.withoutErrorInfo && (result === "TIMED_OUT_STILL_PAUSED" || result === "PAUSE_IN_PROGRESS"))
      this.answeredPaused.add(by);
    else this.answeredPaused.delete(by);
    if (result !== "PAUSED")
      throw new Refusal(`the Pause did not complete: ${result}`, faults.withoutErrorInfo ? undefined : result);
  }

  unpause(by = ANOTHER_CALLER): void {
    this.calls.push("Unpause");
    const { faults } = this;
    if ((faults.failUnpauses ?? 0) > 0) {
      faults.failUnpauses = (faults.failUnpauses ?? 0) - 1;
      throw new Refusal("failed to unpause");
    }
    if ((faults.ignoreUnpauses ?? 0) > 0) {
      faults.ignoreUnpauses = (faults.ignoreUnpauses ?? 0) - 1;
      return;
    }
    this.gate.unpause(by);
  }

  checkPaused(): boolean {
    this.calls.push("CheckPaused");
    return !this.gate.isOpen;
  }

  /** When it was not closed and drained between these instants, by its own log. */
  notPaused(from: number, to: number): { from: number; to: number }[] {
    const log = [...this.pastLogs, ...(this.alive ? [this.gate.log] : [])].flat();
    return log.flatMap(({ at, paused }, index) => {
      const until = log[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      return paused || until <= from || at >= to ? [] : [{ from: Math.max(at, from), to: Math.min(until, to) }];
    });
  }

  /** Whether it was paused from the first to the last of these instants, by its own log. */
  wasPausedThroughout(from: number, to: number): boolean {
    const log = [...this.pastLogs, ...(this.alive ? [this.gate.log] : [])].flat();
    const before = log.filter(({ at }) => at <= from).at(-1);
    return before?.paused === true && !log.some(({ at, paused }) => !paused && at > from && at < to);
  }

  private async pauseLate(maxWaitMillis: number, by: string): Promise<void> {
    const { gate } = this;
    const drainMillis = this.faults.drainMillis ?? 0;
    await this.time.wait(Math.min(drainMillis, maxWaitMillis));
    if (drainMillis > maxWaitMillis) throw new Refusal("requests are still running");
    gate.drainMillis = () => 0;
    await gate.pauseAndAwaitDrained(1000, by);
  }

  private newGate(): Gate {
    const gate = new Gate(this.time, () => this.faults.drainMillis ?? 0);
    gate.changed = (change) => this.changed(change);
    return gate;
  }
}
