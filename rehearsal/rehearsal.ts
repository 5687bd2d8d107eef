import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { styleText } from "node:util";
import type { DatabaseArgs } from "../components/databases";
import { formatInstant, instantMillis } from "../restore-points/instant";
import { listing } from "../restore-points/listing";
import { restorePointsOf } from "../restore-points/outputs";
import type { RestorePoints } from "../restore-points/points";
import { SimulatedCloud } from "../simulator/cloud/cloud";
import { type Operation, revealed, type Stack, type StackResult } from "../simulator/engine/stack";
import { type EngineName, openStack } from "./engines";
import { checkCopies, type Verdict } from "./scalardb/check";
import { Workload } from "./scalardb/workload";
import { copiesOf } from "./sets/copies";
import type { RehearsalSet, RunningSet } from "./sets/set";
import { countOf, duration, type Terminal } from "./terminal";
import { attack, attackTableBackups, backupsOf, keptOf, onAws, recoveryPoints, typesOf } from "./vaults/aws";
import { attackAzure, azureRecoveryPoints, azureVault, holdsEveryServer, onAzure } from "./vaults/azure";
import { withVaults } from "./vaults/config";

const MINUTE = 60_000;
const NAMESPACE = "scalar";
const RELEASE = "scalardb-cluster";
/** Within the minute: with the transfers before it, early enough to look all pods up. */
const POD_STARTS_AT = 43_000;
/** How many times as fast time runs in a window that is held for backups. */
const PACE_OF_LONG_WINDOWS = 20;

export interface RehearsalOptions {
  set: RehearsalSet;
  seed: number;
  terminal: Terminal;
  /** What hosts the program. */
  engine: EngineName;
  /** Whether the set's databases go to vaults, too. */
  vaults?: boolean;
}

/** What a rehearsal showed; what `--report` writes. Durations are milliseconds. */
export interface RehearsalReport {
  set: string;
  seed: number;
  passed: boolean;
  checks: { claim: string; holds: boolean; detail?: string }[];
  restoredTo: string;
  /** How long the restore would take in the cloud, and how long its slowest resource alone. */
  restoreSimulatedMillis: number;
  slowestOperationMillis: number;
  /** How long requests were refused, from the first pod paused to the last unpaused; absent where nothing is paused. */
  window?: { start: string; end: string };
  transfers: number;
  wallMillis: number;
}

/** Plays a whole drill: protect, pause, disaster, restore, proof, clean-up. The cloud is simulated, the program is not. */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalReport> {
  const cloud = await SimulatedCloud.start({ seed: options.seed });
  const config = options.vaults ? withVaults(options.set.config, cloud) : { ...options.set.config };
  const { stack, close } = openStack(options.engine, cloud, config);
  try {
    return await new Play(cloud, stack, config, options).perform();
  } finally {
    await close();
    await cloud.stop();
  }
}

class Play {
  readonly #cloud: SimulatedCloud;
  readonly #options: RehearsalOptions;
  readonly #terminal: Terminal;
  readonly #set: RunningSet;
  readonly #config: Record<string, unknown>;
  readonly #checks: RehearsalReport["checks"] = [];
  readonly #stack: Stack;
  readonly #vaultsOn: { aws: boolean; azure: boolean };

  constructor(cloud: SimulatedCloud, stack: Stack, config: Record<string, unknown>, options: RehearsalOptions) {
    this.#cloud = cloud;
    this.#stack = stack;
    this.#config = config;
    this.#options = options;
    this.#terminal = options.terminal;
    this.#set = options.set.build(cloud);
    const vaults = options.vaults === true;
    this.#vaultsOn = { aws: vaults && onAws(config).length > 0, azure: vaults && onAzure(config).length > 0 };
  }

  async perform(): Promise<RehearsalReport> {
    const began = Date.now();
    const { terminal, set, seed } = this.#options;
    const pods = 3;
    await this.#cloud.kubernetes.installRelease({
      namespace: NAMESPACE,
      name: RELEASE,
      product: "scalardb-cluster",
      replicas: pods,
      envoy: 1,
      application: this.#set.bank.application,
    });
    this.#set.bank.open();

    terminal.act("The set");
    terminal.note(set.title);
    terminal.note(
      `${this.#set.bank.accounts.length} accounts hold ${this.#set.bank.expectedTotal} in all; ${pods} pods transfer between them`,
    );
    const paused = await this.#protect();
    // AWS Backup runs once a day; only then does a cluster keep its backups for as long as the plan says.
    terminal.note("a day passes");
    this.#cloud.clock.advance(24 * 60 * MINUTE + this.#untilPodStarts());

    const workload = Workload.start({
      bank: this.#set.bank,
      seed,
      pods: () => this.#cloud.kubernetes.pods(NAMESPACE, RELEASE),
    });
    const since = this.#cloud.clock.now();
    let window: RehearsalReport["window"];
    try {
      await terminal.during("transfers are running", delay(2000));
      if (paused) window = await this.#pause();
      await terminal.during("transfers are running", delay(1500));
    } finally {
      await workload.stop();
    }
    const transfers = workload.counts.done;
    const lastGood = this.#cloud.clock.now();
    this.#disaster(transfers, workload.counts.paused);

    const points = await this.#restorePoints();
    const at = paused ? this.#latestByCommand(points) : formatInstant(lastGood - 1000);
    if (paused) await this.#refuse(since);
    const restore = await this.#restore(at);
    if (this.#vaultsOn.aws) this.#keep(at);
    if (paused) await this.#outsideWindow(since, window);
    await this.#cleanUp();
    if (this.#vaultsOn.azure) this.#weekly();
    if (this.#vaultsOn.aws) await this.#restoreFromBackups(at);
    if (this.#options.vaults) await this.#destroy();

    const slowest = slowestOperation(restore);
    terminal.act("Summary");
    terminal.note(
      `restored to ${at}; ${transfers} transfers; ${this.#checks.length} checks, ${terminal.failures} failed`,
    );
    terminal.note(
      `in the cloud the restore would take ${duration(restore.simulatedMillis)}: all databases at once; the slowest step alone, ${slowest.name}, takes ${duration(slowest.endMillis - slowest.startMillis)}`,
    );
    terminal.note(`this rehearsal took ${((Date.now() - began) / 1000).toFixed(1)} s`);
    return {
      set: set.name,
      seed,
      passed: terminal.failures === 0,
      checks: this.#checks,
      restoredTo: at,
      restoreSimulatedMillis: restore.simulatedMillis,
      slowestOperationMillis: slowest.endMillis - slowest.startMillis,
      ...(window && { window }),
      transfers,
      wallMillis: Date.now() - began,
    };
  }

  /** The pauser waits until a whole minute lies in the middle of its window: its pod starts shortly before one. */
  #untilPodStarts(): number {
    return (MINUTE + POD_STARTS_AT - (this.#cloud.clock.now() % MINUTE)) % MINUTE;
  }

  /** The first `up`. Answers whether pods have to be paused. */
  async #protect(): Promise<boolean> {
    this.#terminal.act("pulumi up: protect what exists");
    const up = await this.#run("up");
    this.#terminal.operations(up.operations);
    const need = up.outputs.pauseRequired as { required: boolean; because: string };
    this.#terminal.note(`${need.required ? "pods are paused on a schedule" : "nothing is paused"}: ${need.because}`);
    if (this.#vaultsOn.azure) await this.#lock();
    const again = await this.#run("preview");
    this.#check("a preview right after changes nothing", countChanges(again) === 0, countOf(again.operations));
    return need.required;
  }

  /** Azure locks a vault only once it stands. */
  async #lock(): Promise<void> {
    this.#terminal.act("pulumi up: lock the vault on Azure for ever, as acknowledgeIrreversible allows");
    const up = await this.#run("up");
    this.#terminal.operations(up.operations);
    this.#check(
      "the vault is locked",
      azureVault(this.#cloud.azure)?.immutability === "Locked" && countChanges(up) === 1,
    );
  }

  /** One run of the pauser, as the CronJob's controller would start it. */
  async #pause(): Promise<{ start: string; end: string }> {
    this.#terminal.act("CronJob runs: pause, hold, unpause");
    const run = () => this.#cloud.kubernetes.runCronJob(NAMESPACE, "scalar-pause");
    // Backups are held for, for minutes: nobody waits for them here.
    const job = await this.#terminal.during(
      "pods are paused",
      this.#backsUpWindows ? this.#cloud.clock.faster(PACE_OF_LONG_WINDOWS, run) : run(),
    );
    const output = job.attempts.map(({ stdout, stderr }) => stdout + stderr).join("");
    this.#terminal.note(output.trimEnd());
    this.#check("the pauser succeeded", job.succeeded, `${job.attempts.length} attempt`);
    this.#check(
      "no pod is paused any more",
      this.#cloud.kubernetes.pods(NAMESPACE, RELEASE).every((pod) => !pod.paused),
    );
    const line = output
      .split("\n")
      .map((text) => (text.startsWith("{") ? JSON.parse(text) : undefined))
      .find((json) => json?.pause_start_timestamp_ms !== undefined);
    if (line === undefined) throw new Error("the pauser printed no window");
    return {
      start: formatInstant(line.pause_start_timestamp_ms, { millis: true }),
      end: formatInstant(line.pause_end_timestamp_ms, { millis: true }),
    };
  }

  /** Whether the pauser makes backups of a database. */
  get #backsUpWindows(): boolean {
    return (this.#config["scalar-backup:databases"] as DatabaseArgs[]).some(({ dynamodb }) => dynamodb?.windowBackups);
  }

  #disaster(transfers: number, refused: number): void {
    this.#terminal.act("Disaster");
    this.#terminal.note(`${transfers} transfers were done, ${refused} tries met a pause and were repeated`);
    this.#terminal.note(this.#set.disaster());
    const now = this.#cloud.clock.now();
    this.#check("the databases are broken", !this.#verdict(this.#set.past(now)).consistent);
    // What the clouds can restore lags behind; time passes until somebody notices.
    this.#cloud.clock.advance(20 * MINUTE);
  }

  async #restorePoints(): Promise<StackResult> {
    this.#terminal.act("npm run restore-points: what can be restored");
    const points = await this.#run("up");
    const output = restorePointsOf(points.outputs);
    this.#terminal.note(
      listing(output as RestorePoints, 96, ((_: unknown, text: string) => text) as typeof styleText).join("\n"),
    );
    return points;
  }

  /** The newest restorable instant, from the command that users put into `pulumi config set`. */
  #latestByCommand({ outputs }: StackResult): string {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["register/index.cjs", "restore-points/cli.ts", "--latest", "--outputs", "-"],
      { cwd: join(__dirname, ".."), input: JSON.stringify(outputs), encoding: "utf8" },
    );
    this.#check("there is a restore point", status === 0, (stdout || stderr).trim());
    return stdout.trim();
  }

  /** An instant in the middle of transfers is refused before anything is built. */
  async #refuse(since: number): Promise<void> {
    this.#terminal.act("pulumi preview: an instant outside any window is refused");
    this.#config["scalar-backup:restore"] = { at: this.#unbalancedInstant(since) };
    const preview = await this.#terminal.during("preview", this.#stack.preview());
    const said = preview.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
    this.#terminal.note(said.join("\n"));
    this.#check(
      "refused, with the nearest instants that would do",
      !preview.succeeded && said.join().includes("the nearest"),
    );
  }

  async #restore(at: string): Promise<StackResult> {
    this.#terminal.act(`pulumi config set --path restore.at ${at}; pulumi up`);
    this.#config["scalar-backup:restore"] = { at };
    const restored = await this.#run("up");
    this.#terminal.operations(restored.operations);
    const verdict = this.#verdict(this.#set.copies(restored));
    this.#check(
      "the copies balance",
      verdict.consistent,
      verdict.consistent ? `${verdict.total} of ${verdict.expectedTotal}` : verdict.reasons.join("; "),
    );
    for (const { claim, holds, detail } of this.#set.settings(restored)) this.#check(claim, holds, detail);
    const again = await this.#run("preview");
    this.#check("a preview right after changes nothing", countChanges(again) === 0, countOf(again.operations));
    this.#terminal.note("to use the copies:");
    for (const { name, properties } of copiesOf(restored)) {
      const secret = revealed(properties) !== undefined;
      if (secret) this.#terminal.note(`  ${name}: a secret; "pulumi stack output restored --show-secrets" shows it`);
      else for (const [key, value] of Object.entries(properties)) this.#terminal.note(`  ${key}=${value}`);
    }
    return restored;
  }

  /** The same restore to an instant at which transactions were running, which only an explicit override allows. */
  async #outsideWindow(since: number, window: { start: string; end: string } | undefined): Promise<void> {
    const at = this.#unbalancedInstant(since, window);
    this.#terminal.act(`The same check on copies of ${at}, when transfers were running`);
    this.#config["scalar-backup:restore"] = { at, acceptInconsistentCopiesAt: at };
    const restored = await this.#run("up");
    this.#terminal.operations(restored.operations);
    const verdict = this.#verdict(this.#set.copies(restored));
    this.#terminal.note(verdict.reasons.join("\n"));
    this.#check(
      "copies taken outside a pause window do not balance",
      !verdict.consistent,
      `${verdict.unfinished} transactions half written`,
    );
  }

  async #cleanUp(): Promise<void> {
    this.#terminal.act("pulumi config rm restore; pulumi up");
    this.#config["scalar-backup:restore"] = undefined;
    const cleaned = await this.#run("up");
    this.#terminal.operations(cleaned.operations);
    const others = cleaned.operations.filter(({ kind }) => !["same", "read", "delete"].includes(kind));
    this.#check("nothing but the copies is gone, nothing else is changed", others.length === 0);
    const leftovers = this.#set.leftovers();
    this.#check("no copy is left", leftovers.length === 0, leftovers.join(", "));
  }

  /** What is restored goes to the vault while it stands. */
  #keep(at: string): void {
    this.#terminal.act("An hour passes: AWS Backup copies what was restored into the vault");
    this.#cloud.clock.advance(60 * MINUTE);
    const points = this.#recoveryPoints();
    const kept = keptOf(points, at);
    const sources = new Set(kept.map(({ resourceArn }) => resourceArn));
    this.#check(
      "the vault holds what was restored of every kind of database on AWS",
      [...typesOf(onAws(this.#config))].every((type) => kept.some(({ resourceType }) => resourceType === type)),
      `${sources.size} tables, instances and clusters`,
    );
    this.#terminal.note(`besides, ${points.length - kept.length} per-database copies, which are no restore points`);
  }

  /** Azure Backup makes its copies by itself. */
  #weekly(): void {
    this.#terminal.act("A week passes: Azure Backup copies PostgreSQL into the vault");
    this.#cloud.clock.advance(7 * 24 * 60 * MINUTE);
    const points = azureRecoveryPoints(this.#cloud.azure);
    this.#check(
      "the vault holds all that was in every PostgreSQL server on Azure",
      points.length > 0 && holdsEveryServer(this.#cloud.azure),
      `${points.length} copied`,
    );
    this.#terminal.note("each is a per-database copy, no restore point, and comes back as files, by hand");
  }

  /** Restored from backups alone, long after point-in-time recovery has forgotten the instant. */
  async #restoreFromBackups(at: string): Promise<void> {
    const from = backupsOf(this.#config, keptOf(this.#recoveryPoints(), at));
    if (from === undefined) return;
    this.#terminal.act("100 days later: pulumi config set --path restore.from...; pulumi up");
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

  /** Neither an attacker nor a destroy takes away what is in the vaults. */
  async #destroy(): Promise<void> {
    this.#terminal.act("An attacker with all permissions of the account, then pulumi destroy");
    const standing = () => this.#recoveryPoints().length + azureRecoveryPoints(this.#cloud.azure).length;
    const before = standing();
    const gone = attack(this.#cloud.aws, this.#recoveryPoints());
    const onAzure = azureVault(this.#cloud.azure);
    const passed = onAzure ? attackAzure(this.#cloud.azure, onAzure) : [];
    this.#check(
      "no recovery point can be deleted",
      gone === 0 && passed.length === 0 && before > 0 && standing() === before,
      passed.length > 0 ? passed.join(", ") : `${before} stand`,
    );
    const unprotected = attackTableBackups(this.#cloud.aws, [this.#config["aws:region"] as string]);
    if (unprotected > 0)
      this.#terminal.note(`besides, ${unprotected} backups of pause windows, which no lock protects: they are gone`);
    const refused = await this.#terminal.during("pulumi destroy", this.#stack.destroy());
    this.#check("pulumi destroy is refused as long as the vault is protected", !refused.succeeded);
    await this.#stack.unprotect();
    const destroyed = await this.#terminal.during("pulumi destroy", this.#stack.destroy());
    this.#terminal.note(`pulumi state unprotect --all; pulumi destroy: ${countOf(destroyed.operations)}`);
    const after = standing();
    this.#check(
      "the stack is gone; the vault and its recovery points stand, as the output vaults said",
      destroyed.succeeded && after === before,
      `${after} recovery points`,
    );
  }

  #recoveryPoints() {
    if (!this.#vaultsOn.aws) return [];
    const regions = onAws(this.#config).flatMap(({ dynamodb }) => dynamodb?.restoreTo?.region ?? []);
    return recoveryPoints(this.#cloud.aws, [this.#config["aws:region"] as string, ...regions]);
  }

  /** The newest whole second before the window, or at all, at which transfers were half written. */
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

  #verdict(copies: Parameters<typeof checkCopies>[0]): Verdict {
    return checkCopies(copies, this.#set.bank.expectedTotal);
  }

  #check(claim: string, holds: boolean, detail?: string): void {
    this.#checks.push({ claim, holds, ...(detail ? { detail } : {}) });
    this.#terminal.check(claim, holds, detail);
  }

  /** @throws {Error} with the program's own words when it fails. */
  async #run(what: "up" | "preview"): Promise<StackResult> {
    const result = await this.#terminal.during(`pulumi ${what}`, this.#stack[what]());
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    if (!result.succeeded)
      throw new Error(`pulumi ${what} failed:\n${errors.map(({ message }) => message).join("\n")}`);
    // The cloud was busy for as long as the run would have taken.
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
