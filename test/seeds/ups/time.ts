import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { goesOn } from "./process";

/** Turns of the event loop without a request under way, after which everything waits. */
const QUIET_TURNS = 30;

/** Node.js's names of what makes progress by itself: calls of the next turn, reads of files, timers that do not use this time. */
const GOES_ON = /Req|^(Immediate|Timeout|ProcessWrap|MessagePort)$/;

/** More than any run needs: after so many waits, something repeats itself without end. */
const MOST_WAITS = 20_000;

interface Waiting {
  until: number;
  /** Whether time passes for it alone. */
  counts: boolean;
  go(): void;
}

/**
 * Time that passes only while everything in this process waits, and then to the next instant that something waits for. Unlike
 * `oneTime`, waits can be ended, and those that keep no process alive (`unref`) let no time pass.
 */
export class WorldTime {
  readonly #waiting = new Set<Waiting>();
  readonly #real = { date: Date.now, performance: performance.now };
  #requests = 0;
  #turning = false;
  #open = true;
  /** What is called when no progress is made any more. */
  #stuck: ((why: string) => void) | undefined;
  #waits = 0;

  constructor(private millis: number) {
    Date.now = () => this.millis;
    performance.now = () => this.millis;
    subscribe("http.client.request.start", this.#began);
  }

  now(): number {
    return this.millis;
  }

  pass(millis: number): void {
    this.millis += millis;
  }

  /** @returns what ends the wait */
  at(millis: number, counts: boolean, go: () => void): () => void {
    // Node.js takes such a delay for 1 ms as well.
    const waiting = { until: this.millis + Math.max(1, Number.isFinite(millis) ? millis : 1), counts, go };
    this.#waiting.add(waiting);
    this.#start();
    return () => void this.#waiting.delete(waiting);
  }

  /** Waits for the work. @throws when nothing can make progress any more, or something repeats itself without end */
  until<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const ended = () => {
        this.#stuck = undefined;
      };
      this.#waits = 0;
      this.#stuck = (why) => reject(new Error(`it has not ended, and ${why}`));
      work.finally(ended).then(resolve, reject);
      this.#start();
    });
  }

  close(): void {
    this.#open = false;
    this.#waiting.clear();
    unsubscribe("http.client.request.start", this.#began);
    Date.now = this.#real.date;
    performance.now = this.#real.performance;
  }

  readonly #began = (message: unknown) => {
    // What a killed process sends never leaves it.
    if (!goesOn()) return;
    this.#requests += 1;
    // Cast: what Node.js documents of this channel. A request whose connection breaks has no answer that could finish.
    const { request } = message as { request: ClientRequest };
    request.once("close", () => {
      this.#requests -= 1;
    });
  };

  #start(): void {
    if (this.#turning) return;
    this.#turning = true;
    setImmediate(this.#turn, 0);
  }

  readonly #turn = (quiet: number): void => {
    const passes = [...this.#waiting].some(({ counts }) => counts);
    if (!this.#open || !(passes || this.#stuck)) {
      this.#turning = false;
      return;
    }
    if (this.#requests > 0 || quiet < QUIET_TURNS) {
      setImmediate(this.#turn, this.#requests > 0 ? 0 : quiet + 1);
      return;
    }
    if (!passes) {
      if (process.getActiveResourcesInfo().some((name) => GOES_ON.test(name))) setImmediate(this.#turn, 0);
      else {
        this.#turning = false;
        this.#stuck?.("nothing is left that it could wait for");
      }
      return;
    }
    if (++this.#waits > MOST_WAITS && this.#stuck) {
      this.#turning = false;
      this.#stuck(`has waited ${MOST_WAITS} times`);
      return;
    }
    this.millis = Math.max(this.millis, Math.min(...[...this.#waiting].map(({ until }) => until)));
    for (const each of [...this.#waiting]) {
      if (each.until > this.millis) continue;
      this.#waiting.delete(each);
      each.go();
    }
    setImmediate(this.#turn, 0);
  };
}
