/** Virtual time: nothing waits for a real clock, and the same seed produces the same order of events. */
export class VirtualTime {
  /** Milliseconds since the epoch, by the true clock: the databases' and, unless skewed, the API server's. */
  now = Date.UTC(2026, 10, 22, 3, 0, 2);
  private readonly events = new EventQueue();
  private sequence = 0;

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
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      // All consequences of the last event come before the next event.
      await new Promise(setImmediate);
      if (settled) return promise;
      const event = this.events.pop();
      if (event === undefined) throw new Error("no event is left, and the awaited promise has not settled");
      this.now = Math.max(this.now, event.at);
      event.fire?.();
    }
  }
}

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
    heap.push(event);
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.before(index, parent)) return;
      this.swap(index, parent);
      index = parent;
    }
  }

  pop(): QueuedEvent | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      let least = index;
      if (left < heap.length && this.before(left, least)) least = left;
      if (left + 1 < heap.length && this.before(left + 1, least)) least = left + 1;
      if (least === index) return first;
      this.swap(index, least);
      index = least;
    }
  }

  private before(a: number, b: number): boolean {
    const [x, y] = [this.heap[a] as QueuedEvent, this.heap[b] as QueuedEvent];
    return x.at < y.at || (x.at === y.at && x.sequence < y.sequence);
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b] as QueuedEvent, this.heap[a] as QueuedEvent];
  }
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
