import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { counted } from "../restore-points/counted";
import { formatInstant } from "../restore-points/instant";
import { listing } from "../restore-points/listing";
import { restorePointsOf } from "../restore-points/outputs";
import { PLAIN } from "../restore-points/paint";
import type { SimulatedCloud } from "../simulator/cloud/cloud";
import type { StackResult } from "../simulator/engine/stack";
import type { EngineName, OpenedStack } from "./engines";
import { NAMESPACE, Pauses, RELEASE, type Window } from "./pauses";
import { type Balance, checkCopies } from "./scalardb/check";
import type { RehearsalSet, RunningSet } from "./sets/set";
import type { Terminal } from "./terminal";
import { countOf } from "./text";
import { onAws } from "./vaults/aws";
import { onAzure } from "./vaults/azure";

const MINUTE = 60_000;
const run = promisify(execFile);

export interface ProductionOptions {
  set: RehearsalSet;
  /** The stack's configuration. */
  config: Record<string, unknown>;
  seed: number;
  terminal: Terminal;
  /** The engine that runs the program. */
  engine: EngineName;
}

/** A claim that was checked. */
export interface Checked {
  claim: string;
  holds: boolean;
  detail?: string;
}

/** The bank that runs on a set of databases, the stack that protects them, and what every rehearsal does with both. */
export class Production {
  readonly cloud: SimulatedCloud;
  readonly opened: OpenedStack;
  readonly config: Record<string, unknown>;
  readonly terminal: Terminal;
  readonly set: RunningSet;
  readonly pauses: Pauses;
  readonly checks: Checked[] = [];
  /** How many pods the release has. */
  readonly replicas = 3;
  readonly #options: ProductionOptions;

  constructor(cloud: SimulatedCloud, opened: OpenedStack, options: ProductionOptions) {
    this.cloud = cloud;
    this.opened = opened;
    this.#options = options;
    this.config = options.config;
    this.terminal = options.terminal;
    this.set = options.set.build(cloud);
    this.pauses = new Pauses({
      cloud,
      config: options.config,
      terminal: options.terminal,
      set: this.set,
      seed: options.seed,
      check: (claim, holds, detail) => this.check(claim, holds, detail),
    });
  }

  /** Says what is simulated. */
  introduce(title: string): void {
    const clouds = [
      ...(onAws(this.config).length > 0 ? ["AWS"] : []),
      ...(onAzure(this.config).length > 0 ? ["Azure"] : []),
      "Kubernetes",
    ];
    const engine = this.#options.engine === "pulumi" ? "the Pulumi CLI's engine" : "an engine embedded in this process";
    this.terminal.section(title);
    this.terminal.note(`simulated: ${clouds.join(", ")}, ScalarDB with its clients, and the time between the steps`);
    this.terminal.note(`real: the stack program, its operations and the pauser, unchanged, on ${engine}`);
  }

  /** Installs the release, and opens all accounts. */
  async open(): Promise<void> {
    const { bank } = this.set;
    const properties = this.set.properties();
    const installed = this.cloud.kubernetes.installRelease({
      namespace: NAMESPACE,
      name: RELEASE,
      product: "scalardb-cluster",
      replicas: this.replicas,
      envoy: 1,
      application: bank.application,
      ...(properties !== undefined && { properties }),
    });
    await this.terminal.during("the release starts", installed);
    bank.open();
    this.terminal.section("The set");
    this.terminal.note(this.#options.set.title);
    this.terminal.note(
      `${counted(bank.accounts.length, "account")} with ${bank.expectedTotal} in total; ${counted(this.replicas, "pod")} transfer amounts between them`,
    );
  }

  /**
   * The first `up`.
   * @param then What follows it, before the preview that must not change anything.
   * @returns whether pods have to be paused
   */
  async protect(then?: () => Promise<void>): Promise<boolean> {
    this.terminal.section("pulumi up: protect the databases");
    const up = await this.run("up");
    this.terminal.operations(up.operations);
    const need = up.outputs.pauseRequired as { required: boolean; because: string };
    this.terminal.note(`${need.required ? "pods are paused on a schedule" : "nothing is paused"}: ${need.because}`);
    await then?.();
    await this.unchanged();
    // AWS Backup runs once a day; only then does a cluster get the plan's backup retention.
    this.terminal.note("a day passes");
    this.cloud.clock.advance(24 * 60 * MINUTE);
    return need.required;
  }

  /** A preview right after an `up`. */
  async unchanged(): Promise<void> {
    const again = await this.run("preview");
    this.check("a preview right after changes nothing", countChanges(again) === 0, countOf(again.operations));
  }

  /** Transfers, and one run of the pauser in the middle of them, if pods have to be paused. */
  async transfer(paused: boolean): Promise<Window | undefined> {
    this.pauses.untilPodStarts();
    return await this.pauses.duringTransfers(async () => {
      await this.terminal.during(`transfers are running${paused ? ", before the pause" : ""}`, delay(2000));
      const window = paused ? await this.pauses.pause() : undefined;
      await this.terminal.during(`transfers are running${paused ? ", after the pause" : ""}`, delay(1500));
      return window;
    });
  }

  /** Breaks the databases. @returns the last second before it */
  disaster(): string {
    const { done, paused } = this.pauses.transferred;
    const lastGood = formatInstant(this.cloud.clock.now() - 1000);
    this.terminal.section("Disaster");
    this.terminal.note(
      `${counted(done, "transfer")} succeeded; ${counted(paused, "try", "tries")} met a paused pod and were repeated`,
    );
    this.terminal.note(this.set.disaster());
    this.check("the databases are broken", !this.balance().consistent);
    // The clouds' restorable ranges lag behind; time passes until the damage is noticed.
    this.cloud.clock.advance(20 * MINUTE);
    return lastGood;
  }

  async restorePoints(): Promise<StackResult> {
    this.terminal.section("npm run restore-points: list the restorable instants");
    const points = await this.run("up");
    const output = restorePointsOf(points.outputs);
    this.terminal.note(listing(output, this.terminal.width - 2, PLAIN).join("\n"));
    return points;
  }

  /** The newest restorable instant, from the command that users pass to `pulumi config set`. */
  async latestByCommand({ outputs }: StackResult): Promise<string> {
    const command = run(
      process.execPath,
      ["register/index.cjs", "restore-points/cli.ts", "--latest", "--outputs", "-"],
      { cwd: join(__dirname, "..") },
    );
    command.child.stdin?.end(JSON.stringify(outputs));
    const { stdout, stderr, failed } = await this.terminal.during(
      "npm run restore-points",
      command.then(
        (output) => ({ ...output, failed: false }),
        ({ stdout, stderr }) => ({ stdout, stderr, failed: true }),
      ),
    );
    this.check("there is a restore point", !failed, (stdout || stderr).trim());
    return stdout.trim();
  }

  /** The balance of copies; by default of what the production names have now. */
  balance(copies = this.set.past(this.cloud.clock.now())): Balance {
    return checkCopies(copies, this.set.bank.expectedTotal);
  }

  /** Checks that copies balance. */
  expectBalance(claim: string, balance: Balance): void {
    const { consistent, total, expectedTotal, reasons } = balance;
    this.check(claim, consistent, consistent ? `${total} of ${expectedTotal}` : reasons.join("; "));
  }

  check(claim: string, holds: boolean, detail?: string): void {
    this.checks.push({ claim, holds, ...(detail ? { detail } : {}) });
    this.terminal.check(claim, holds, detail);
  }

  /** @throws {Error} with the program's errors when it fails. */
  async run(what: "up" | "preview"): Promise<StackResult> {
    const result = await this.terminal.during(`pulumi ${what}`, this.opened.stack[what]());
    if (!result.succeeded) throw new Error(`pulumi ${what} failed:\n${errorsOf(result).join("\n")}`);
    // In the cloud, the run would have taken this long.
    if (what === "up") this.cloud.clock.advance(result.simulatedMillis);
    return result;
  }
}

/** The messages of a run's errors. */
export function errorsOf({ diagnostics }: StackResult): string[] {
  return diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
}

export function countChanges({ operations }: StackResult): number {
  return operations.filter(({ kind }) => kind !== "same" && kind !== "read").length;
}
