import type { VirtualTime } from "./time";

/** `GateKeeper.PauseResult` of ScalarDL, and of ScalarDB Cluster from 3.19 on. */
export type PauseResult = "PAUSED" | "TIMED_OUT" | "TIMED_OUT_STILL_PAUSED" | "GATE_OPEN" | "PAUSE_IN_PROGRESS";

/** A change of a gate, or the end of its process while it is closed. */
export interface GateChange {
  what: "closed" | "opened" | "died";
  /** Who requested it. */
  by: string;
  /** Who had closed it. */
  closedBy: string | undefined;
}

/**
 * The gate of a Scalar product, in virtual time, by the rules of ScalarDL's `GateKeeper` (scalar-labs/scalardl,
 * common/src/main/java/com/scalar/dl/ledger/server/GateKeeper.java, read on 2026-11-26): Pauses are serialized, a
 * failed Pause undoes only its own closure, and an Unpause interrupts every Pause.
 */
export class Gate {
  /** Called after each change. */
  changed: (change: GateChange) => void = () => {};
  /** The caller whose Pause closed it, while it is closed. */
  closedBy: string | undefined;
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

  unpause(by: string): void {
    const { closedBy } = this;
    this.open = true;
    this.closedBy = undefined;
    this.note(false);
    this.wake();
    if (closedBy !== undefined) this.changed({ what: "opened", by, closedBy });
  }

  /** The process dies: waiting callers get no answer. */
  die(by: string): void {
    const { closedBy } = this;
    this.dead = true;
    this.closedBy = undefined;
    this.note(false);
    if (closedBy !== undefined) this.changed({ what: "died", by, closedBy });
  }

  pause(by: string): PauseResult {
    if (this.pauseInProgress) return "PAUSE_IN_PROGRESS";
    this.close(by);
    return "PAUSED";
  }

  async pauseAndAwaitDrained(timeoutMillis: number, by: string): Promise<PauseResult> {
    const deadline = this.time.now + timeoutMillis;
    while (this.pauseInProgress) {
      if (this.time.now >= deadline) return "PAUSE_IN_PROGRESS";
      await this.changeOr(deadline);
    }
    this.pauseInProgress = true;
    try {
      const closedByThisCall = this.close(by);
      while (!this.open && this.time.now < this.drainedAt && this.time.now < deadline)
        await this.changeOr(Math.min(deadline, this.drainedAt));
      if (!this.open && this.time.now >= this.drainedAt) {
        this.note(true);
        return "PAUSED";
      }
      const result = this.open ? "GATE_OPEN" : "TIMED_OUT";
      if (closedByThisCall) {
        this.unpause(by);
        return result;
      }
      return result === "TIMED_OUT" ? "TIMED_OUT_STILL_PAUSED" : result;
    } finally {
      this.pauseInProgress = false;
      this.wake();
    }
  }

  private close(by: string): boolean {
    if (!this.open) return false;
    this.open = false;
    this.closedBy = by;
    this.drainedAt = this.time.now + this.drainMillis();
    this.changed({ what: "closed", by, closedBy: undefined });
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
