import { Worker } from "node:worker_threads";
import { PROGRAM } from "../../../rehearsal/engines";
import { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { EmbeddedStack, type ProgramOptions, type Running, served } from "../../../simulator/engine/embedded";
import type { StackResult } from "../../../simulator/engine/stack";
import { CommandProvider } from "../../../simulator/providers/command";
import { orderedProgram } from "../../programs/ordered-program";
import type { Answer, Order } from "../../programs/warm-worker";
import type { Values } from "./maps";
import { build, REGION } from "./world";

const THREAD = [require.resolve("../../../register/index.cjs"), require.resolve("../../programs/warm-worker")];

/** A thread in which the unchanged program runs again and again; one that failed is not used again. */
export class Planner {
  #worker: Worker | undefined;
  #orders = 0;

  /** Previews a configuration on simulated clouds that have what it names. */
  async preview(values: Values): Promise<StackResult> {
    const cloud = await SimulatedCloud.start({ seed: 1 });
    try {
      build(cloud, values);
      const entries = Object.entries(values).map(([key, value]) => [`scalar-backup:${key}`, value]);
      const environment = () => ({ ...cloud.environment(), AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" });
      const stack = new EmbeddedStack({
        program: PROGRAM,
        providers: [...cloud.providers(), new CommandProvider({ environment, directory: PROGRAM })],
        environment,
        source: served((options) => this.#start(options)),
        config: {
          "aws:region": REGION,
          "azure-native:location": "japaneast",
          "kubernetes:context": "scalar-prod",
          ...Object.fromEntries(entries),
        },
      });
      return await stack.preview();
    } finally {
      await cloud.stop();
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(options: ProgramOptions): Running {
    const { environment } = options;
    const program = orderedProgram(options);
    const ended = this.#ask({ environment, program }).then(async ({ problem }) => {
      if (problem !== undefined) await this.close();
      return problem;
    });
    return { ended, stop: () => void this.close() };
  }

  #ask(order: Omit<Order, "id">): Promise<Answer> {
    const id = ++this.#orders;
    const text = THREAD.map((file) => `require(${JSON.stringify(file)});`).join("");
    const worker = this.#worker ?? new Worker(text, { eval: true, execArgv: [] });
    this.#worker = worker;
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

const STACK_TRACE = /unhandled exception|\n\s+at |\[object|\bundefined\b/;

/**
 * What no plan of an accepted configuration may show: a stack trace, or a resource that its provider refuses. The program may
 * refuse what it finds in the clouds; and not every argument of a created resource is simulated.
 */
export function violationsOf({ diagnostics }: StackResult): string[] {
  return diagnostics
    .filter(({ severity, message, urn }) => {
      if (severity !== "error" || message.includes("not simulated")) return false;
      return STACK_TRACE.test(message) || (urn !== undefined && !urn.includes("pulumi:pulumi:Stack::"));
    })
    .map(({ message, urn }) => `${urn?.split("::").slice(2).join("::")}: ${message}`);
}
