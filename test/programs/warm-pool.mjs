/**
 * Threads in which the program stays warm, shared by all test files of a run (as Ava's shared worker, which says what messages
 * are): what the first run of a thread takes, to load the SDKs and to be compiled, is paid once for each file that runs at a
 * time. A thread belongs to one lease at a time.
 */
import { Worker } from "node:worker_threads";

const [loader, program] = ["../../register/index.cjs", "./warm-worker.ts"].map((file) => {
  return JSON.stringify(decodeURIComponent(new URL(file, import.meta.url).pathname));
});

/** As for Ava's own threads (ava.config.js); what users see of the warning is not what a thread prints here. */
const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

class Thread {
  #worker = new Worker(`require(${loader}); require(${program});`, { eval: true, execArgv: [], env });
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
const leased = new Map();

function threadOf(lease, testWorker) {
  const known = leased.get(lease);
  if (known) return known;
  const thread = free.pop() ?? new Thread();
  leased.set(lease, thread);
  // A file that ends without a word, too.
  testWorker.teardown(() => release(lease, false));
  return thread;
}

/** @param spent whether what ran in the thread may still be about, so that nothing else may. */
async function release(lease, spent) {
  const thread = leased.get(lease);
  leased.delete(lease);
  if (thread === undefined) return;
  if (thread.isIdle && !spent) free.push(thread);
  else await thread.terminate();
}

async function handle({ data: { lease, order, spent }, testWorker, reply }) {
  if (order) reply(await threadOf(lease, testWorker).carryOut(order));
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
