import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

/** Watches the memory of programs that run below this process; `memory-sampler.cjs` says what is counted. */
export class MemoryWatch {
  readonly #worker: Worker;

  /** @throws where there is no /proc to read */
  constructor() {
    if (!existsSync("/proc/self/status"))
      throw new Error("the benchmark measures memory by /proc, which this system does not have; run it on Linux");
    this.#worker = new Worker(join(__dirname, "memory-sampler.cjs"));
    this.#worker.unref();
  }

  /** The peak since the last call, in MiB; 0 when no program has run since. */
  async peak(): Promise<number> {
    const answer = once(this.#worker, "message");
    this.#worker.postMessage("peak");
    const [kibibytes] = await answer;
    return kibibytes / 1024;
  }
}
