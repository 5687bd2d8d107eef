import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";

/** More than any test needs: after so many, something repeats itself without end. */
const MOST_EVENTS = 3_000_000;

/** Virtual time: nothing waits for a real clock, and the same seed produces the same order of events. */
export class VirtualTime {
  /** Milliseconds since the epoch, by the true clock: the databases' and, unless skewed, the API server's. */
  now = Date.UTC(2026, 10, 22, 3, 0, 2);
  private readonly events = new EventQueue();
  private sequence = 0;
  private fired = 0;

  /** Calls `fire` after this time. @returns a function that cancels it */
  after(millis: number, fire: () => void): () => void {
    const event = {
      at: this.now + Math.max(0, millis),
      sequence: this.sequence++,
      fire: fire as (() => void) | undefined,
    };
    this.events.push(event);
    return () => {
      event.fire = undefined;
    };
  }

  wait(millis: number): Promise<void> {
    return new Promise((resolve) => this.after(millis, resolve));
  }

  /** Advances time until the promise settles. @throws when no event is left before that */
  until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    return new Promise((resolve, reject) => {
      const advance = () => {
        runMicrotasks ??= nativeRunMicrotasks() ?? byTurns();
        try {
          // All consequences of the last event come before the next event.
          while (runMicrotasks()) {
            if (settled) return resolve(promise);
            const event = this.events.pop();
            if (event === undefined) throw new Error("no event is left, and the awaited promise has not settled");
            if (++this.fired > MOST_EVENTS)
              throw new Error(`the awaited promise has not settled after ${MOST_EVENTS} events`);
            if (event.at > this.now) this.now = event.at;
            event.fire?.();
          }
          setImmediate(advance);
        } catch (error) {
          reject(error);
        }
      };
      setImmediate(advance);
    });
  }
}

/**
 * Runs all microtasks that are queued, without leaving the current task of the event loop if V8 allows that: a task for each event
 * takes ten times as long.
 * @returns whether they have run
 */
type RunMicrotasks = () => boolean;

/** @returns undefined if V8's own function for this does not exist, or does not work */
function nativeRunMicrotasks(): RunMicrotasks | undefined {
  try {
    setFlagsFromString("--allow-natives-syntax");
    // The test below is the first call: V8 compiles the function then, while the flag is set.
    const native: () => boolean = runInThisContext("(() => { %PerformMicrotaskCheckpoint(); return true; })");
    let ran = false;
    void Promise.resolve().then(() => {
      ran = true;
    });
    native();
    return ran ? native : undefined;
  } catch {
    return undefined;
  } finally {
    setFlagsFromString("--no-allow-natives-syntax");
  }
}

/** By turns: an event's consequences run now, or the next event is for the next task. */
function byTurns(): RunMicrotasks {
  let run = false;
  return () => {
    run = !run;
    return run;
  };
}

/** Known with the first task that needs it. */
let runMicrotasks: RunMicrotasks | undefined;

interface QueuedEvent {
  at: number;
  sequence: number;
  fire: (() => void) | undefined;
}

/** A binary heap by time; events of one instant keep their order. */
class EventQueue {
  private readonly heap: QueuedEvent[] = [];

  push(event: QueuedEvent): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as QueuedEvent;
      if (!isBefore(event, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  /** The next event that was not taken back: about two of five are, timeouts of calls that were answered. */
  pop(): QueuedEvent | undefined {
    let first = this.popAny();
    while (first !== undefined && first.fire === undefined) first = this.popAny();
    return first;
  }

  private popAny(): QueuedEvent | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (let least = 1; least < heap.length; least = 2 * index + 1) {
      const right = heap[least + 1];
      if (right !== undefined && isBefore(right, heap[least] as QueuedEvent)) least += 1;
      const below = heap[least] as QueuedEvent;
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = least;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}

/** A repeatable sequence of numbers from 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
