import { Worker } from "node:worker_threads";
import type { ProgramOptions, Running } from "../../simulator/engine/embedded";
import { orderedProgram } from "../programs/ordered-program";
import type { Answer, Order } from "../programs/warm-worker";
import { installedMutant } from "./mutant";

/** What the thread runs: with the fault that this process has. */
function program(): string {
  const load = (file: string) => `require(${JSON.stringify(require.resolve(file))})`;
  const mutant = installedMutant();
  return [
    load("../../register/index.cjs"),
    ...(mutant ? [`${load("./mutant")}.installMutant(${JSON.stringify(mutant)})`] : []),
    load("../programs/warm-worker"),
  ].join(";");
}

/** A thread in which the unchanged program runs again and again; one that failed is not used again. */
export class ProgramThread {
  #worker: Worker | undefined;
  #orders = 0;

  start(options: ProgramOptions): Running {
    const { environment } = options;
    const ended = this.#ask({ environment, program: orderedProgram(options) }).then(async ({ problem }) => {
      if (problem !== undefined) await this.close();
      return problem;
    });
    return { ended, stop: () => void this.close() };
  }

  /** Ends it at once; the next program gets another one. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #ask(order: Omit<Order, "id">): Promise<Answer> {
    const id = ++this.#orders;
    const worker = this.#worker ?? new Worker(program(), { eval: true, execArgv: [] });
    this.#worker = worker;
    // Between two programs, it keeps no process from ending.
    worker.unref();
    return new Promise((resolve) => {
      const ended = (problem: string) => resolve({ id, problem });
      worker.once("error", (error) => ended(`the program's thread failed: ${error.stack}`));
      worker.once("exit", () => ended("the program's thread has ended"));
      const answered = (answer: Answer) => {
        if (answer.id !== id) return;
        worker.off("message", answered).removeAllListeners("error").removeAllListeners("exit");
        resolve(answer);
      };
      worker.on("message", answered);
      worker.postMessage({ ...order, id });
    });
  }
}
