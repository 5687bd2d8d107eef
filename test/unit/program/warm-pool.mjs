/**
 * Threads in which the program stays warm, shared by all test files of a run (as Ava's shared worker, which says what messages
 * are): what the first run of a thread takes, to load the SDKs and to be compiled, costs more CPU than ten later runs. There
 * are as many threads as test files at a time; a further lease waits. A thread carries out the orders of one lease at a time.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** As Ava's `concurrency` in ava.config.js. */
const MOST = availableParallelism() + 1;

const [loader, program] = ["../../../register/index.cjs", "./warm-worker.ts"].map((file) => {
  return JSON.stringify(decodeURIComponent(new URL(file, import.meta.url).pathname));
});

class Thread {
  #worker = new Worker(`require(${loader}); require(${program});`, { eval: true, execArgv: [] });
  #open = new Map();
  #last = 0;
  ended = false;

  constructor() {
    this.#worker.on("message", (answer) => this.#answer(answer));
    this.#worker.once("error", (error) => this.#end(`the program's thread failed: ${error.stack ?? error.message}`));
    this.#worker.once("exit", () => this.#end("the program's thread has ended"));
  }

  get isIdle() {
    return !this.ended && this.#open.size === 0;
  }

  carryOut(order) {
    const id = ++this.#last;
    const answered = new Promise((resolve) => this.#open.set(id, resolve));
    if (this.ended) this.#answer({ id, problem: "the program's thread has ended" });
    else this.#worker.postMessage({ ...order, id });
    return answered;
  }

  async terminate() {
    this.#end("the program's thread was stopped");
    await this.#worker.terminate();
  }

  #answer(answer) {
    this.#open.get(answer.id)?.(answer);
    this.#open.delete(answer.id);
  }

  #end(problem) {
    this.ended = true;
    for (const id of [...this.#open.keys()]) this.#answer({ id, problem });
  }
}

const free = [];
/** Threads by lease, the one that was used least recently first. */
const leased = new Map();
const waiting = [];
const begun = new Set();
const ended = new Set();

/** Carries out an order in the lease's thread, or in the next one that becomes available. */
async function carryOut(lease, order, testWorker) {
  // A file that ends without a word releases its thread, too.
  if (!begun.has(lease)) testWorker.teardown(() => release(lease, false));
  begun.add(lease);
  let thread = take(lease);
  while (thread === undefined) {
    await new Promise((resolve) => waiting.push(resolve));
    if (ended.has(lease)) {
      wakeNext();
      return { problem: "the program was stopped before it began" };
    }
    thread = take(lease);
  }
  const answer = await thread.carryOut(order);
  // What a failed program has left behind must not reach the next: another lease must not get its thread.
  if (order.program && answer.problem !== undefined) await release(lease, true);
  else wakeNext();
  return answer;
}

/** The lease's own thread, a free one, a new one, or one whose lease has no open order. */
function take(lease) {
  const thread = leased.get(lease) ?? free.pop() ?? (leased.size < MOST ? new Thread() : takeFromIdleLease());
  leased.delete(lease);
  if (thread) leased.set(lease, thread);
  return thread;
}

function takeFromIdleLease() {
  for (const [lease, thread] of leased) {
    if (!thread.isIdle) continue;
    leased.delete(lease);
    return thread;
  }
}

function wakeNext() {
  waiting.shift()?.();
}

/** @param spent whether what ran in the thread may still be about, so that nothing else may. */
async function release(lease, spent) {
  const thread = leased.get(lease);
  leased.delete(lease);
  ended.add(lease);
  if (thread === undefined) return;
  if (thread.isIdle && !spent) free.push(thread);
  else await thread.terminate();
  wakeNext();
}

async function handle({ data: { lease, order, spent }, testWorker, reply }) {
  if (order) reply(await carryOut(lease, order, testWorker));
  else {
    await release(lease, spent);
    reply({});
  }
}

export default async ({ negotiateProtocol }) => {
  const protocol = negotiateProtocol(["ava-4"]).ready();
  for await (const message of protocol.subscribe()) {
    const { data, testWorker } = message;
    void handle({ data, testWorker, reply: (answer) => message.reply(answer) });
  }
};
