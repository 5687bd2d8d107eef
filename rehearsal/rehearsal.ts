import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { DatabaseArgs } from "../components/databases";
import { formatInstant, instantMillis } from "../restore-points/instant";
import { listing } from "../restore-points/listing";
import { restorePointsOf } from "../restore-points/outputs";
import { PLAIN } from "../restore-points/paint";
import { Verdict } from "../restore-points/verification/verdict";
import { SimulatedCloud } from "../simulator/cloud/cloud";
import { type Operation, revealed, type Stack, type StackResult } from "../simulator/engine/stack";
import { type EngineName, openStack } from "./engines";
import { NAMESPACE, Pauses, RELEASE, type Window } from "./pauses";
import { type Balance, checkCopies } from "./scalardb/check";
import { TransactionState } from "./scalardb/record";
import { copiesOf } from "./sets/copies";
import type { RehearsalSet, RunningSet } from "./sets/set";
import type { Terminal } from "./terminal";
import { counted, countOf, duration } from "./text";
import { attack, attackTableBackups, backupsOf, keptOf, onAws, recoveryPoints, typesOf } from "./vaults/aws";
import { attackAzure, azureRecoveryPoints, azureVault, holdsEveryServer, onAzure } from "./vaults/azure";
import { withVaults } from "./vaults/config";
import { plansOf, refusalText, verdictText, verificationOf, witnessesIn } from "./verification";

const MINUTE = 60_000;
const run = promisify(execFile);

export interface RehearsalOptions {
  set: RehearsalSet;
  seed: number;
  terminal: Terminal;
  /** The engine that runs the program. */
  engine: EngineName;
  /** Whether the set's databases are also kept in vaults. */
  vaults?: boolean;
}

/** The result of a rehearsal, written by `--report`. Durations in milliseconds. */
export interface RehearsalReport {
  set: string;
  seed: number;
  passed: boolean;
  checks: { claim: string; holds: boolean; detail?: string }[];
  restoredTo: string;
  /** How long the restore would take in the cloud, and how long its slowest resource. */
  restoreSimulatedMillis: number;
  slowestOperationMillis: number;
  /** The recorded pause window; absent if nothing is paused. */
  window?: Window;
  /** What the program found about the copies. */
  verdict: string;
  transfers: number;
  wallMillis: number;
}

/**
 * Plays a complete drill: protect, pause, disaster, restore, check, clean up. The cloud is simulated; the program is
 * not.
 */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalReport> {
  const cloud = await SimulatedCloud.start({ seed: options.seed });
  const config = options.vaults ? withVaults(options.set.config, cloud) : { ...options.set.config };
  const { stack, close } = openStack(options.engine, cloud, config);
  try {
    return await new Drill(cloud, stack, config, options).perform();
  } finally {
    await close();
    await cloud.stop();
  }
}

class Drill {
  readonly #cloud: SimulatedCloud;
  readonly #options: RehearsalOptions;
  readonly #terminal: Terminal;
  readonly #set: RunningSet;
  readonly #config: Record<string, unknown>;
  readonly #checks: RehearsalReport["checks"] = [];
  readonly #stack: Stack;
  readonly #vaultsOn: { aws: boolean; azure: boolean };
  readonly #pauses: Pauses;

  constructor(cloud: SimulatedCloud, stack: Stack, config: Record<string, unknown>, options: RehearsalOptions) {
    this.#cloud = cloud;
    this.#stack = stack;
    this.#config = config;
    this.#options = options;
    this.#terminal = options.terminal;
    this.#set = options.set.build(cloud);
    const vaults = options.vaults === true;
    this.#pauses = new Pauses({
      cloud,
      config,
      terminal: options.terminal,
      set: this.#set,
      seed: options.seed,
      check: (claim, holds, detail) => this.#check(claim, holds, detail),
    });
    this.#vaultsOn = { aws: vaults && onAws(config).length > 0, azure: vaults && onAzure(config).length > 0 };
  }

  async perform(): Promise<RehearsalReport> {
    const began = Date.now();
    const { terminal, set, seed } = this.#options;
    const pods = 3;
    this.#introduce();
    const installed = this.#cloud.kubernetes.installRelease({
      namespace: NAMESPACE,
      name: RELEASE,
      product: "scalardb-cluster",
      replicas: pods,
      envoy: 1,
      application: this.#set.bank.application,
    });
    await terminal.during("the release starts", installed);
    this.#set.bank.open();

    terminal.section("The set");
    terminal.note(set.title);
    terminal.note(
      `${counted(this.#set.bank.accounts.length, "account")} with ${this.#set.bank.expectedTotal} in total; ${counted(pods, "pod")} transfer amounts between them`,
    );
    const paused = await this.#protect();
    // AWS Backup runs once a day; only then does a cluster get the plan's backup retention.
    terminal.note("a day passes");
    this.#cloud.clock.advance(24 * 60 * MINUTE);

    // A window that is held for backups is longer than what it would be planted in.
    const plants = paused && this.#comparesCoordinators && !this.#options.vaults;
    const missed = plants ? await this.#pauses.missPause() : undefined;
    this.#pauses.untilPodStarts();
    const since = this.#cloud.clock.now();
    const window = await this.#pauses.duringTransfers(async () => {
      await terminal.during("transfers are running", delay(2000));
      const recorded = paused ? await this.#pauses.pause() : undefined;
      await terminal.during("transfers are running", delay(1500));
      return recorded;
    });
    const planted = missed && this.#pauses.plant(missed);
    const transfers = this.#pauses.transferred.done;
    const lastGood = this.#cloud.clock.now();
    this.#disaster(transfers, this.#pauses.transferred.paused);

    const points = await this.#restorePoints();
    const at = paused ? await this.#latestByCommand(points) : formatInstant(lastGood - 1000);
    if (paused) await this.#refuse(since);
    const restore = await this.#restore(at);
    if (this.#vaultsOn.aws) this.#keep(at);
    if (paused) await this.#outsideWindow(since, window);
    if (planted) await this.#missedPod(planted);
    await this.#cleanUp();
    if (this.#vaultsOn.azure) this.#weekly();
    if (this.#vaultsOn.aws) await this.#restoreFromBackups(at);
    if (this.#options.vaults) await this.#destroy();

    const slowest = slowestOperation(restore);
    terminal.section("Summary");
    terminal.note(
      `restored to ${at}; ${counted(transfers, "transfer")}; ${counted(this.#checks.length, "check")}, ${terminal.failures} failed`,
    );
    terminal.note(
      `in the cloud the restore would take ${duration(restore.simulatedMillis)}, with all databases in parallel; the slowest resource, ${slowest.name}, takes ${duration(slowest.endMillis - slowest.startMillis)}`,
    );
    terminal.note(`this drill took ${((Date.now() - began) / 1000).toFixed(1)} s`);
    return {
      set: set.name,
      seed,
      passed: terminal.failures === 0,
      checks: this.#checks,
      restoredTo: at,
      restoreSimulatedMillis: restore.simulatedMillis,
      slowestOperationMillis: slowest.endMillis - slowest.startMillis,
      ...(window && { window }),
      verdict: verificationOf(restore).verdict,
      transfers,
      wallMillis: Date.now() - began,
    };
  }

  /** Whether the program compares copies of the set's coordinator, which is in the first database. */
  get #comparesCoordinators(): boolean {
    const [first] = this.#config["scalar-backup:databases"] as DatabaseArgs[];
    return first?.dynamodb !== undefined || first?.cosmosdb !== undefined;
  }

  /** Says what is simulated. */
  #introduce(): void {
    const clouds = [
      ...(onAws(this.#config).length > 0 ? ["AWS"] : []),
      ...(onAzure(this.#config).length > 0 ? ["Azure"] : []),
      "Kubernetes",
    ];
    const engine = this.#options.engine === "pulumi" ? "the Pulumi CLI's engine" : "an engine embedded in this process";
    this.#terminal.section("A drill on simulated clouds");
    this.#terminal.note(`simulated: ${clouds.join(", ")}, ScalarDB with its clients, and the time between the steps`);
    this.#terminal.note(`real: the stack program, its operations and the pauser, unchanged, on ${engine}`);
  }

  /** The first `up`. @returns whether pods have to be paused */
  async #protect(): Promise<boolean> {
    this.#terminal.section("pulumi up: protect the databases");
    const up = await this.#run("up");
    this.#terminal.operations(up.operations);
    const need = up.outputs.pauseRequired as { required: boolean; because: string };
    this.#terminal.note(`${need.required ? "pods are paused on a schedule" : "nothing is paused"}: ${need.because}`);
    if (this.#vaultsOn.azure) await this.#lock();
    const again = await this.#run("preview");
    this.#check("a preview right after changes nothing", countChanges(again) === 0, countOf(again.operations));
    return need.required;
  }

  /** Azure can lock a vault only after it was created. */
  async #lock(): Promise<void> {
    this.#terminal.section("pulumi up: lock the vault on Azure permanently (acknowledgeIrreversible is set)");
    const up = await this.#run("up");
    this.#terminal.operations(up.operations);
    this.#check(
      "the vault is locked",
      azureVault(this.#cloud.azure)?.immutability === "Locked" && countChanges(up) === 1,
    );
  }

  #disaster(transfers: number, refused: number): void {
    this.#terminal.section("Disaster");
    this.#terminal.note(
      `${counted(transfers, "transfer")} succeeded; ${counted(refused, "try", "tries")} met a paused pod and were repeated`,
    );
    this.#terminal.note(this.#set.disaster());
    const now = this.#cloud.clock.now();
    this.#check("the databases are broken", !this.#verdict(this.#set.past(now)).consistent);
    // The clouds' restorable ranges lag behind; time passes until the damage is noticed.
    this.#cloud.clock.advance(20 * MINUTE);
  }

  async #restorePoints(): Promise<StackResult> {
    this.#terminal.section("npm run restore-points: list the restorable instants");
    const points = await this.#run("up");
    const output = restorePointsOf(points.outputs);
    this.#terminal.note(listing(output, this.#terminal.width - 2, PLAIN).join("\n"));
    return points;
  }

  /** The newest restorable instant, from the command that users pass to `pulumi config set`. */
  async #latestByCommand({ outputs }: StackResult): Promise<string> {
    const command = run(
      process.execPath,
      ["register/index.cjs", "restore-points/cli.ts", "--latest", "--outputs", "-"],
      {
        cwd: join(__dirname, ".."),
      },
    );
    command.child.stdin?.end(JSON.stringify(outputs));
    const { stdout, stderr, failed } = await this.#terminal.during(
      "npm run restore-points",
      command.then(
        (output) => ({ ...output, failed: false }),
        ({ stdout, stderr }) => ({ stdout, stderr, failed: true }),
      ),
    );
    this.#check("there is a restore point", !failed, (stdout || stderr).trim());
    return stdout.trim();
  }

  /** An instant during transfers is refused before anything is created. */
  async #refuse(since: number): Promise<void> {
    this.#terminal.section("pulumi preview: refuses an instant outside every pause window");
    this.#config["scalar-backup:restore"] = { at: this.#unbalancedInstant(since) };
    const preview = await this.#terminal.during("preview", this.#stack.preview());
    const said = preview.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
    this.#terminal.note(said.join("\n"));
    this.#check(
      "the preview fails and names the nearest restorable instants",
      !preview.succeeded && said.join().includes("the nearest"),
    );
  }

  async #restore(at: string): Promise<StackResult> {
    this.#terminal.section(`pulumi config set --path restore.at ${at}; pulumi up`);
    this.#config["scalar-backup:restore"] = { at };
    if (this.#comparesCoordinators) this.#terminal.note(plansOf(await this.#run("preview")).join("\n"));
    const restored = await this.#run("up");
    this.#terminal.operations(restored.operations);
    const verification = verificationOf(restored);
    this.#terminal.note(verdictText(verification));
    if (this.#comparesCoordinators)
      this.#check("no transaction was committed around the copies", verification.verdict === Verdict.PauseProven);
    const verdict = this.#verdict(this.#set.copies(restored));
    this.#check(
      "the copies balance",
      verdict.consistent,
      verdict.consistent ? `${verdict.total} of ${verdict.expectedTotal}` : verdict.reasons.join("; "),
    );
    for (const { claim, holds, detail } of this.#set.settings(restored)) this.#check(claim, holds, detail);
    const again = await this.#run("preview");
    this.#check("a preview right after changes nothing", countChanges(again) === 0, countOf(again.operations));
    this.#terminal.note("ScalarDB properties of the copies; for DynamoDB, contact_points is a region:");
    for (const { name, properties } of copiesOf(restored)) {
      const secret = revealed(properties) !== undefined;
      if (secret) this.#terminal.note(`  ${name}: secret; "pulumi stack output restored --show-secrets" shows them`);
      else for (const [key, value] of Object.entries(properties)) this.#terminal.note(`  ${key}=${value}`);
    }
    return restored;
  }

  /** The same restore to an instant during transactions, which only an explicit override allows. */
  async #outsideWindow(since: number, window: Window | undefined): Promise<void> {
    const at = this.#unbalancedInstant(since, window);
    this.#terminal.section(`The same restore to ${at}, during transfers (restore.acceptInconsistentCopiesAt)`);
    this.#config["scalar-backup:restore"] = { at, acceptInconsistentCopiesAt: at };
    const restored = await this.#run("up");
    this.#terminal.operations(restored.operations);
    if (this.#comparesCoordinators) {
      const verification = verificationOf(restored);
      this.#terminal.note(verdictText(verification));
      this.#check(
        "ScalarDB's coordinator witnesses against the copies",
        verification.verdict === Verdict.Refused && this.#areWitnesses(verification.witnesses.join("\n")),
      );
    }
    const verdict = this.#verdict(this.#set.copies(restored));
    this.#terminal.note(verdict.reasons.join("\n"));
    this.#check(
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
    const errors = refused.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
    this.#terminal.note(errors.map(refusalText).join("\n"));
    this.#check(
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
    const cleaned = await this.#run("up");
    this.#terminal.operations(cleaned.operations);
    const others = cleaned.operations.filter(({ kind }) => !["same", "read", "delete"].includes(kind));
    this.#check("only the copies were deleted, and nothing else changed", others.length === 0);
    const leftovers = this.#set.leftovers();
    this.#check("no copy remains", leftovers.length === 0, leftovers.join(", "));
  }

  /** AWS Backup keeps the restored databases in the vault while they exist. */
  #keep(at: string): void {
    this.#terminal.section("An hour passes: AWS Backup copies the restored databases into the vault");
    this.#cloud.clock.advance(60 * MINUTE);
    const points = this.#recoveryPoints();
    const kept = keptOf(points, at);
    const sources = new Set(kept.map(({ resourceArn }) => resourceArn));
    this.#check(
      "the vault holds recovery points of every kind of restored database on AWS",
      [...typesOf(onAws(this.#config))].every((type) => kept.some(({ resourceType }) => resourceType === type)),
      counted(sources.size, "table, instance or cluster", "tables, instances and clusters"),
    );
    this.#terminal.note(
      `it also holds ${counted(points.length - kept.length, "per-database copy", "per-database copies")}, not restore points`,
    );
  }

  /** Azure Backup makes copies on its own schedule. */
  #weekly(): void {
    this.#terminal.section("A week passes: Azure Backup copies PostgreSQL into the vault");
    this.#cloud.clock.advance(7 * 24 * 60 * MINUTE);
    const points = azureRecoveryPoints(this.#cloud.azure);
    this.#check(
      "the vault holds all data of every PostgreSQL server on Azure",
      points.length > 0 && holdsEveryServer(this.#cloud.azure),
      counted(points.length, "recovery point"),
    );
    this.#terminal.note("each is a per-database copy, not a restore point, and is restored manually, as files");
  }

  /** A restore only from backups, long after point-in-time recovery has ended for the instant. */
  async #restoreFromBackups(at: string): Promise<void> {
    const from = backupsOf(this.#config, keptOf(this.#recoveryPoints(), at));
    if (from === undefined) return;
    this.#terminal.section("100 days later: pulumi config set --path restore.from...; pulumi up");
    this.#cloud.clock.advance(100 * 24 * 60 * MINUTE);
    this.#config["scalar-backup:restore"] = { at, from };
    for (const [name, { windowBackups }] of Object.entries(from))
      this.#terminal.note(`${name}: from ${windowBackups ? "the backups of the pause window" : "the vault"}`);
    const restored = await this.#run("up");
    this.#terminal.operations(restored.operations);
    const verdict = this.#verdict(this.#set.copies(restored));
    this.#check(
      "the copies from backups balance",
      verdict.consistent,
      verdict.consistent ? `${verdict.total} of ${verdict.expectedTotal}` : verdict.reasons.join("; "),
    );
    this.#config["scalar-backup:restore"] = undefined;
    await this.#run("up");
  }

  /** Neither an attacker nor `pulumi destroy` can delete the contents of the vaults. */
  async #destroy(): Promise<void> {
    this.#terminal.section("An attacker with all permissions of the account, then pulumi destroy");
    const existing = () => this.#recoveryPoints().length + azureRecoveryPoints(this.#cloud.azure).length;
    const before = existing();
    const gone = attack(this.#cloud.aws, this.#recoveryPoints());
    const onAzure = azureVault(this.#cloud.azure);
    const passed = onAzure ? attackAzure(this.#cloud.azure, onAzure) : [];
    this.#check(
      "no recovery point can be deleted",
      gone === 0 && passed.length === 0 && before > 0 && existing() === before,
      passed.length > 0 ? passed.join(", ") : counted(before, "recovery point"),
    );
    const unprotected = attackTableBackups(this.#cloud.aws, [this.#config["aws:region"] as string]);
    if (unprotected > 0)
      this.#terminal.note(
        `deleted: ${counted(unprotected, "DynamoDB backup")} of pause windows, which no lock protects`,
      );
    const refused = await this.#terminal.during("pulumi destroy", this.#stack.destroy());
    this.#check("pulumi destroy fails while the vault is protected", !refused.succeeded);
    await this.#stack.unprotect();
    const destroyed = await this.#terminal.during("pulumi destroy", this.#stack.destroy());
    this.#terminal.note(`pulumi state unprotect --all; pulumi destroy: ${countOf(destroyed.operations)}`);
    const after = existing();
    this.#check(
      "the stack is gone; the vault and its recovery points remain, as the output vaults says",
      destroyed.succeeded && after === before,
      counted(after, "recovery point"),
    );
  }

  #recoveryPoints() {
    if (!this.#vaultsOn.aws) return [];
    const regions = onAws(this.#config).flatMap(({ dynamodb }) => dynamodb?.restoreTo?.region ?? []);
    return recoveryPoints(this.#cloud.aws, [this.#config["aws:region"] as string, ...regions]);
  }

  /** The newest whole second with half-written transfers, before the window if there is one. */
  #unbalancedInstant(since: number, window?: { start: string }): string {
    const before = window ? instantMillis(window.start) : this.#cloud.clock.now() - 20 * MINUTE;
    for (let at = Math.floor(before / 1000) * 1000; at >= since; at -= 1000) {
      const instant = formatInstant(at);
      if (!this.#verdict(this.#set.past(at)).consistent && this.#isBeforeDisaster(at)) return instant;
    }
    throw new Error("transfers were running, but the databases were balanced at every whole second");
  }

  #isBeforeDisaster(at: number): boolean {
    return this.#verdict(this.#set.past(at)).total > this.#set.bank.expectedTotal * 0.9;
  }

  #verdict(copies: Parameters<typeof checkCopies>[0]): Balance {
    return checkCopies(copies, this.#set.bank.expectedTotal);
  }

  #check(claim: string, holds: boolean, detail?: string): void {
    this.#checks.push({ claim, holds, ...(detail ? { detail } : {}) });
    this.#terminal.check(claim, holds, detail);
  }

  /** @throws {Error} with the program's errors when it fails. */
  async #run(what: "up" | "preview"): Promise<StackResult> {
    const result = await this.#terminal.during(`pulumi ${what}`, this.#stack[what]());
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    if (!result.succeeded)
      throw new Error(`pulumi ${what} failed:\n${errors.map(({ message }) => message).join("\n")}`);
    // In the cloud, the run would have taken this long.
    if (what === "up") this.#cloud.clock.advance(result.simulatedMillis);
    return result;
  }
}

function countChanges({ operations }: StackResult): number {
  return operations.filter(({ kind }) => kind !== "same" && kind !== "read").length;
}

function slowestOperation({ operations }: StackResult): Operation {
  return operations.reduce((slowest, operation) =>
    operation.endMillis - operation.startMillis > slowest.endMillis - slowest.startMillis ? operation : slowest,
  );
}
