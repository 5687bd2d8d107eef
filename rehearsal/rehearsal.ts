import { EventEmitter } from "node:events";
import type { DatabaseArgs } from "../components/databases";
import { counted } from "../restore-points/counted";
import { formatInstant, instantMillis } from "../restore-points/instant";
import { isProven, Verdict } from "../restore-points/verification/verdict";
import { SimulatedCloud } from "../simulator/cloud/cloud";
import { revealed, type Stack } from "../simulator/engine/stack";
import { openStack } from "./engines";
import { type DrilledRestore, Pages } from "./pages";
import type { Pauses, Window } from "./pauses";
import { countChanges, errorsOf, Production, type ProductionOptions } from "./production";
import { recover, switchOverLog } from "./recovery";
import { type RehearsalReport, summarize } from "./report";
import { TransactionState } from "./scalardb/record";
import { copiesOf } from "./sets/copies";
import type { RunningSet } from "./sets/set";
import type { Terminal } from "./terminal";
import { azureVault } from "./vaults/azure";
import { withVaults } from "./vaults/config";
import { VaultDrill } from "./vaults/drill";
import { plansOf, refusalText, verdictText, verificationOf, witnessesIn } from "./verification";

const MINUTE = 60_000;

export interface RehearsalOptions extends Omit<ProductionOptions, "config"> {
  /** Whether the set's databases are also kept in vaults. */
  vaults?: boolean;
  /** Whether the copies take the production names, in place of a drill. */
  recovery?: boolean;
  /** The folder that pages of the restore points and of the drill are written into. */
  pages?: string;
}

/**
 * Plays a complete drill: protect, pause, disaster, restore, check, clean up; or a recovery. The cloud is simulated; the
 * program is not.
 */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalReport> {
  const { seed, engine, vaults, recovery } = options;
  const cloud = await SimulatedCloud.start({ seed });
  const config = vaults ? withVaults(options.set.config, cloud) : { ...options.set.config };
  const said = new EventEmitter();
  const opened = openStack(engine, cloud, config, switchOverLog(options.terminal, said));
  try {
    const production = new Production(cloud, opened, { ...options, config });
    return recovery ? await recover(production, { ...options, said }) : await new Drill(production, options).perform();
  } finally {
    await opened.close();
    await cloud.stop();
  }
}

class Drill {
  readonly #production: Production;
  readonly #cloud: SimulatedCloud;
  readonly #options: RehearsalOptions;
  readonly #terminal: Terminal;
  readonly #set: RunningSet;
  readonly #config: Record<string, unknown>;
  readonly #stack: Stack;
  readonly #vaults: VaultDrill;
  readonly #pauses: Pauses;
  readonly #pages: Pages | undefined;

  constructor(production: Production, options: RehearsalOptions) {
    const { cloud, config, terminal, set, pauses, opened } = production;
    this.#production = production;
    this.#cloud = cloud;
    this.#stack = opened.stack;
    this.#config = config;
    this.#options = options;
    this.#terminal = terminal;
    this.#set = set;
    this.#pauses = pauses;
    this.#vaults = new VaultDrill(production, options.vaults === true);
    this.#pages = options.pages === undefined ? undefined : new Pages(options.pages);
  }

  async perform(): Promise<RehearsalReport> {
    const began = Date.now();
    this.#production.introduce("A drill on simulated clouds");
    await this.#production.open();
    const paused = await this.#production.protect(this.#vaults.on.azure ? () => this.#lock() : undefined);

    // A window that is held for backups is longer than what it would be planted in.
    const plants = paused && this.#comparesCoordinators && !this.#options.vaults;
    const missed = plants ? await this.#pauses.missPause() : undefined;
    const since = this.#cloud.clock.now();
    const window = await this.#production.transfer(paused);
    const planted = missed && this.#pauses.plant(missed);
    const transfers = this.#pauses.transferred.done;
    const lastGood = this.#production.disaster();

    const points = await this.#production.restorePoints();
    this.#pages?.points(points);
    const at = paused ? await this.#production.latestByCommand(points) : lastGood;
    if (paused) await this.#refuse(since);
    const drilled = await this.#restore(at);
    const restore = drilled.result;
    if (this.#vaults.on.aws) this.#vaults.keep(at);
    if (paused) await this.#outsideWindow(since, window);
    if (planted) await this.#missedPod(planted);
    await this.#cleanUp();
    this.#writeEvidence(drilled);
    if (this.#vaults.on.azure) this.#vaults.weekly();
    if (this.#vaults.on.aws) await this.#vaults.restoreFromBackups(at);
    if (this.#options.vaults) await this.#vaults.destroy();

    const { set, seed } = this.#options;
    const report = summarize(this.#production, { set, seed, at, restore, window, began, transfers });
    if (this.#pages)
      this.#terminal.note(`written into ${this.#pages.folder}: points.html, drill.html, drill.json and badge.svg`);
    return report;
  }

  /** Whether the program compares copies of the set's coordinator, which is in the first database. */
  get #comparesCoordinators(): boolean {
    const [first] = this.#config["scalar-backup:databases"] as DatabaseArgs[];
    return first?.dynamodb !== undefined || first?.cosmosdb !== undefined;
  }

  /** Azure can lock a vault only after it was created. */
  async #lock(): Promise<void> {
    this.#terminal.section("pulumi up: lock the vault on Azure permanently (acknowledgeIrreversible is set)");
    const up = await this.#production.run("up");
    this.#terminal.operations(up.operations);
    this.#production.check(
      "the vault is locked",
      azureVault(this.#cloud.azure)?.immutability === "Locked" && countChanges(up) === 1,
    );
  }

  /** An instant during transfers is refused before anything is created. */
  async #refuse(since: number): Promise<void> {
    this.#terminal.section("pulumi preview: refuses an instant outside every pause window");
    this.#config["scalar-backup:restore"] = { at: this.#unbalancedInstant(since) };
    const preview = await this.#terminal.during("preview", this.#stack.preview());
    const said = errorsOf(preview);
    this.#terminal.note(said.join("\n"));
    this.#production.check(
      "the preview fails and names the nearest restorable instants",
      !preview.succeeded && said.join().includes("the nearest"),
    );
  }

  async #restore(at: string): Promise<DrilledRestore> {
    this.#terminal.section(`pulumi config set --path restore.at ${at}; pulumi up`);
    this.#config["scalar-backup:restore"] = { at };
    if (this.#comparesCoordinators) this.#terminal.note(plansOf(await this.#production.run("preview")).join("\n"));
    const beganMillis = this.#cloud.clock.now();
    const restored = await this.#production.run("up");
    const resources = await this.#stack.resources();
    this.#terminal.operations(restored.operations);
    const verification = verificationOf(restored);
    this.#terminal.note(verdictText(verification));
    if (isProven(verification.verdict)) this.#pages?.found(at, true, this.#cloud.clock.now());
    if (this.#comparesCoordinators)
      this.#production.check(
        "no transaction was committed around the copies",
        verification.verdict === Verdict.PauseProven,
      );
    this.#production.expectBalance("the copies balance", this.#production.balance(this.#set.copies(restored)));
    for (const { claim, holds, detail } of this.#set.settings(restored)) this.#production.check(claim, holds, detail);
    await this.#production.unchanged();
    this.#terminal.note("ScalarDB properties of the copies; for DynamoDB, contact_points is a region:");
    for (const { name, properties } of copiesOf(restored)) {
      const secret = revealed(properties) !== undefined;
      if (secret) this.#terminal.note(`  ${name}: secret; "pulumi stack output restored --show-secrets" shows them`);
      else for (const [key, value] of Object.entries(properties)) this.#terminal.note(`  ${key}=${value}`);
    }
    return { at, beganMillis, result: restored, resources };
  }

  /** What an audit would get of the drill, on these clouds. */
  #writeEvidence(drilled: DrilledRestore): void {
    if (this.#pages === undefined) return;
    const { checks } = this.#pages.drill(drilled, this.#cloud.clock.now());
    const failed = checks.filter(({ passed }) => !passed);
    this.#production.check(
      "the drill's evidence passes all of its checks",
      failed.length === 0,
      failed.length === 0 ? counted(checks.length, "check") : failed.map(({ name }) => name).join("; "),
    );
  }

  /** The same restore to an instant during transactions, which only an explicit override allows. */
  async #outsideWindow(since: number, window: Window | undefined): Promise<void> {
    const at = this.#unbalancedInstant(since, window);
    this.#terminal.section(`The same restore to ${at}, during transfers (restore.acceptInconsistentCopiesAt)`);
    this.#config["scalar-backup:restore"] = { at, acceptInconsistentCopiesAt: at };
    const restored = await this.#production.run("up");
    this.#terminal.operations(restored.operations);
    if (this.#comparesCoordinators) {
      const verification = verificationOf(restored);
      this.#terminal.note(verdictText(verification));
      this.#production.check(
        "ScalarDB's coordinator witnesses against the copies",
        verification.verdict === Verdict.Refused && this.#areWitnesses(verification.witnesses.join("\n")),
      );
    }
    const verdict = this.#production.balance(this.#set.copies(restored));
    this.#terminal.note(verdict.reasons.join("\n"));
    this.#production.check(
      "copies of an instant outside a pause window do not balance",
      !verdict.consistent,
      `${counted(verdict.unfinished, "half-written transaction")}`,
    );
  }

  /** A recorded window is believed until the coordinator's copies show that a pod went on. */
  async #missedPod(window: Window): Promise<void> {
    const at = formatInstant(Math.round((instantMillis(window.start) + instantMillis(window.end)) / 2000) * 1000);
    this.#terminal.section(`The same restore to ${at}, in the window that a pod has missed`);
    this.#config["scalar-backup:restore"] = { at };
    const refused = await this.#terminal.during("pulumi up", this.#stack.up());
    this.#cloud.clock.advance(refused.simulatedMillis);
    const errors = errorsOf(refused);
    if (errors.some((error) => error.includes("are refused"))) this.#pages?.found(at, false, this.#cloud.clock.now());
    this.#terminal.note(errors.map(refusalText).join("\n"));
    this.#production.check(
      "the missed pod is found: the up fails, and names transactions",
      !refused.succeeded && errors.some((error) => error.includes("are refused")) && this.#areWitnesses(errors.join()),
    );
  }

  /** Whether a text names transactions that the source's coordinator has as committed. */
  #areWitnesses(text: string): boolean {
    const rows = witnessesIn(text, this.#set.past(this.#cloud.clock.now()).coordinator);
    return rows.length > 0 && rows.every(({ tx_state }) => tx_state === TransactionState.COMMITTED);
  }

  async #cleanUp(): Promise<void> {
    this.#terminal.section("pulumi config rm restore; pulumi up");
    this.#config["scalar-backup:restore"] = undefined;
    const cleaned = await this.#production.run("up");
    this.#terminal.operations(cleaned.operations);
    const others = cleaned.operations.filter(({ kind }) => !["same", "read", "delete"].includes(kind));
    this.#production.check("only the copies were deleted, and nothing else changed", others.length === 0);
    const leftovers = this.#set.leftovers();
    this.#production.check("no copy remains", leftovers.length === 0, leftovers.join(", "));
  }

  /** The newest whole second with half-written transfers, before the window if there is one. */
  #unbalancedInstant(since: number, window?: { start: string }): string {
    const before = window ? instantMillis(window.start) : this.#cloud.clock.now() - 20 * MINUTE;
    for (let at = Math.floor(before / 1000) * 1000; at >= since; at -= 1000) {
      const instant = formatInstant(at);
      if (!this.#production.balance(this.#set.past(at)).consistent && this.#isBeforeDisaster(at)) return instant;
    }
    throw new Error("transfers were running, but the databases were balanced at every whole second");
  }

  #isBeforeDisaster(at: number): boolean {
    return this.#production.balance(this.#set.past(at)).total > this.#set.bank.expectedTotal * 0.9;
  }
}
