import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { readFileSync } from "node:fs";
import * as http from "node:http";

/** A process that everything runs in this one for: killed, nothing of it goes on. */
export class Process {
  #killed = false;
  #whenKilled: ((why: Error) => void)[] = [];

  get killed(): boolean {
    return this.#killed;
  }

  /** Runs it; it never answers after it has been killed. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#whenKilled.push(reject);
      present.run(this, () => void work().then(resolve, reject));
    });
  }

  kill(): void {
    this.#killed = true;
    for (const reject of this.#whenKilled.splice(0)) reject(new Error("signal: killed"));
  }
}

const present = new AsyncLocalStorage<Process>();

/** Whether who runs now may go on. */
export const goesOn = (): boolean => present.getStore()?.killed !== true;

/** What timers need of the world's time. */
interface Time {
  at(millis: number, counts: boolean, go: () => void): () => void;
}

let time: Time | undefined;

/** The time that all timers of this process go by from now on. */
export function useTime(of: Time | undefined): void {
  time = of;
}

const never = new Promise<never>(() => {});

interface Timer {
  ref(): Timer;
  unref(): Timer;
  hasRef(): boolean;
  refresh(): Timer;
  [Symbol.toPrimitive](): number;
  end(): void;
}

function timer(every: boolean, call: (...given: unknown[]) => void, millis = 0, given: unknown[]): Timer {
  const by = time;
  const of = present.getStore();
  const bound = AsyncResource.bind(() => call(...given));
  let counts = true;
  let end = () => {};
  const start = () => {
    end =
      by?.at(millis, counts, () => {
        if (of?.killed) return;
        if (every) start();
        bound();
      }) ?? end;
  };
  start();
  const again = () => {
    end();
    start();
    return made;
  };
  const counting = (value: boolean) => () => {
    if (counts === value) return made;
    counts = value;
    return again();
  };
  const made: Timer = {
    ref: counting(true),
    unref: counting(false),
    hasRef: () => counts,
    refresh: again,
    [Symbol.toPrimitive]: () => 0,
    end: () => end(),
  };
  return made;
}

/**
 * Lets timers of this process go by the world's time, and ends requests and timers of processes that have been killed. For good: to be
 * called before the program is loaded.
 */
export function installProcesses(): void {
  // What is imported cannot be assigned.
  const timers: typeof import("node:timers/promises") = require("node:timers/promises");
  const usual = { setTimeout, setInterval, clearTimeout, clearInterval, sleep: timers.setTimeout };
  type Call = Parameters<typeof timer>[1];
  const clear = (name: "clearTimeout" | "clearInterval") => (made: unknown) => {
    if (typeof made === "object" && made !== null && "end" in made) (made as Timer).end();
    else usual[name](made as NodeJS.Timeout);
  };
  Object.assign(globalThis, {
    setTimeout: Object.assign(
      (call: Call, millis?: number, ...given: unknown[]) =>
        time ? timer(false, call, millis, given) : usual.setTimeout(call, millis, ...given),
      usual.setTimeout,
    ),
    setInterval: (call: Call, millis?: number, ...given: unknown[]) =>
      time ? timer(true, call, millis, given) : usual.setInterval(call, millis, ...given),
    clearTimeout: clear("clearTimeout"),
    clearInterval: clear("clearInterval"),
  });
  Object.assign(timers, {
    setTimeout: (millis?: number, value?: unknown, options?: { signal?: AbortSignal; ref?: boolean }) =>
      time
        ? new Promise((resolve, reject) => {
            const { signal } = options ?? {};
            if (signal?.aborted) reject(signal.reason);
            const made = timer(false, () => resolve(value), millis, []);
            signal?.addEventListener("abort", () => {
              made.end();
              reject(signal.reason);
            });
          })
        : usual.sleep(millis, value, options),
  });
  // Another thread would end a read at some turn of the event loop, and another one the next time.
  const files: typeof import("node:fs/promises") = require("node:fs/promises");
  // Cast: each of its forms answers as the same form of the other does.
  files.readFile = (async (...given: Parameters<typeof readFileSync>) =>
    readFileSync(...given)) as unknown as typeof files.readFile;
  // Cast: Node.js documents no type for this method, which every request of an agent goes through.
  const agent = http.Agent.prototype as unknown as { addRequest(...given: unknown[]): void };
  const { addRequest } = agent;
  agent.addRequest = function (...given) {
    if (goesOn()) addRequest.apply(this, given);
  };
}

/** A wait in the world's time, of the process that runs now. */
export function wait(millis: number): Promise<void> {
  if (!goesOn()) return never;
  return new Promise((resolve) => timer(false, resolve as () => void, millis, []));
}
