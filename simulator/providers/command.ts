/**
 * The `command` provider, for `command:local:Command`: runs the command for real, as a process of this machine, like
 * pulumi-command 1.2. Its decisions were read off the real provider: a changed element of `triggers` is an update in
 * place (which runs `update`, or `create` again), only giving or removing `triggers` as a whole replaces.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { onExit } from "../on-exit";
import {
  type ChangeResponse,
  type CheckRequest,
  type CheckResponse,
  type CreateRequest,
  type CreateResponse,
  type DeleteRequest,
  type DiffRequest,
  type DiffResponse,
  type PropertyDiffKind,
  type PropertyMap,
  type PropertyValue,
  type ReadRequest,
  type ReadResponse,
  type SimulatedProvider,
  UNKNOWN,
  type UpdateRequest,
} from "./provider";
import { sdkVersion } from "./sdk-version";

const COMMAND = "command:local:Command";

const isString = (value: PropertyValue) => typeof value === "string";
const isList = (value: PropertyValue) => Array.isArray(value);

/** The inputs and what their values have to be. `assetPaths` and `archivePaths` are not simulated. */
const INPUTS: Record<string, { is: (value: PropertyValue) => boolean; what: string }> = {
  create: { is: isString, what: "a string" },
  update: { is: isString, what: "a string" },
  delete: { is: isString, what: "a string" },
  triggers: { is: isList, what: "a list" },
  stdin: { is: isString, what: "a string" },
  logging: {
    is: (value) => isString(value) && ["stdout", "stderr", "stdoutAndStderr", "none"].includes(String(value)),
    what: "stdout, stderr, stdoutAndStderr or none",
  },
  interpreter: { is: (value) => Array.isArray(value) && value.every(isString), what: "a list of strings" },
  dir: { is: isString, what: "a string" },
  environment: { is: (value) => isMap(value) && Object.values(value).every(isString), what: "a map of strings" },
  addPreviousOutputInEnv: { is: (value) => typeof value === "boolean", what: "a boolean" },
};

/** What a command writes. */
export interface Written {
  stdout: string;
  stderr: string;
}

export interface CommandProviderOptions {
  /** Runs a command in another way than as a process, or answers undefined where it has none. */
  run?: (command: string, stdin: string, environment: Record<string, string>) => Promise<Written> | undefined;
  /** Variables for commands, in addition to those of this process. Called for each command. */
  environment?: () => Record<string, string>;
  /** Where commands run that say no `dir`. Defaults to this process's working directory. */
  directory?: string;
  /** Called with each line that a command writes, as its `logging` allows. */
  log?: (line: string, urn: string) => void;
}

export class CommandProvider implements SimulatedProvider {
  readonly name = "command";
  readonly version = sdkVersion(this.name);
  readonly #running = new Set<ChildProcess>();
  #cancelled = false;

  constructor(private readonly options: CommandProviderOptions = {}) {}

  async configure(config: PropertyMap): Promise<void> {
    this.#cancelled = false;
    const [unknown] = Object.keys(config);
    if (unknown !== undefined) throw new Error(`the command provider has no configuration "${unknown}"`);
  }

  async check({ type, newInputs }: CheckRequest): Promise<CheckResponse> {
    ensureKnown(type);
    const failures = Object.entries(newInputs).flatMap(([property, value]) => {
      const input = INPUTS[property];
      if (!input) return [{ property, reason: `Unrecognized field '${property}' on 'local.CommandInputs'` }];
      if (containsUnknowns(value) || input.is(value)) return [];
      return [{ property, reason: `Field '${property}' on 'local.CommandInputs' must be ${input.what}` }];
    });
    return { inputs: newInputs, failures };
  }

  async diff({ type, oldInputs, newInputs }: DiffRequest): Promise<DiffResponse> {
    ensureKnown(type);
    const detailedDiff: Record<string, PropertyDiffKind> = {};
    for (const [path, kind] of differences("", oldInputs, newInputs)) {
      detailedDiff[path] = path === "triggers" ? `${kind}-replace` : kind;
    }
    return { detailedDiff, deleteBeforeReplace: false };
  }

  async create(request: CreateRequest): Promise<CreateResponse> {
    const { urn, type, inputs, preview } = request;
    ensureKnown(type);
    const id = `${urn.split("::").at(-1)}${randomBytes(4).toString("hex")}`;
    // Unlike other providers, it gives an ID in previews, too. [pulumi-command 1.2.1: local/commandController.go, Create]
    if (preview) return { id, outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN }, simulatedMillis: 0 };
    return { id, ...(await this.#run(urn, inputs.create, inputs, { stdout: "", stderr: "" })) };
  }

  async read(request: ReadRequest): Promise<ReadResponse | undefined> {
    ensureKnown(request.type);
    // What a command has done cannot be looked at again.
    return { id: request.id, inputs: request.inputs ?? {}, outputs: request.outputs ?? {} };
  }

  async update(request: Omit<UpdateRequest, "id">): Promise<ChangeResponse> {
    const { urn, type, oldInputs, oldOutputs, newInputs, preview } = request;
    ensureKnown(type);
    if (preview) {
      // An input that was not there before does not count. [pulumi-go-provider 1.5: infer/resource.go, markComputed]
      const changed = Object.keys(oldInputs).some((key) => !isDeepStrictEqual(oldInputs[key], newInputs[key]));
      const output =
        changed || containsUnknowns(newInputs) ? { stdout: UNKNOWN, stderr: UNKNOWN } : written(oldOutputs);
      return { outputs: { ...newInputs, ...output }, simulatedMillis: 0 };
    }
    return await this.#run(urn, newInputs.update ?? newInputs.create, newInputs, written(oldOutputs));
  }

  async delete(request: Omit<DeleteRequest, "id">) {
    const { urn, type, inputs, outputs } = request;
    ensureKnown(type);
    const { simulatedMillis } = await this.#run(urn, inputs.delete, inputs, written(outputs));
    return { simulatedMillis };
  }

  async invoke(token: string): Promise<PropertyMap> {
    throw new Error(`the function ${token} is not simulated`);
  }

  async cancel(): Promise<void> {
    this.#cancelled = true;
    // The shell alone: what it runs goes on, and is waited for. [pulumi-command 1.2.1: local/commandOutputs.go, run]
    for (const child of this.#running) child.kill("SIGKILL");
  }

  /** Ends what runs, with all that it has started, as the loss of this machine does. */
  kill(): void {
    this.#cancelled = true;
    for (const child of this.#running) end(child);
  }

  /** @param before What the command wrote when it last ran. */
  async #run(
    urn: string,
    command: PropertyValue | undefined,
    inputs: PropertyMap,
    before: Written,
  ): Promise<ChangeResponse> {
    if (this.#cancelled) throw new Error("the command provider was cancelled");
    const outputs = command === undefined ? before : await this.#process(urn, String(command), inputs, before);
    // The time that a command takes has already passed, on the real clock that the cloud's is shifted from.
    return { outputs: { ...inputs, ...outputs }, simulatedMillis: 0 };
  }

  async #process(urn: string, command: string, inputs: PropertyMap, before: Written): Promise<Written> {
    const directory = String(inputs.dir ?? this.options.directory ?? process.cwd());
    if (!existsSync(directory))
      throw new Error(`chdir ${directory}: no such file or directory: running "${command}":\n`);
    const [program = "/bin/sh", ...args] = (inputs.interpreter as string[] | undefined) ?? ["/bin/sh", "-c"];
    const environment = {
      ...this.options.environment?.(),
      ...(inputs.environment as Record<string, string> | undefined),
      ...(inputs.addPreviousOutputInEnv !== false && {
        ...(before.stdout && { PULUMI_COMMAND_STDOUT: before.stdout }),
        ...(before.stderr && { PULUMI_COMMAND_STDERR: before.stderr }),
      }),
    };
    const written = this.options.run?.(command, String(inputs.stdin ?? ""), environment);
    if (written !== undefined) return await written;
    const child = spawn(program, [...args, command], {
      cwd: directory,
      env: { ...process.env, ...environment },
      stdio: ["pipe", "pipe", "pipe"],
      detached: HAS_PROCESS_GROUPS,
    });
    this.#running.add(child);
    const ended = onExit(() => end(child));
    try {
      return await this.#outcome(child, urn, command, inputs);
    } finally {
      ended();
      this.#running.delete(child);
    }
  }

  #outcome(
    child: ReturnType<typeof spawn>,
    urn: string,
    command: string,
    { logging = "stdoutAndStderr", stdin }: PropertyMap,
  ): Promise<Written> {
    const output = { stdout: "", stderr: "", both: "" };
    for (const name of ["stdout", "stderr"] as const) {
      const stream = child[name];
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
        output.both += text;
      });
      if (stream && (logging === name || logging === "stdoutAndStderr")) {
        createInterface({ input: stream }).on("line", (line) => this.options.log?.(line, urn));
      }
    }
    child.stdin?.on("error", () => {}); // A command need not read what it is given.
    child.stdin?.end(stdin === undefined ? "" : String(stdin));
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why}: running "${command}":\n${output.both}`));
      child.once("error", (error) => fail(error.message));
      child.once("close", (code, signal) => {
        if (signal) fail(`signal: ${SIGNALS[signal] ?? signal}`);
        else if (code !== 0) fail(`exit status ${code}`);
        else resolve({ stdout: withoutNewline(output.stdout), stderr: withoutNewline(output.stderr) });
      });
    });
  }
}

/** What Go calls them. */
const SIGNALS: Partial<Record<NodeJS.Signals, string>> = { SIGKILL: "killed", SIGTERM: "terminated" };

const HAS_PROCESS_GROUPS = process.platform !== "win32";

/** Ends a shell with what it runs: both are in a process group of their own. */
function end(child: ChildProcess): void {
  if (!HAS_PROCESS_GROUPS || child.pid === undefined) {
    child.kill("SIGKILL");
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // All of them have ended.
  }
}

function ensureKnown(type: string): void {
  if (type !== COMMAND) throw new Error(`${type} is not simulated; the command provider has ${COMMAND} only`);
}

function written({ stdout, stderr }: PropertyMap): { stdout: string; stderr: string } {
  return { stdout: String(stdout ?? ""), stderr: String(stderr ?? "") };
}

function withoutNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

/** The paths at which two values differ, down to elements and keys. */
function differences(
  path: string,
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
): [path: string, kind: "add" | "delete" | "update"][] {
  if (isDeepStrictEqual(before, after)) return [];
  if (before === undefined) return [[path, "add"]];
  if (after === undefined) return [[path, "delete"]];
  if (Array.isArray(before) && Array.isArray(after)) {
    const longest = before.length > after.length ? before : after;
    return longest.flatMap((_, index) => differences(`${path}[${index}]`, before[index], after[index]));
  }
  if (isMap(before) && isMap(after)) {
    return Object.keys({ ...before, ...after }).flatMap((key) =>
      differences(below(path, key), before[key], after[key]),
    );
  }
  return [[path, "update"]];
}

function below(path: string, key: string): string {
  if (!/^\w+$/.test(key)) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
}

function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function containsUnknowns(value: PropertyValue): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(containsUnknowns);
  return isMap(value) && Object.values(value).some(containsUnknowns);
}
