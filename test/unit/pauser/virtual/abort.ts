import type { VirtualTime } from "./time";

/** In place of the error of a timeout, until that is asked for. */
const TIMEOUT = Symbol("timeout");

/**
 * What the pauser uses of AbortController and AbortSignal, by the DOM standard (https://dom.spec.whatwg.org/#abortcontroller): Node's
 * own take most of a schedule's time. `abort.test.ts` compares the two.
 */
export class QuickSignal {
  aborted = false;
  private given: unknown;
  onabort = null;
  private listeners: { call: () => void; once: boolean }[] = [];
  private readonly dependents: QuickSignal[] = [];

  /** What was given, or else an error that is made when it is asked for: most are not, and to make one takes long. */
  get reason(): unknown {
    if (this.given === TIMEOUT)
      this.given = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    if (this.aborted && this.given === undefined)
      this.given = new DOMException("This operation was aborted", "AbortError");
    return this.given;
  }

  static any(signals: Iterable<QuickSignal>): QuickSignal {
    const all = [...signals];
    const signal = new QuickSignal();
    const aborted = all.find((one) => one.aborted);
    if (aborted) signal.end(aborted.reason);
    else for (const one of all) one.dependents.push(signal);
    return signal;
  }

  static timeout(_millis: number): QuickSignal {
    throw new Error("virtual time must be given by useQuickAbort");
  }

  static abort(reason?: unknown): QuickSignal {
    const signal = new QuickSignal();
    signal.end(reason);
    return signal;
  }

  addEventListener(_type: "abort", call: () => void, options?: { once?: boolean }): void {
    if (!this.aborted && !this.listeners.some((one) => one.call === call))
      this.listeners.push({ call, once: options?.once === true });
  }

  removeEventListener(_type: "abort", call: () => void): void {
    const index = this.listeners.findIndex((one) => one.call === call);
    if (index >= 0) this.listeners.splice(index, 1);
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** Called by `setMaxListeners` of node:events. */
  setMaxListeners(): void {}

  end(reason?: unknown): void {
    if (this.aborted) return;
    // As the standard says: dependents are aborted before any listener is called.
    const ended = this.markAborted(reason);
    for (const signal of ended) signal.callListeners();
  }

  private markAborted(reason: unknown): QuickSignal[] {
    if (this.aborted) return [];
    this.aborted = true;
    this.given = reason;
    return [this, ...this.dependents.flatMap((signal) => signal.markAborted(reason))];
  }

  private callListeners(): void {
    const { listeners } = this;
    this.listeners = [];
    for (const { call } of listeners) call();
  }
}

export class QuickController {
  readonly signal = new QuickSignal();

  abort(reason?: unknown): void {
    this.signal.end(reason);
  }
}

/**
 * Replaces AbortController and AbortSignal in this thread.
 * @param time the time of the world that is being played, for `AbortSignal.timeout`
 */
export function useQuickAbort(time: () => VirtualTime): void {
  QuickSignal.timeout = (millis) => {
    const signal = new QuickSignal();
    time().after(millis, () => signal.end(TIMEOUT));
    return signal;
  };
  Object.assign(globalThis, { AbortController: QuickController, AbortSignal: QuickSignal });
}
