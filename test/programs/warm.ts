import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { threadId } from "node:worker_threads";
import type { SharedWorker } from "ava/plugin";
import type { ProgramOptions, Running } from "../../simulator/engine/embedded";
import { type Source, served } from "../../simulator/engine/embedded";
import type { Written } from "../../simulator/providers/command";
import { orderedProgram } from "./ordered-program";
import type { Answer, Order } from "./warm-worker";

const OPERATION = /require\('scalar-backup\/operations'\)" (\S+)$/;

let registered: SharedWorker.Plugin.Protocol | undefined;
let leases = 0;

/**
 * Runs the unchanged program, and its operations, in a thread that stays: another one takes it over once this is closed. A run
 * that fails takes the thread with it, so that nothing of it reaches the next.
 */
export class WarmProgram {
  #lease = `${threadId}/${++leases}`;

  readonly source: Source = served((options) => this.#start(options));

  /** Runs the command of a command provider, if it is one of our operations. */
  readonly operation = (command: string, stdin: string, environment: Record<string, string>) => {
    const operation = OPERATION.exec(command)?.[1];
    return operation === undefined ? undefined : this.#operation(operation, stdin, environment);
  };

  async close(): Promise<void> {
    await this.#end(false);
  }

  async #operation(operation: string, request: string, environment: Record<string, string>): Promise<Written> {
    const { written = "", problem } = await this.#ask({ environment, operation: { operation, request } });
    if (problem !== undefined) throw new Error(problem);
    return { stdout: written, stderr: "" };
  }

  #start(options: ProgramOptions): Running {
    const { environment } = options;
    const program = orderedProgram(options);
    const ended = this.#ask({ environment, program }).then(async ({ problem }) => {
      if (problem !== undefined) await this.#end(true);
      return problem;
    });
    return { ended, stop: () => void this.#end(true) };
  }

  /** Whatever runs next does so in another thread. */
  async #end(spent: boolean): Promise<void> {
    const lease = this.#lease;
    this.#lease = `${threadId}/${++leases}`;
    await answerTo({ lease, spent });
  }

  async #ask(order: Omit<Order, "id">): Promise<Answer> {
    return await answerTo({ lease: this.#lease, order });
  }
}

/** On demand: the helpers next to this are also used where Ava is not, as in the benchmark. */
function pool(): SharedWorker.Plugin.Protocol {
  registered ??= (require("ava/plugin") as typeof import("ava/plugin")).registerSharedWorker({
    filename: pathToFileURL(join(__dirname, "warm-pool.mjs")),
    supportedProtocols: ["ava-4"],
  });
  return registered;
}

async function answerTo(message: object): Promise<Answer> {
  await pool().available;
  for await (const { data } of pool().publish(message).replies()) return data as Answer;
  throw new Error("the threads of the program are gone");
}
