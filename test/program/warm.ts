import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ProgramOptions } from "../../rehearsal/engine/program";
import { type Running, type Source, served } from "../../rehearsal/engine/source";
import type { Written } from "../../rehearsal/providers/command";
import type { Answer, Order } from "./warm-worker";

const LOADER = join(__dirname, "../../register.cjs");
const OPERATION = /operations\/main\.ts"? (\S+)$/;

/**
 * Runs the unchanged program, and its operations, in a thread that stays, so that only the first run loads the SDKs. A run
 * that fails takes the thread with it, so that nothing of it reaches the next.
 */
export class WarmProgram {
  #worker: Worker | undefined;
  #last = 0;
  readonly #open = new Map<number, (answer: Answer) => void>();

  readonly source: Source = served((options) => this.#start(options));

  /** Runs what a command provider is told to, if it is one of our operations. */
  readonly operation = (command: string, stdin: string, environment: Record<string, string>) => {
    const operation = OPERATION.exec(command)?.[1];
    return operation === undefined ? undefined : this.#operation(operation, stdin, environment);
  };

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #operation(operation: string, request: string, environment: Record<string, string>): Promise<Written> {
    const { written = "", fault } = await this.#ask({ environment, operation: { operation, request } });
    if (fault !== undefined) throw new Error(fault);
    return { stdout: written, stderr: "" };
  }

  #start({ project, organization, stack, config, address, preview, environment }: ProgramOptions): Running {
    const { values, secretKeys } = config;
    const program = {
      main: project.main,
      project: project.name,
      organization,
      stack,
      address,
      preview,
      config: values,
      secretKeys,
    };
    const ended = this.#ask({ environment, program }).then(async ({ fault }) => {
      if (fault !== undefined) await this.close();
      return fault;
    });
    return { ended, stop: () => void this.close() };
  }

  #ask(order: Omit<Order, "id">): Promise<Answer> {
    const id = ++this.#last;
    const answered = new Promise<Answer>((resolve) => this.#open.set(id, resolve));
    this.#worker ??= this.#begin();
    this.#worker.postMessage({ id, ...order });
    return answered;
  }

  #begin(): Worker {
    const start = `require(${JSON.stringify(LOADER)}); require(${JSON.stringify(join(__dirname, "warm-worker.ts"))});`;
    const worker = new Worker(start, { eval: true, execArgv: [] });
    const answer = (told: Answer) => {
      this.#open.get(told.id)?.(told);
      this.#open.delete(told.id);
    };
    const over = (fault: string) => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const id of [...this.#open.keys()]) answer({ id, fault });
    };
    worker.on("message", answer);
    worker.once("error", (error) => over(`the program's thread failed: ${error.stack ?? error.message}`));
    worker.once("exit", () => over("the program's thread has ended"));
    return worker;
  }
}
