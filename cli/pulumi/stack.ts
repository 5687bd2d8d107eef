import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { messageOf } from "../../restore-points/error-message";
import { FailedError, UsageError } from "../exit-codes";
import type { StackResource } from "../report/resources";
import { withOtherValues } from "./other-values";
import { openUnselected } from "./unselected";

/** What is read of a stack's configuration. Secrets are readable: never print a value. */
export type StackValues = Record<string, { value: string; secret?: boolean }>;

/** How a run of the engine ended. */
export interface RunEnd {
  /** Pulumi's own error, without a word about which resource; undefined if the run succeeded. */
  failure?: string;
  /** Whether another run holds the stack's lock, or one that was killed has left it. */
  locked?: true;
}

/** What one run of the engine has besides the stack. */
export interface RunOptions {
  /** Whole values of the configuration, by their keys, for this run alone: the stack's own file is not changed. */
  values?: Record<string, unknown>;
  /** The URNs of the only resources that are created or changed. */
  targets?: string[];
}

/** An update of a stack, from Pulumi's history. */
export interface StackUpdate {
  kind: string;
  /** RFC 3339, UTC. */
  began: string;
  values: StackValues;
}

/** A stack, by the Pulumi CLI. */
export interface PulumiStack {
  readonly name: string;
  readonly pulumiVersion: string | undefined;
  config(): Promise<StackValues>;
  /** Sets plain values by their paths, all at once. */
  setConfig(values: Record<string, string>): Promise<void>;
  removeConfig(paths: string[]): Promise<void>;
  preview(onEvent: (event: EngineEvent) => void, stop: AbortSignal, options?: RunOptions): Promise<RunEnd>;
  up(onEvent: (event: EngineEvent) => void, stop: AbortSignal, options?: RunOptions): Promise<RunEnd>;
  /** Deletes these resources alone, by the stack's state: the program does not run. Fails if another resource depends on one of them. */
  destroy(onEvent: (event: EngineEvent) => void, stop: AbortSignal, targets: string[]): Promise<RunEnd>;
  /** Takes away the lock that a killed run has left. */
  cancel(): Promise<void>;
  outputs(): Promise<Record<string, unknown>>;
  resources(): Promise<StackResource[]>;
  /** The creations whose end a killed run did not see: what they made may be in the cloud, and is not in the state. */
  pendingCreations(): Promise<StackResource[]>;
  /** Takes such creations out of the state, as `pulumi refresh --clear-pending-creates` does, but without a refresh. */
  clearPendingCreations(urns: string[]): Promise<void>;
  /** The user by whom Pulumi is logged in. */
  user(): Promise<string | undefined>;
  /** The updates of this stack, newest first, as far as the backend keeps them. */
  updates(): Promise<StackUpdate[]>;
  /** The name with organization and project, as far as Pulumi says it. */
  wholeName(): Promise<string>;
}

/** Where Pulumi runs. */
export interface WorkspaceOptions {
  /** The folder that has Pulumi.yaml. */
  cwd: string;
  /** `--parallel`. */
  parallel?: number;
}

/**
 * Opens a stack that exists.
 * @throws {UsageError} without a project or a stack; {FailedError} without a Pulumi CLI.
 */
export async function openStack(name: string, { cwd, parallel }: WorkspaceOptions): Promise<AutomationStack> {
  const { StackNotFoundError } = automation();
  let stack: Stack;
  try {
    stack = await openUnselected({ name, cwd });
  } catch (error) {
    if (error instanceof StackNotFoundError)
      throw new UsageError(
        `there is no stack ${name} in ${cwd}; "pulumi stack ls" lists those that are there, and --from makes one for drills`,
      );
    throw openingError(error, cwd);
  }
  return new AutomationStack(stack, parallel);
}

/** Loaded when it is used: it takes half a second. */
export function automation(): typeof import("@pulumi/pulumi/automation") {
  return require("@pulumi/pulumi/automation");
}

export function openingError(error: unknown, cwd: string): Error {
  const message = messageOf(error);
  if (/ENOENT.*pulumi|spawn pulumi/.test(message))
    return new FailedError('there is no "pulumi" on the PATH; install the CLI, or run this through npx in a clone');
  if (/could not find|unable to find|no Pulumi project/i.test(message) && /project/i.test(message))
    return new UsageError(`${cwd} has no Pulumi project (Pulumi.yaml); name the folder with --cwd`);
  if (/failed to load checkpoint: EOF/.test(message))
    return new FailedError(
      `${firstLines(message)}\na run that was killed while it saved the state has left an empty file next to it; the state itself is whole. Delete that file, and run the same command again: find <the backend's folder>/.pulumi/stacks -name '*.attrs' -empty -delete`,
    );
  return new FailedError(firstLines(message));
}

export class AutomationStack implements PulumiStack {
  readonly #stack: Stack;
  readonly #parallel: number | undefined;

  constructor(stack: Stack, parallel: number | undefined) {
    this.#stack = stack;
    this.#parallel = parallel;
  }

  get name(): string {
    return this.#stack.name;
  }

  get pulumiVersion(): string | undefined {
    return this.#stack.workspace.pulumiVersion;
  }

  /** How its secrets are encrypted, and more. */
  settings(): Promise<{ secretsProvider?: string }> {
    return this.#stack.workspace.stackSettings(this.name);
  }

  config(): Promise<StackValues> {
    return this.#stack.getAllConfig();
  }

  setConfig(values: Record<string, string>): Promise<void> {
    const entries = Object.entries(values).map(([path, value]) => [path, { value }] as const);
    return this.#stack.setAllConfig(Object.fromEntries(entries), true);
  }

  removeConfig(paths: string[]): Promise<void> {
    return this.#stack.removeAllConfig(paths, true);
  }

  preview(onEvent: (event: EngineEvent) => void, signal: AbortSignal, options: RunOptions = {}): Promise<RunEnd> {
    return this.#run(options, (given) => this.#stack.preview({ onEvent, signal, color: "never", ...given }));
  }

  up(onEvent: (event: EngineEvent) => void, signal: AbortSignal, options: RunOptions = {}): Promise<RunEnd> {
    return this.#run(options, (given) => this.#stack.up({ onEvent, signal, color: "never", ...given }));
  }

  destroy(onEvent: (event: EngineEvent) => void, signal: AbortSignal, targets: string[]): Promise<RunEnd> {
    return this.#run({ targets }, (given) => this.#stack.destroy({ onEvent, signal, color: "never", ...given }));
  }

  cancel(): Promise<void> {
    return this.#stack.cancel();
  }

  async outputs(): Promise<Record<string, unknown>> {
    const outputs = await this.#stack.outputs();
    return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));
  }

  async resources(): Promise<StackResource[]> {
    const { deployment } = await this.#stack.exportStack();
    return deployment?.resources ?? [];
  }

  async pendingCreations(): Promise<StackResource[]> {
    const { deployment } = await this.#stack.exportStack();
    const pending: PendingOperation[] = deployment?.pending_operations ?? [];
    return pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  }

  async clearPendingCreations(urns: string[]): Promise<void> {
    const state = await this.#stack.exportStack();
    const pending: PendingOperation[] = state.deployment?.pending_operations ?? [];
    const left = pending.filter(({ type, resource }) => type !== "creating" || !urns.includes(resource.urn));
    if (left.length === pending.length) return;
    await this.#stack.importStack({ ...state, deployment: { ...state.deployment, pending_operations: left } });
  }

  async updates(): Promise<StackUpdate[]> {
    const updates = await this.#stack.history(SHOWN_UPDATES, 1);
    return updates.map(({ kind, startTime, config }) => ({
      kind,
      began: startTime.toISOString(),
      values: config ?? {},
    }));
  }

  async user(): Promise<string | undefined> {
    try {
      return (await this.#stack.workspace.whoAmI()).user;
    } catch {
      return undefined;
    }
  }

  async wholeName(): Promise<string> {
    if (this.name.includes("/")) return this.name;
    const { name: project } = await this.#stack.workspace.projectSettings();
    return `${project}/${this.name}`;
  }

  #run(
    { values, targets }: RunOptions,
    run: (given: { parallel?: number; target?: string[]; configFile?: string }) => Promise<unknown>,
  ): Promise<RunEnd> {
    const given = {
      ...(this.#parallel !== undefined && { parallel: this.#parallel }),
      ...(targets && { target: targets }),
    };
    if (values === undefined) return endOf(() => run(given));
    return withOtherValues(this.#stack, values, (configFile) => endOf(() => run({ ...given, configFile })));
  }
}

/** An operation that a run had begun when it was killed, as the state has it. */
interface PendingOperation {
  type: string;
  resource: StackResource;
}

async function endOf(run: () => Promise<unknown>): Promise<RunEnd> {
  const { CommandError, ConcurrentUpdateError } = automation();
  try {
    await run();
    return {};
  } catch (error) {
    if (error instanceof ConcurrentUpdateError) return { failure: firstLines(error.message), locked: true };
    if (error instanceof CommandError) return { failure: firstLines(error.message) };
    throw error;
  }
}

const SHOWN_UPDATES = 50;
const SHOWN_LINES = 12;

/** Pulumi's messages repeat its whole output; the Automation API puts the command's two streams and an exit code around it. */
export function firstLines(message: string): string {
  const [, stderr] = /^code: -?\d+\n stdout:[\s\S]*?\n stderr: ([\s\S]*?)(?:\n err\?:[\s\S]*)?$/.exec(message) ?? [];
  const text = stderr === undefined || stderr.trim() === "" ? message : stderr;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(0, SHOWN_LINES).join("\n");
}
