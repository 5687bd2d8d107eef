import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExecutionContext } from "ava";
import { parse, stringify } from "yaml";
import { PROGRAM, providersOf } from "../../rehearsal/engines";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { PLAIN_STACKS } from "../../simulator/engine/program";
import { ProviderServer } from "../../simulator/engine/provider-server";
import { findPulumi } from "../../simulator/engine/pulumi-cli";
import { repairStates } from "../../simulator/engine/real-files";
import { buildReadmeSet } from "../programs/readme-set";
import { REGION, recordWindow } from "../programs/rehearsed";

/** How a process ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** For how long a provider does not report what the cloud has created. */
export type Slow = (type: string) => number;

const NOTHING_IS_SLOW: Slow = () => 0;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const SET = {
  "aws:region": REGION,
  "scalar-backup:databases": [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: "ap-northeast-3" } } },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  ],
  "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
  "scalar-backup:objectives": { recoveryTimeMinutes: 600, recoveryPointMinutes: 600 },
};

/** A folder with the stack program and a simulated cloud, in which the real CLI and the command `scalar-backup` run as a user runs them. */
export class DrillStacks {
  readonly cloud: SimulatedCloud;
  readonly folder: string;
  readonly #ports: string[];

  private constructor(cloud: SimulatedCloud, folder: string, ports: string[]) {
    [this.cloud, this.folder, this.#ports] = [cloud, folder, ports];
  }

  /**
   * All of it ends with the test. The real engine has the real time: a cloud that begins in the past comes up to it, so that times of
   * both can be compared.
   * @param slow How long a provider takes to report that the cloud has created a resource. Milliseconds, by its type token
   */
  static async start(t: ExecutionContext, behindMillis: number, slow = NOTHING_IS_SLOW): Promise<DrillStacks> {
    const cloud = await SimulatedCloud.start({ seed: 1, behindMillis });
    t.teardown(() => cloud.stop());
    await buildReadmeSet(cloud, REGION);
    const ports: string[] = [];
    for (const provider of providersOf(cloud)) {
      const create = provider.create.bind(provider);
      provider.create = async (request) => {
        const created = await create(request);
        if (!request.preview) await sleep(slow(typeOf(request.urn)), undefined, { ref: false });
        return created;
      };
      const server = new ProviderServer(provider);
      ports.push(`${provider.name}:${await server.start()}`);
      t.teardown(() => server.stop());
    }
    const folder = mkdtempSync(join(tmpdir(), "drill-stacks-"));
    t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
    for (const part of ["state", "home", "project"]) mkdirSync(join(folder, part));
    // Cast: the project's own file, whose schema is Pulumi's.
    const project = parse(readFileSync(join(PROGRAM, "Pulumi.yaml"), "utf8")) as object;
    writeFileSync(join(folder, "project/Pulumi.yaml"), stringify({ ...project, main: join(PROGRAM, "index.ts") }));
    return new DrillStacks(cloud, folder, ports);
  }

  get project(): string {
    return join(this.folder, "project");
  }

  /** Production's stack, with its databases protected and a restore point. @returns its instant */
  async production(config: Record<string, unknown> = {}): Promise<string> {
    const { clock } = this.cloud;
    clock.advance(2 * MINUTE);
    await this.makeProduction(config);
    await this.up();
    clock.advance(HOUR);
    const at = recordWindow(this.cloud, "scalar", ["scalardb-cluster"]);
    clock.advance(10 * MINUTE);
    await this.up();
    return at;
  }

  async up(): Promise<void> {
    await this.pulumi("up", "--stack", "prod", "--yes", "--skip-preview");
  }

  /** Production's stack, of which nothing is deployed yet. */
  async makeProduction(config: Record<string, unknown> = {}): Promise<void> {
    await this.pulumi("stack", "init", "prod");
    const file = join(this.project, "Pulumi.prod.yaml");
    const salt = readFileSync(file, "utf8");
    writeFileSync(
      file,
      salt +
        stringify({ config: { ...SET, ...config } }, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" }),
    );
  }

  /** Runs the real CLI. @throws {Error} when it fails */
  async pulumi(...args: string[]): Promise<string> {
    const pulumi = findPulumi();
    if (pulumi === undefined) throw new Error("there is no Pulumi CLI");
    const { code, stdout, stderr } = await ended(this.#start(pulumi, args));
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} exits with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Begins `scalar-backup`, in a process group of its own, so that it can be killed with all that it has started. */
  begin(...args: string[]): ChildProcess {
    return this.#start(process.execPath, [join(PROGRAM, "cli/bin.cjs"), ...args], true);
  }

  scalarBackup(...args: string[]): Promise<Ended> {
    return ended(this.begin(...args));
  }

  /** Runs `scalar-backup`, and kills it with all that it has started, as a CI system kills a job. @param when judges what it has printed */
  async killedWhen(when: (said: string) => boolean, args: string[]): Promise<Ended> {
    const command = this.begin(...args);
    let said = "";
    command.stderr?.on("data", (data) => {
      said += data;
    });
    const end = ended(command);
    let over = false;
    void end.then(() => {
      over = true;
    });
    while (!over && !when(said)) await sleep(20);
    if (!over) process.kill(-(command.pid as number), "SIGKILL"); // Cast: it has begun.
    const killed = await end;
    await repairStates(join(this.folder, "state"));
    return killed;
  }

  /** Runs `scalar-backup` on a terminal of 80 columns. @param steps what to wait for, and what is typed then */
  onTerminal(steps: [awaited: string, typed: string][], ...args: string[]): Promise<Ended> {
    const terminal = [join(PROGRAM, "test/unit/cli/on-pty.py"), "80", "240", JSON.stringify(steps)];
    return ended(this.#start("python3", [...terminal, process.execPath, join(PROGRAM, "cli/bin.cjs"), ...args]));
  }

  /** Runs a line by bash, as a person types it in the project's folder; `npx`, `npm run` and `scalar-backup` are this project's. */
  async shell(line: string): Promise<Ended> {
    const bin = join(this.folder, "bin");
    if (!existsSync(bin)) {
      mkdirSync(bin);
      const shim = (name: string, text: string) =>
        writeFileSync(join(bin, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
      shim("npx", 'exec "$@"');
      shim("scalar-backup", `exec "${process.execPath}" "${join(PROGRAM, "cli/bin.cjs")}" "$@"`);
      // The script restore-points of package.json, in this folder.
      const script = `"${process.execPath}" "${join(PROGRAM, "register/index.cjs")}" "${join(PROGRAM, "restore-points/cli.ts")}"`;
      shim(
        "npm",
        `[[ "$*" =~ ^run\\ (--silent\\ )?restore-points(\\ --)? ]] || exit 64\nexec ${script} "\${@:$# > 3 ? 4 : $# + 1}"`,
      );
    }
    return await ended(this.#start("/bin/bash", ["-c", `set -euo pipefail\n${line}`], false, bin));
  }

  /** The names of files that drills have written. */
  files(): string[] {
    return readdirSync(join(this.project, "drills")).sort();
  }

  #start(command: string, args: string[], detached = false, ...bin: string[]): ChildProcess {
    const environment = this.cloud.environment();
    const pulumi = findPulumi() ?? "pulumi";
    const child = spawn(command, args, {
      cwd: this.project,
      detached,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...environment,
        NODE_OPTIONS: `--require=${JSON.stringify(PLAIN_STACKS)} ${environment.NODE_OPTIONS ?? ""}`.trim(),
        PATH: [...bin, dirname(pulumi), process.env.PATH ?? ""].join(delimiter),
        PULUMI_HOME: join(this.folder, "home"),
        PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "drill",
        PULUMI_DEBUG_PROVIDERS: this.#ports.join(","),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_SKIP_CONFIRMATIONS: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    });
    return child;
  }
}

/** The last type token of a URN. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** What a process prints, and how it ends. */
export function ended(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.on("data", (data) => {
      texts[stream] += data;
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...texts }));
  });
}
