import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { runOperation } from "../../../operations/operations";
import { clientsAt, type ProgramOptions, type Running } from "../../../simulator/engine/embedded";
import type { Written } from "../../../simulator/providers/command";
import { goesOn, type Process } from "./process";

const OPERATION = /require\('scalar-backup\/operations'\)" (\S+)$/;

/** Runs a command that is one of our operations as such a process; undefined for others. */
export function operationIn(
  process: () => Process,
  command: string,
  stdin: string,
  environment: Record<string, string>,
) {
  const name = OPERATION.exec(command)?.[1];
  return name === undefined ? undefined : process().run(() => operation(name, stdin, environment));
}

async function operation(name: string, request: string, environment: Record<string, string>): Promise<Written> {
  const lines: string[] = [];
  try {
    await runOperation(name, request, { ...process.env, ...environment }, (line) => lines.push(line));
    return { stdout: lines.join("\n"), stderr: "" };
  } catch (error) {
    const { name: kind, message } = error as Error;
    // What a process would print of an error that no user should see.
    const shown = /^(Type|Reference|Range|Syntax)Error$/.test(kind)
      ? `${kind}: ${message}\n    at an operation`
      : message;
    throw new Error(`exit status 1: ${[...lines, shown].join("\n")}`);
  }
}

/** What Pulumi's SDK keeps of one program; its declarations leave most of it out. */
interface SdkState {
  LocalStore: new () => Store;
  getStore(): Store;
  getLocalStore(): Store | undefined;
}
interface Store {
  settings: { monitor?: object; engine?: object };
}

/**
 * Of each program that runs in this process. It is not the SDK's own storage, by which a program knows that it is an inline program of
 * the Automation API: it is to run as the CLI runs it.
 */
const stores = new AsyncLocalStorage<Store>();

/** Reports what no one has caught, while a program runs. */
let uncaught: ((error: unknown) => void) | undefined;
process.on("unhandledRejection", (error) => {
  if (uncaught === undefined) throw error;
  uncaught(error);
});

/** Runs the unchanged program by the SDK, as its runner does, with a state of its own and without a wire to the engine. */
export function programIn(of: Process, options: ProgramOptions): Running {
  const ended = of
    .run(() => asProgram(options))
    .catch((error: Error) => error.message)
    .finally(() => {
      uncaught = undefined;
    });
  return { ended, stop: () => of.kill() };
}

type Line = Parameters<typeof import("@pulumi/pulumi").log.info>;
type Log = Record<"debug" | "info" | "warn" | "error", (...line: Line) => Promise<void>>;

/** What a file exports, as its own process would have it; files that it loads are shared. */
function loadedAnew<Exports>(file: string): Exports {
  const shared = require.cache[file];
  delete require.cache[file];
  try {
    return require(file);
  } finally {
    delete require.cache[file];
    if (shared !== undefined) require.cache[file] = shared;
    // Otherwise, Node.js keeps it here, with all that the program has made.
    module.children.splice(0);
  }
}

/** The log of each program, once it has written to it. */
const logs = new WeakMap<Store, Log>();

/**
 * The log of one program. The SDK's log sends one line after the other, and a line about a resource waits for its URN: after the line of
 * a killed program that never gets it, no other program of this process could log, or end.
 */
function logOf(store: Store): Log {
  const known = logs.get(store);
  if (known !== undefined) return known;
  const own = loadedAnew<Log>(require.resolve("@pulumi/pulumi/log"));
  logs.set(store, own);
  return own;
}

let sdkState: SdkState | undefined;

/** The SDK's state, from now on that of the program that asks. */
function stateOfEach(): SdkState {
  if (sdkState !== undefined) return sdkState;
  const sdk: SdkState = require("@pulumi/pulumi/runtime/state");
  const { getStore } = sdk;
  sdk.getStore = () => stores.getStore() ?? getStore();
  sdk.getLocalStore = () => stores.getStore();
  const log: Log = require("@pulumi/pulumi/log");
  const usual = { ...log };
  const ownLog = () => {
    const store = stores.getStore();
    return store === undefined ? usual : logOf(store);
  };
  Object.assign(log, {
    debug: (...line: Line) => ownLog().debug(...line),
    info: (...line: Line) => ownLog().info(...line),
    warn: (...line: Line) => ownLog().warn(...line),
    error: (...line: Line) => ownLog().error(...line),
  });
  sdkState = sdk;
  return sdk;
}

function asProgram(options: ProgramOptions): Promise<string | undefined> {
  // What a mutant changes is loaded after it.
  const { log, RunError, runtime } = require("@pulumi/pulumi") as typeof import("@pulumi/pulumi");
  const sdk = stateOfEach();
  const { project, config, organization, stack, address, preview, parallel } = options;
  return stores.run(new sdk.LocalStore(), async () => {
    runtime.resetOptions(project.name, stack, parallel, address, address, preview, organization);
    runtime.setAllConfig(config.values, config.secretKeys);
    Object.assign(sdk.getStore().settings, clientsOf(address));
    const reported = async (error: unknown) => {
      const { message, stack: trace } = error as Error;
      await log.error(RunError.isInstance(error) ? message : `unhandled exception: ${trace ?? message}`);
      return "";
    };
    const otherwise = new Promise<string>((resolve) => {
      uncaught = AsyncResource.bind((error: unknown) => void reported(error).then(resolve));
    });
    const run = async () => {
      await runtime.runInPulumiStack(async () => loadedAnew<object>(project.main));
      await runtime.disconnect(true);
      return undefined;
    };
    return await Promise.race([run().catch(reported), otherwise]);
  });
}

function clientsOf(address: string) {
  const { monitor, engine } = clientsAt(address, goesOn);
  // Cast: it has a method of this name, as the engine's service has.
  const { log } = engine as { log(request: object, respond: () => void): void };
  // The SDK reports one line after the other, for all programs of a process: one that is killed must not leave the next one waiting.
  const reporting = (request: LogRequest, respond: (error: null, answer: object) => void) => {
    // The engine shows no others.
    if (request.getSeverity() !== LogSeverity.DEBUG) log(request, () => {});
    setImmediate(respond, null, {});
  };
  return { monitor, engine: { ...engine, log: reporting } };
}
