import { setMaxListeners } from "node:events";

/**
 * What pausing means inside a Scalar product: the gate lets requests in, until it is closed and those inside have left.
 * Like Scalar's own, it opens again when they don't leave in time, and has no time limit while it is closed.
 */
export class RequestGate {
  #closed = false;
  #running = 0;
  #drained: (() => void)[] = [];
  readonly #death = new AbortController();

  constructor() {
    // As many requests as there are may listen for it.
    setMaxListeners(0, this.#death.signal);
  }

  get paused(): boolean {
    return this.#closed;
  }

  /** The number of requests inside. */
  get running(): number {
    return this.#running;
  }

  /**
   * Runs `request` inside the gate. The signal tells that the process behind it has died: it must do nothing more.
   * @throws {PausedError} when the gate is closed
   */
  async run<T>(request: (death: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#closed) throw new PausedError();
    this.#running += 1;
    try {
      return await request(this.#death.signal);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const resolve of this.#drained.splice(0)) resolve();
    }
  }

  /**
   * Lets nobody in any more and, if asked, waits until everybody has left.
   * @throws {DrainTimeoutError} after `maxWaitMillis`; the gate is open again then
   */
  async pause(waitOutstanding: boolean, maxWaitMillis: number): Promise<void> {
    this.#closed = true;
    if (!waitOutstanding || this.#running === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const drained = await Promise.race([
      new Promise<true>((resolve) => this.#drained.push(() => resolve(true))),
      new Promise<false>((resolve) => {
        timer = setTimeout(() => resolve(false), maxWaitMillis);
      }),
    ]);
    clearTimeout(timer);
    if (drained) return;
    this.#closed = false;
    throw new DrainTimeoutError(this.#running, maxWaitMillis);
  }

  /** The process behind the gate dies, whatever it is doing. */
  die(): void {
    this.#death.abort();
  }

  unpause(): void {
    this.#closed = false;
  }
}

export class PausedError extends Error {
  constructor() {
    super("the server is paused");
  }
}

export class DrainTimeoutError extends Error {
  constructor(running: number, maxWaitMillis: number) {
    super(`failed to finish ${running} outstanding requests within ${maxWaitMillis} ms`);
  }
}
