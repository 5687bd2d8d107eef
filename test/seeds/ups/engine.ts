import type { RequestFailure, RequestFailures } from "../../../simulator/cloud/request-failures";
import type { ProgramOptions, Running } from "../../../simulator/engine/embedded";
import type { SimulatedProvider } from "../../../simulator/providers/provider";
import { Process } from "./process";
import { operationIn, programIn } from "./program";
import type { Fault } from "./schedule";

const FAILURES = {
  "killed before": "kill before",
  "killed after": "kill after",
  "lost answer": "lost answer",
  "no connection": "no connection",
  throttled: "throttled",
} as const satisfies Record<Fault["what"], RequestFailure>;

/** Requests that change something: what only looks has no order of its own. */
const CHANGING =
  /^(dynamodb|rds|backup|autoscaling) (?!Describe|List|Get|GET |Scan|Query|BatchGet)|^(kubernetes|azure) (PUT|POST|PATCH|DELETE) (?!.*(selfsubjectaccessreviews|listKeys|permissions))/;

/** Turns of the event loop in which what was sent before a kill arrives. */
const TURNS_ON_THE_WAY = 50;

/**
 * The life of one engine with its program and its operations. Killed, nothing of it goes on: neither its providers nor the operations
 * that it has started change anything more, and what was under way is not in its state.
 */
export class EngineLife {
  changes = 0;
  #fault: Fault | undefined;
  #processes: Process[] = [];
  #dead = false;

  constructor(
    private readonly failures: RequestFailures,
    private readonly say: (text: string) => void,
  ) {
    const next = failures.next.bind(failures);
    failures.next = (request) => {
      const wasDead = failures.dead;
      const fate = next(request);
      if (!wasDead && failures.dead && !this.#dead) this.#die(`${this.#fault?.what ?? "killed at"} ${request}`);
      else if (!wasDead && fate !== "serve") say(`${this.#fault?.what}: ${request}`);
      return fate;
    };
  }

  /** A new one begins. */
  begin(fault: Fault | undefined): void {
    this.changes = 0;
    this.#dead = false;
    this.#processes = [];
    this.#fault = fault;
    if (fault?.of === "operations")
      this.failures.arm(fault.at, FAILURES[fault.what], (request) => this.failures.dead || CHANGING.test(request));
    else this.failures.reset();
  }

  /** It has ended. */
  async end(): Promise<void> {
    for (let turn = 0; this.#dead && turn < TURNS_ON_THE_WAY; turn++) await new Promise(setImmediate);
    this.failures.reset();
  }

  get dead(): boolean {
    return this.#dead;
  }

  readonly program = (options: ProgramOptions): Running => programIn(this.#process(), options);

  readonly operation = (command: string, stdin: string, environment: Record<string, string>) =>
    operationIn(() => this.#process(), command, stdin, environment);

  #process(): Process {
    const process = new Process();
    this.#processes.push(process);
    return process;
  }

  #die(what: string): void {
    this.#dead = true;
    this.say(`the engine is ${what}`);
    if (!this.failures.dead) this.failures.arm(1, "kill before");
    for (const process of this.#processes) process.kill();
  }

  /** A provider whose changes count. */
  mortal(provider: SimulatedProvider): void {
    const { create, update } = provider;
    const { delete: remove } = provider;
    provider.create = (request) => this.#change(request, "creates", () => create.call(provider, request));
    provider.update = (request) => this.#change(request, "updates", () => update.call(provider, request));
    provider.delete = (request) => this.#change(request, "deletes", () => remove.call(provider, request));
  }

  async #change<Answer>(
    { urn, preview = false }: { urn: string; preview?: boolean },
    does: string,
    change: () => Promise<Answer>,
  ): Promise<Answer> {
    if (preview) return await change();
    if (this.#dead) throw new Error("signal: killed");
    this.changes += 1;
    const what = `${does} ${urn.split("::").slice(2).join(" ")}`;
    const due = this.#fault?.of === "engine" && this.#fault.at === this.changes ? this.#fault.what : undefined;
    if (due === "killed before") this.#die(`killed before it ${what}`);
    if (this.#dead) throw new Error("signal: killed");
    this.say(what);
    const answer = await change();
    if (due === "killed after") this.#die(`killed after it ${what}`);
    if (this.#dead) throw new Error("signal: killed");
    return answer;
  }
}
