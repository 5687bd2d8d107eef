import { setTimeout as delay } from "node:timers/promises";
import { Verdict } from "../restore-points/verification/verdict";
import type { StackResult } from "../simulator/engine/stack";
import { NAMESPACE, RELEASE } from "./pauses";
import { countChanges, errorsOf, type Production } from "./production";
import { type RehearsalReport, summarize } from "./report";
import type { RehearsalSet } from "./sets/set";
import type { Terminal } from "./terminal";
import { counted, countOf } from "./text";
import { plansOf, verdictText, verificationOf } from "./verification";

/** How many times as fast as real time a switch-over runs: the clouds rename and restore for tens of minutes. */
const PACE = 400;
/** The shortest timers that run faster, too; shorter ones are how long others may take to answer. */
const LONG_TIMER_MILLIS = 1000;
/** The first `up` is killed at this request: names are closed, and some tables are not restored yet. */
const KILLED_AT = { request: /RestoreTableFromBackup/, number: 3 };

/**
 * Prints the lines of a switch-over, as it writes them. A wait says every minute how it goes on, of which many pass here: only what
 * is new is printed. The line in JSON is for the program.
 */
export function switchOverLog(terminal: Terminal): (line: string, urn: string) => void {
  const printed = new Set<string>();
  return (line, urn) => {
    if (!urn.includes("-switch-over-") || line.startsWith("{")) return;
    if (/^step 1\b/.test(line)) printed.clear();
    const said = line.replace(/[ ,(]*\d+ (min|s)\b.*$/, "");
    if (!printed.has(said)) terminal.note(`| ${line}`);
    printed.add(said);
  };
}

/**
 * Plays the night of a disaster: protect, pause, disaster, copies, and a switch-over that is killed in the middle and goes on, until
 * the pods serve on the restored databases under the production names. The cloud is simulated; the program is not.
 */
export async function recover(
  production: Production,
  { set, seed }: { set: RehearsalSet; seed: number },
): Promise<RehearsalReport> {
  const began = Date.now();
  production.introduce("A recovery on simulated clouds");
  await production.open();
  const window = await production.transfer(await production.protect());
  const transfers = production.pauses.transferred.done;
  production.disaster();
  const at = await production.latestByCommand(await production.restorePoints());
  const night = new Night(production, at);
  const restore = await night.restore();
  await night.perform(restore);
  return summarize(production, { set, seed, at, restore, window, began, transfers });
}

/** What is played of a recovery once its restore point is chosen. */
class Night {
  readonly #production: Production;
  readonly #terminal: Terminal;
  readonly #at: string;

  constructor(production: Production, at: string) {
    this.#production = production;
    this.#terminal = production.terminal;
    this.#at = at;
  }

  /** Copies, verified; production is not touched. */
  async restore(): Promise<StackResult> {
    const { set } = this.#production;
    this.#terminal.section(`pulumi config set --path restore.at ${this.#at}; restore.mode recovery; pulumi up`);
    this.#configure({});
    this.#terminal.note(plansOf(await this.#production.run("preview")).join("\n"));
    const restored = await this.#production.run("up");
    this.#terminal.operations(restored.operations);
    const verification = verificationOf(restored);
    this.#terminal.note(verdictText(verification));
    this.#production.check("the copies are verified", verification.verdict === Verdict.PauseProven);
    this.#production.expectBalance("the copies balance", this.#production.balance(set.copies(restored)));
    const pods = this.#pods();
    this.#production.check(
      "production is untouched: its pods run, on the broken databases",
      pods > 0 && set.missing().length === 0 && !this.#production.balance().consistent,
      counted(pods, "pod"),
    );
    return restored;
  }

  async perform(restored: StackResult): Promise<void> {
    const sentence = await this.#plan(restored);
    await this.#obstacle(sentence);
    await this.#interrupted();
    const switched = await this.#switchOver();
    await this.#serve();
    this.#list(switched);
    await this.#end();
  }

  /** A preview prints what a switch-over would do, and the sentence that confirms it. */
  async #plan({ outputs }: StackResult): Promise<string> {
    this.#terminal.section("pulumi preview: what a switch-over would do");
    const preview = await this.#production.run("preview");
    const plan = infosOf(preview).find((message) => message.includes("restore.switchOver.confirm")) ?? "";
    this.#terminal.note(plan);
    this.#production.check(
      "it changes nothing",
      countChanges(preview) === 0 && plan !== "",
      countOf(preview.operations),
    );
    const [, sentence = ""] = /restore\.switchOver\.confirm "(.*)"/.exec(plan) ?? [];
    const { confirm } = (outputs.switchOver ?? {}) as { confirm?: string };
    this.#production.check("the output switchOver has the same sentence", sentence !== "" && sentence === confirm);
    return sentence;
  }

  /** What is in the way is known before anything is stopped. */
  async #obstacle(sentence: string): Promise<void> {
    this.#terminal.section(`pulumi config set --path restore.switchOver.confirm "${sentence}"; pulumi preview`);
    this.#configure({ switchOver: { confirm: sentence } });
    const refused = await this.#terminal.during("pulumi preview", this.#production.opened.stack.preview());
    const errors = errorsOf(refused);
    this.#terminal.note(errors.join("\n"));
    this.#production.check(
      "it is refused: a restored table's stream is another one, whose readers have to be stopped",
      !refused.succeeded && errors.some((error) => error.includes("newStreams")),
    );
    this.#terminal.note(
      "the readers of the stream are stopped: pulumi config set --path restore.switchOver.newStreams true",
    );
    this.#configure({ switchOver: { confirm: sentence, newStreams: true } });
    const accepted = await this.#production.run("preview");
    this.#production.check("now a preview accepts it", accepted.succeeded, countOf(accepted.operations));
  }

  /** The machine that runs the update dies in the middle of it. */
  async #interrupted(): Promise<void> {
    const { cloud, opened, set } = this.#production;
    this.#terminal.section("pulumi up: the copies take the production names; the machine that runs it dies");
    this.#terminal.note(
      `simulated: time, ${PACE} times as fast; real: the operation, whose lines are after |, and its end by SIGKILL`,
    );
    this.#terminal.note(`the durations in its lines include this machine's own work, ${PACE} times as long`);
    let requests = 0;
    let dead = false;
    // Nothing that is sent from then on arrives: the process cannot even release its Leases.
    cloud.failures.arm(1, "kill before", (request) => {
      if (dead) return true;
      if (KILLED_AT.request.test(request)) requests += 1;
      dead = requests === KILLED_AT.number;
      if (dead) void opened.killOperations();
      return dead;
    });
    const killed = await this.#fast("pulumi up", () => opened.stack.up());
    cloud.failures.reset();
    this.#terminal.note("killed while the tables were being restored under their names");
    const missing = set.missing().map(nameIn);
    this.#production.check("the up has failed in the middle", dead && !killed.succeeded);
    this.#production.check(
      "no pod runs, and production names have no database",
      this.#pods() === 0 && missing.length > 0,
      missing.join(", "),
    );
  }

  /** The next `up` goes on. */
  async #switchOver(): Promise<StackResult> {
    const { opened, set } = this.#production;
    this.#terminal.section("pulumi up, from another machine: it goes on");
    const switched = await this.#fast("pulumi up", () => opened.stack.up());
    this.#terminal.operations(switched.operations);
    if (!switched.succeeded) throw new Error(`pulumi up failed:\n${errorsOf(switched).join("\n")}`);
    this.#terminal.note("the copies are retained: they leave the state, not the cloud");
    this.#production.check("every production name has a database again", set.missing().length === 0);
    this.#production.expectBalance("the bank is balanced under the production names", this.#production.balance());
    for (const { claim, holds, detail } of set.settings(switched)) this.#production.check(claim, holds, detail);
    await this.#production.unchanged();
    return switched;
  }

  /** Customers transfer amounts again. */
  async #serve(): Promise<void> {
    const { pauses, set } = this.#production;
    this.#terminal.section("The pods serve again");
    set.reopen();
    const before = pauses.transferred.done;
    await pauses.duringTransfers(() => this.#terminal.during("transfers are running", delay(2000)));
    const done = pauses.transferred.done - before;
    this.#production.check(
      "as many pods as before serve transfers on the restored databases",
      done > 0 && this.#pods() === this.#production.replicas,
      `${counted(this.#pods(), "pod")}, ${counted(done, "transfer")}`,
    );
    this.#production.expectBalance("the bank is still balanced", this.#production.balance());
  }

  /** What was replaced is kept, and how it is removed is listed. */
  #list({ outputs }: StackResult): void {
    this.#terminal.section("pulumi stack output nextSteps");
    const steps = ((outputs.nextSteps ?? []) as string[]).join("\n");
    this.#terminal.note(steps);
    const kept = this.#production.set.leftovers().map(nameIn);
    const unlisted = kept.filter((name) => !steps.includes(name));
    this.#production.check(
      "what was replaced is kept, and listed with the commands that remove it",
      kept.some((name) => name.includes("-replaced-")) && unlisted.length === 0,
      unlisted.length === 0 ? kept.join(", ") : `not listed: ${unlisted.join(", ")}`,
    );
  }

  /** The stack protects what now runs. */
  async #end(): Promise<void> {
    this.#terminal.section("pulumi config rm restore; pulumi up");
    this.#production.config["scalar-backup:restore"] = undefined;
    const ended = await this.#production.run("up");
    this.#terminal.operations(ended.operations);
    const others = ended.operations.filter(({ kind }) => !["same", "read", "delete"].includes(kind));
    this.#production.check("nothing is created, changed or replaced", others.length === 0, countOf(ended.operations));
    await this.#production.unchanged();
    this.#production.expectBalance("the bank is balanced at the end", this.#production.balance());
  }

  #configure(more: Record<string, unknown>): void {
    this.#production.config["scalar-backup:restore"] = { at: this.#at, mode: "recovery", ...more };
  }

  #pods(): number {
    return this.#production.cloud.kubernetes.pods(NAMESPACE, RELEASE).length;
  }

  #fast(what: string, work: () => Promise<StackResult>): Promise<StackResult> {
    return this.#terminal.during(what, this.#production.cloud.clock.faster(PACE, work, LONG_TIMER_MILLIS));
  }
}

/** The name at the end of an ARN; tables are listed by their names. */
function nameIn(listed: string): string {
  return listed.slice(listed.lastIndexOf(":") + 1);
}

function infosOf({ diagnostics }: StackResult): string[] {
  return diagnostics.filter(({ severity }) => severity === "info").map(({ message }) => message);
}
