import type { RequestFailure, RequestFailures } from "../../../simulator/cloud/request-failures";
import type { SimulatedProvider } from "../../../simulator/providers/provider";
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
  /^(dynamodb|rds|backup|autoscaling) (?!Describe|List|Get|Scan|Query|BatchGet)|^(kubernetes|azure) (PUT|POST|PATCH|DELETE) (?!.*(selfsubjectaccessreviews|listKeys|permissions))/;

/**
 * The life of one engine with its operations. Killed, it changes nothing more: neither its providers nor the operations that it has
 * started reach a cloud, and what was under way is not in its state.
 */
export class EngineLife {
  changes = 0;
  /** Ends the program that it runs. */
  whenKilled: () => void = () => {};
  #fault: Fault | undefined;
  #dead = false;

  constructor(
    private readonly failures: RequestFailures,
    private readonly say: (text: string) => void,
  ) {}

  /** A new one begins. */
  begin(fault: Fault | undefined): void {
    this.changes = 0;
    this.#dead = false;
    this.#fault = fault;
    if (fault?.of === "operations")
      this.failures.arm(fault.at, FAILURES[fault.what], (request) => this.failures.dead || CHANGING.test(request));
    else this.failures.reset();
  }

  get dead(): boolean {
    return this.#dead || this.failures.dead;
  }

  /** Whether its fault has happened. */
  get disturbed(): boolean {
    return this.dead || (this.#fault?.of === "operations" && this.failures.requests.length >= this.#fault.at);
  }

  #kill(what: string): never {
    this.#dead = true;
    this.say(`the engine is killed ${what}`);
    this.failures.arm(1, "kill before");
    this.whenKilled();
    throw new Error("signal: killed");
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
    if (this.dead) throw new Error("signal: killed");
    this.changes += 1;
    const what = `${does} ${urn.split("::").slice(2).join(" ")}`;
    const due = this.#fault?.of === "engine" && this.#fault.at === this.changes ? this.#fault.what : undefined;
    if (due === "killed before") this.#kill(`before it ${what}`);
    this.say(what);
    const answer = await change();
    if (due === "killed after") this.#kill(`after it ${what}`);
    if (this.dead) throw new Error("signal: killed");
    return answer;
  }
}

interface LostTimer {
  unref(): LostTimer;
  ref(): LostTimer;
  lost: boolean;
}

/**
 * Lets timers run by the world's time once something has gone wrong: the AWS SDK waits up to 20 s before each of twelve tries, and counts
 * what it may send by the time that has passed.
 * @returns what puts the system's timers back
 */
export function useTimersOf(life: EngineLife, wait: (millis: number) => Promise<void>): () => void {
  const { setTimeout: usual, clearTimeout: usualEnd } = globalThis;
  const lost = (call: (...given: unknown[]) => void, millis = 0, ...given: unknown[]): LostTimer => {
    const timer: LostTimer = { unref: () => timer, ref: () => timer, lost: false };
    void wait(millis).then(() => timer.lost || call(...given));
    return timer;
  };
  Object.assign(globalThis, {
    setTimeout: (...given: Parameters<typeof lost>) => (life.disturbed ? lost(...given) : usual(...given)),
    clearTimeout: (timer: NodeJS.Timeout | LostTimer | undefined) => {
      if (typeof timer === "object" && "lost" in timer) timer.lost = true;
      else usualEnd(timer);
    },
  });
  return () => Object.assign(globalThis, { setTimeout: usual, clearTimeout: usualEnd });
}
