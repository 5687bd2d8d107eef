import type { VirtualTime } from "../../unit/pauser/virtual/time";
import type { CALL_FAULTS, Task } from "./schedule";

/** What goes wrong with a call, and for how long. */
export interface CallFault {
  fault: (typeof CALL_FAULTS)[number];
  forMillis: number;
}

/** The caller gets no answer; the request may have been served. */
export class NoAnswer extends Error {}
/** The service has refused the request, because there are too many. */
export class Throttled extends Error {}

const NEVER = new Promise<never>(() => {});

/**
 * One process that works on a set: its calls are on their way for some time, can go wrong, and end with it. A process that is killed
 * sends nothing more, and reads no answer; a frozen one does both later.
 */
export class Operator {
  calls = 0;
  dead = false;
  frozenUntil = 0;
  /** It has ended by itself. */
  ended = false;
  /** The next answer to a question is the one before, as services answer that are consistent only after a while. */
  hearsOldNews = false;
  /** Whether it was ever suspended: only its writes that were on their way may come after another's. */
  wasFrozen = false;
  readonly killed: Promise<"killed">;
  private tellKilled: () => void = () => {};

  constructor(
    readonly name: string,
    readonly task: Task,
    private readonly time: VirtualTime,
    private readonly trip: () => number,
    private readonly faultAt: (call: number) => CallFault | undefined,
    private readonly say: (text: string) => void,
  ) {
    this.killed = new Promise((resolve) => {
      this.tellKilled = () => resolve("killed");
    });
  }

  /**
   * Sends one request.
   * @param serve Called when it arrives; not at all if it does not.
   * @throws {NoAnswer} {Throttled} {Error} what `serve` throws, as an answer
   */
  async call<Answer>(what: string, serve: () => Answer): Promise<Answer> {
    await this.running();
    this.calls += 1;
    const found = this.faultAt(this.calls);
    if (found) this.say(`${this.name} ${found.fault} at call ${this.calls}: ${what}`);
    if (found?.fault === "stale answer") this.hearsOldNews = true;
    if (found?.fault === "killed before") return this.die();
    if (found?.fault === "frozen") {
      this.frozenUntil = this.time.now + found.forMillis;
      this.wasFrozen = true;
      // The request may be on its way already.
      if (found.forMillis % 2 === 0) await this.running();
    }
    await this.time.wait(this.trip());
    if (found?.fault === "no connection") throw new NoAnswer("no connection");
    if (found?.fault === "throttled") throw new Throttled("too many requests");
    let answer: () => Answer;
    try {
      const served = serve();
      answer = () => served;
    } catch (error) {
      answer = () => {
        throw error;
      };
    }
    if (found?.fault === "killed after") return this.die();
    await this.time.wait(this.trip());
    await this.running();
    if (found?.fault === "lost answer") throw new NoAnswer("the answer is lost");
    return answer();
  }

  private async running(): Promise<void> {
    while (!this.dead && this.frozenUntil > this.time.now) await this.time.wait(this.frozenUntil - this.time.now);
    if (this.dead) await NEVER;
  }

  private die(): Promise<never> {
    this.dead = true;
    this.tellKilled();
    return NEVER;
  }
}
