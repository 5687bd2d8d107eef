import type { VirtualTime } from "./time";

/** `GateKeeper.PauseResult` of ScalarDL, and of ScalarDB Cluster from 3.19 on. */
export type PauseResult = "PAUSED" | "TIMED_OUT" | "TIMED_OUT_STILL_PAUSED" | "GATE_OPEN" | "PAUSE_IN_PROGRESS";

/**
 * The gate of a Scalar product, in virtual time, by the rules of ScalarDL's `GateKeeper` (scalar-labs/scalardl,
 * common/src/main/java/com/scalar/dl/ledger/server/GateKeeper.java, read on 2026-11-26): Pauses are serialized, a
 * failed Pause undoes only its own closure, and an Unpause interrupts every Pause.
 */
export class Gate {
  /** Every change of whether the pod is closed and drained, by the world's clock. */
  readonly log: { at: number; paused: boolean }[] = [];
  private open = true;
  private pauseInProgress = false;
  /** When the running requests will have finished. */
  private drainedAt = 0;
  private dead = false;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly time: VirtualTime,
    /** How long running requests take to finish. */
    public drainMillis: () => number = () => 0,
  ) {
    this.note(false);
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** Whether no request is running, and none is admitted. */
  get paused(): boolean {
    return !this.dead && !this.open && this.time.now >= this.drainedAt;
  }

  unpause(): void {
    this.open = true;
    this.note(false);
    this.wake();
  }

  /** The process dies: waiting callers get no answer. */
  die(): void {
    this.dead = true;
    this.note(false);
  }

  pause(): PauseResult {
    if (this.pauseInProgress) return "PAUSE_IN_PROGRESS";
    this.close();
    return "PAUSED";
  }

  async pauseAndAwaitDrained(timeoutMillis: number): Promise<PauseResult> {
    const deadline = this.time.now + timeoutMillis;
    while (this.pauseInProgress) {
      if (this.time.now >= deadline) return "PAUSE_IN_PROGRESS";
      await this.changeOr(deadline);
    }
    this.pauseInProgress = true;
    try {
      const closedByThisCall = this.close();
      while (!this.open && this.time.now < this.drainedAt && this.time.now < deadline)
        await this.changeOr(Math.min(deadline, this.drainedAt));
      if (!this.open && this.time.now >= this.drainedAt) {
        this.note(true);
        return "PAUSED";
      }
      const result = this.open ? "GATE_OPEN" : "TIMED_OUT";
      if (closedByThisCall) {
        this.unpause();
        return result;
      }
      return result === "TIMED_OUT" ? "TIMED_OUT_STILL_PAUSED" : result;
    } finally {
      this.pauseInProgress = false;
      this.wake();
    }
  }

  private close(): boolean {
    if (!this.open) return false;
    this.open = false;
    this.drainedAt = this.time.now + this.drainMillis();
    return true;
  }

  private wake(): void {
    for (const resolve of [...this.waiting]) resolve();
  }

  private changeOr(instant: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.waiting.delete(done);
        takeBack();
        resolve();
      };
      const takeBack = this.time.after(instant - this.time.now, done);
      this.waiting.add(done);
    });
  }

  private note(paused: boolean): void {
    if (this.log.at(-1)?.paused !== paused) this.log.push({ at: this.time.now, paused });
  }
}
