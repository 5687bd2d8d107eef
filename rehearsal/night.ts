import { setTimeout as delay } from "node:timers/promises";
import { counted } from "../restore-points/counted";
import { Verdict } from "../restore-points/verification/verdict";
import type { StackResult } from "../simulator/engine/stack";
import { NAMESPACE, RELEASE } from "./pauses";
import { countChanges, errorsOf, type Production } from "./production";
import type { Terminal } from "./terminal";
import { countOf } from "./text";
import { plansOf, verdictText, verificationOf } from "./verification";

/** The shortest timers that run faster, too; shorter ones are how long others may take to answer. */
const LONG_TIMER_MILLIS = 1000;

/** What is played of a recovery once its restore point is chosen: its parts depend on how the copies replace production. */
export abstract class Night {
  protected readonly production: Production;
  protected readonly terminal: Terminal;
  protected readonly at: string;
  /** How many times as fast as real time a switch-over runs. */
  protected abstract readonly pace: number;
  /** The first `up` is killed at such a request, of this number. */
  protected abstract readonly killed: { at: RegExp; number: number; whilst: string };

  constructor(production: Production, at: string) {
    this.production = production;
    this.terminal = production.terminal;
    this.at = at;
  }

  /** Copies, verified; production is not touched. */
  async restore(): Promise<StackResult> {
    const { set } = this.production;
    this.terminal.section(`pulumi config set --path restore.at ${this.at}; restore.mode recovery; pulumi up`);
    this.configure({});
    this.terminal.note(plansOf(await this.production.run("preview")).join("\n"));
    const restored = await this.production.run("up");
    this.terminal.operations(restored.operations);
    const verification = verificationOf(restored);
    this.terminal.note(verdictText(verification));
    this.production.check("the copies are verified", verification.verdict === Verdict.PauseProven);
    this.production.expectBalance("the copies balance", this.production.balance(set.copies(restored)));
    const pods = this.pods();
    this.production.check(
      "production is untouched: its pods run, on the broken databases",
      pods > 0 && set.missing().length === 0 && !this.production.balance().consistent,
      counted(pods, "pod"),
    );
    return restored;
  }

  async perform(restored: StackResult): Promise<void> {
    const sentence = await this.#plan(restored);
    await this.obstacle(sentence);
    await this.#interrupted();
    const switched = await this.#switchOver();
    await this.#serve();
    await this.list(switched);
    await this.#end();
  }

  /** What is in the way is known before anything is stopped; in the end a preview accepts the sentence. */
  protected abstract obstacle(sentence: string): Promise<void>;

  /** Checks what there is when the first `up` has been killed. */
  protected abstract checkMiddle(): void;

  /** What is done while the copies replace production. */
  protected duringSwitchOver(up: () => Promise<StackResult>): Promise<StackResult> {
    return up();
  }

  /** What was replaced is kept, and how it is removed is listed. */
  protected abstract list(switched: StackResult): Promise<void>;

  protected configure(more: Record<string, unknown>): void {
    this.production.config["scalar-backup:restore"] = { at: this.at, mode: "recovery", ...more };
  }

  protected pods(): number {
    return this.production.cloud.kubernetes.pods(NAMESPACE, RELEASE).length;
  }

  /** A preview prints what a switch-over would do, and the sentence that confirms it. */
  async #plan({ outputs }: StackResult): Promise<string> {
    this.terminal.section("pulumi preview: what a switch-over would do");
    const preview = await this.production.run("preview");
    const plan = infosOf(preview).find((message) => message.includes("restore.switchOver.confirm")) ?? "";
    this.terminal.note(plan);
    this.production.check(
      "it changes nothing",
      countChanges(preview) === 0 && plan !== "",
      countOf(preview.operations),
    );
    const [, sentence = ""] = /restore\.switchOver\.confirm "(.*)"/.exec(plan) ?? [];
    const { confirm } = (outputs.switchOver ?? {}) as { confirm?: string };
    this.production.check("the output switchOver has the same sentence", sentence !== "" && sentence === confirm);
    return sentence;
  }

  /** The machine that runs the update dies in the middle of it. */
  async #interrupted(): Promise<void> {
    const { cloud, opened } = this.production;
    this.terminal.section("pulumi up: the copies replace production; the machine that runs it dies");
    this.terminal.note(
      `simulated: time, ${this.pace} times as fast; real: the operation, whose lines are after |, and its end by SIGKILL`,
    );
    this.terminal.note(`the durations in its lines include this machine's own work, ${this.pace} times as long`);
    let requests = 0;
    let dead = false;
    // Nothing that is sent from then on arrives: the process cannot even release its Leases.
    cloud.failures.arm(1, "kill before", (request) => {
      if (dead) return true;
      if (this.killed.at.test(request)) requests += 1;
      dead = requests === this.killed.number;
      if (dead) opened.killOperations();
      return dead;
    });
    const died = await this.fast("pulumi up", () => opened.stack.up());
    cloud.failures.reset();
    this.terminal.note(`killed while ${this.killed.whilst}`);
    this.production.check("the up has failed in the middle", dead && !died.succeeded);
    this.checkMiddle();
  }

  /** The next `up` goes on. */
  async #switchOver(): Promise<StackResult> {
    const { opened, set } = this.production;
    this.terminal.section("pulumi up, from another machine: it goes on");
    const switched = await this.duringSwitchOver(() => this.fast("pulumi up", () => opened.stack.up()));
    this.terminal.operations(switched.operations);
    if (!switched.succeeded) throw new Error(`pulumi up failed:\n${errorsOf(switched).join("\n")}`);
    this.terminal.note("the copies are retained: they leave the state, not the cloud");
    this.production.check("every production name has a database again", set.missing().length === 0);
    this.production.expectBalance("the bank is balanced in production", this.production.balance());
    for (const { claim, holds, detail } of set.settings(switched)) this.production.check(claim, holds, detail);
    await this.production.unchanged();
    return switched;
  }

  /** Customers transfer amounts again. */
  async #serve(): Promise<void> {
    const { pauses, set } = this.production;
    this.terminal.section("The pods serve again");
    set.reopen();
    const before = pauses.transferred.done;
    await pauses.duringTransfers(() => this.terminal.during("transfers are running", delay(2000)));
    const done = pauses.transferred.done - before;
    this.production.check(
      "as many pods as before serve transfers on the restored databases",
      done > 0 && this.pods() === this.production.replicas,
      `${counted(this.pods(), "pod")}, ${counted(done, "transfer")}`,
    );
    this.production.expectBalance("the bank is still balanced", this.production.balance());
  }

  /** The stack protects what now runs. */
  async #end(): Promise<void> {
    this.terminal.section("pulumi config rm restore; pulumi up");
    this.production.config["scalar-backup:restore"] = undefined;
    const ended = await this.production.run("up");
    this.terminal.operations(ended.operations);
    const others = ended.operations.filter(({ kind }) => !["same", "read", "delete"].includes(kind));
    this.production.check("nothing is created, changed or replaced", others.length === 0, countOf(ended.operations));
    await this.production.unchanged();
    this.production.expectBalance("the bank is balanced at the end", this.production.balance());
  }

  fast(what: string, work: () => Promise<StackResult>): Promise<StackResult> {
    return this.terminal.during(what, this.production.cloud.clock.faster(this.pace, work, LONG_TIMER_MILLIS));
  }
}

/** The name at the end of an ARN; tables are listed by their names. */
export function nameIn(listed: string): string {
  return listed.slice(listed.lastIndexOf(":") + 1);
}

function infosOf({ diagnostics }: StackResult): string[] {
  return diagnostics.filter(({ severity }) => severity === "info").map(({ message }) => message);
}
