/** Runs a Pulumi program as it is, by the SDK's own runner, as the CLI's language host does. */
import { type ChildProcess, spawn } from "node:child_process";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { onExit } from "../on-exit";
import type { Project, StackConfig } from "./project";

/** What is loaded before a program, so that Node can report its errors: the file says why. */
export const PLAIN_STACKS = join(__dirname, "plain-stacks.cjs");

/** The runner's exit code when it has already reported the error. */
const ALREADY_REPORTED = 32;
/** How long a program may take to end after it was asked to. */
const GRACE_MILLIS = 3000;

export interface ProgramOptions {
  project: Project;
  organization: string;
  stack: string;
  config: StackConfig;
  /** The address of the monitor and engine services. */
  address: string;
  preview: boolean;
  parallel: number;
  /** Variables for its environment, in addition to those of this process. */
  environment: Record<string, string>;
  /** Called with each line that the program writes. */
  output(line: string): void;
}

/** A program that was started. */
export interface Running {
  /** Why it failed, or undefined when it succeeded; empty when the error has been reported already. */
  readonly ended: Promise<string | undefined>;
  /** Asks the program to end, and kills it if it does not. */
  stop(): void;
}

export class Program implements Running {
  readonly #child: ChildProcess;
  readonly ended: Promise<string | undefined>;

  constructor(options: ProgramOptions) {
    const { project } = options;
    this.#child = spawn(process.execPath, argumentsOf(options), {
      cwd: dirname(project.main),
      env: {
        ...process.env,
        ...options.environment,
        PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
        PULUMI_CONFIG: JSON.stringify(options.config.values),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.config.secretKeys),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = this.#watch(options);
    // A program must not outlive the engine that it talks to.
    const ended = onExit(() => this.#child.kill("SIGKILL"));
    this.ended.finally(ended);
  }

  stop(): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGINT");
    const insist = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MILLIS);
    this.#child.once("exit", () => clearTimeout(insist));
  }

  #watch({ output }: ProgramOptions): Promise<string | undefined> {
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", output);
    }
    return new Promise((resolve) => {
      this.#child.once("error", (error) => resolve(`the program could not be started: ${error.message}`));
      this.#child.once("close", (code, signal) => {
        if (code === 0) resolve(undefined);
        else if (code === ALREADY_REPORTED) resolve("");
        else resolve(`the program ended with ${signal ?? `exit code ${code}`}`);
      });
    });
  }
}

function argumentsOf({ project, organization, stack, address, preview, parallel }: ProgramOptions): string[] {
  const runner = require.resolve("@pulumi/pulumi/cmd/run", { paths: [project.directory] });
  const flags = {
    monitor: address,
    engine: address,
    organization,
    project: project.name,
    "root-directory": project.directory,
    stack,
    pwd: dirname(project.main),
    parallel: String(parallel),
  };
  return [
    ...["--require", PLAIN_STACKS],
    ...project.nodeArguments,
    runner,
    ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
    ...(preview ? ["--dry-run"] : []),
    basename(project.main),
  ];
}
