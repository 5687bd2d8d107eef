import { setMaxListeners } from "node:events";

/** How a Pause ends: the names of `GateKeeper.PauseResult`, which a failed Pause carries as the reason of its `ErrorInfo`. */
export type PauseResult = "PAUSED" | "TIMED_OUT" | "TIMED_OUT_STILL_PAUSED" | "GATE_OPEN" | "PAUSE_IN_PROGRESS";

/** The longest delay of `setTimeout`. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/**
 * What pausing means inside a Scalar product, by the rules of ScalarDL's `GateKeeper` (scalar-labs/scalardl at d4ada364,
 * common/src/main/java/com/scalar/dl/ledger/server/GateKeeper.java): Pauses that wait are serialized; one that fails reopens
 * only a gate that it has closed itself; an Unpause interrupts any; a closed gate has no time limit. ScalarDB Cluster's source is
 * not public; from 3.19 its release notes name the same outcomes.
 *
 * Requests at a closed gate are refused, as ScalarDB documents it ("stop accepting new requests", docs/backup-restore.mdx).
 * ScalarDL's own gate differs: it holds them until it is open.
 */
export class RequestGate {
  #open = true;
  #pauseInProgress = false;
  #running = 0;
  #drained = false;
  readonly #waiting = new Set<() => void>();
  readonly #death = new AbortController();
  readonly #changed: (drained: boolean) => void;

  /** @param changed called when the gate becomes closed with no request inside, and when it no longer is */
  constructor(changed: (drained: boolean) => void = () => {}) {
    this.#changed = changed;
    // As many requests as there are may listen for it.
    setMaxListeners(0, this.#death.signal);
  }

  /** Whether the gate is closed. Requests may still be inside. */
  get paused(): boolean {
    return !this.#open;
  }

  /** The number of requests inside. */
  get running(): number {
    return this.#running;
  }

  /**
   * Runs `request` inside the gate. The signal reports that the process behind it has died: it must do nothing more.
   * @throws {PausedError} when the gate is closed
   */
  async run<T>(request: (death: AbortSignal) => Promise<T>): Promise<T> {
    if (!this.#open) throw new PausedError();
    this.#running += 1;
    try {
      return await request(this.#death.signal);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#wake();
    }
  }

  /** Closes the gate without waiting for the requests inside. */
  pause(): PauseResult {
    if (this.#pauseInProgress) return "PAUSE_IN_PROGRESS";
    this.#setOpen(false);
    return "PAUSED";
  }

  /**
   * Closes the gate and waits until every request has left. The time limit includes the wait for another Pause to end.
   * @throws {DeadError} when the process dies before that
   */
  async pauseAndAwaitDrained(maxWaitMillis: number): Promise<PauseResult> {
    const deadline = performance.now() + maxWaitMillis;
    while (this.#pauseInProgress) {
      if (performance.now() >= deadline) return "PAUSE_IN_PROGRESS";
      await this.#changeOr(deadline);
    }
    this.#pauseInProgress = true;
    try {
      const closedByThisCall = this.#open;
      this.#setOpen(false);
      while (!this.#open && this.#running > 0 && performance.now() < deadline) await this.#changeOr(deadline);
      if (this.#open) return "GATE_OPEN";
      if (this.#running === 0) return "PAUSED";
      if (!closedByThisCall) return "TIMED_OUT_STILL_PAUSED";
      this.unpause();
      return "TIMED_OUT";
    } finally {
      this.#pauseInProgress = false;
      this.#wake();
    }
  }

  unpause(): void {
    this.#setOpen(true);
  }

  /** The process behind the gate dies, even with requests in it. */
  die(): void {
    this.#death.abort();
    this.#wake();
  }

  #setOpen(open: boolean): void {
    this.#open = open;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of [...this.#waiting]) resolve();
    const drained = !this.#open && this.#running === 0;
    if (drained === this.#drained || this.#death.signal.aborted) return;
    this.#drained = drained;
    this.#changed(drained);
  }

  /** Returns when anything has changed, or at that instant. */
  async #changeOr(instant: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(done, Math.min(Math.ceil(instant - performance.now()), MAX_TIMER_MILLIS));
      this.#waiting.add(done);
    });
    if (this.#death.signal.aborted) throw new DeadError();
  }
}

export class PausedError extends Error {
  constructor() {
    super("the server is paused");
  }
}

/** Reaches no client: the connections of a process that died are gone. */
export class DeadError extends Error {
  constructor() {
    super("the server has died");
  }
}
