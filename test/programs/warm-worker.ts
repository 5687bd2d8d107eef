/**
 * A thread in which the unchanged program runs again and again, without what a process takes to start and to load the SDKs.
 * The engine talks to it over gRPC, as to every program. It also runs operations.
 */
import { pathToFileURL } from "node:url";
import { parentPort } from "node:worker_threads";
import { log, RunError, runtime } from "@pulumi/pulumi";
import { runOperation } from "../../operations/operations";

export interface ProgramOrder {
  main: string;
  address: string;
  project: string;
  organization: string;
  stack: string;
  preview: boolean;
  parallel: number;
  config: Record<string, string>;
  secretKeys: string[];
}

export interface OperationOrder {
  operation: string;
  request: string;
}

/** One thing to do, with what it gets in its environment. */
export interface Order {
  id: number;
  environment: Record<string, string>;
  program?: ProgramOrder;
  operation?: OperationOrder;
}

export interface Answer {
  id: number;
  /** What an operation has written. */
  written?: string;
  /** Why it failed; empty when that has been reported already. */
  problem?: string;
}

const CLOCK = pathToFileURL(require.resolve("../../simulator/cloud/shifted-clock.mjs")).href;
const DOCUMENT_HOSTS = pathToFileURL(require.resolve("../../simulator/cloud/azure/document-hosts.mjs")).href;
const port = parentPort as NonNullable<typeof parentPort>;
/** The program that runs, if one does: uncaught errors belong to it. */
let running: number | undefined;
const ownEnvironment = { ...process.env };
let variables: string[] = [];
let shift: { variables: string; loaded: Promise<unknown> } | undefined;
let shifts = 0;
let cloud: string | undefined;

port.on("message", (order: Order) => {
  void carriedOut(order).then((answer) => port.postMessage(answer));
});

async function carriedOut({ id, environment, program, operation }: Order): Promise<Answer> {
  setEnvironment(environment);
  // Loaded once; the program's libraries come after it.
  if (environment.SIMULATED_AZURE_URL !== undefined) await import(DOCUMENT_HOSTS);
  meetCloud(environment.IDENTITY_ENDPOINT);
  await setClock(environment);
  const lines: string[] = [];
  try {
    if (program !== undefined) await runProgram(id, program);
    if (operation !== undefined)
      await runOperation(operation.operation, operation.request, process.env, (line) => lines.push(line));
    return { id, written: lines.join("\n") };
  } catch (error) {
    return {
      id,
      problem: program ? await reported(error) : `exit status 1: ${lines.join("\n")}\n${(error as Error).message}`,
    };
  }
}

async function runProgram(id: number, order: ProgramOrder): Promise<void> {
  const { main, address, project, organization, stack, preview, parallel, config, secretKeys } = order;
  runtime.resetOptions(project, stack, parallel, address, address, preview, organization);
  runtime.setAllConfig(config, secretKeys);
  delete require.cache[main];
  running = id;
  await runtime.runInPulumiStack(async () => require(main));
  await runtime.disconnect(true);
  running = undefined;
}

process.on("unhandledRejection", async (error) => {
  const id = running;
  if (id === undefined) throw error;
  port.postMessage({ id, problem: await reported(error) } satisfies Answer);
});

/** Reports to the engine, as the SDK's runner does. */
async function reported(error: unknown): Promise<string> {
  const { message, stack } = error as Error;
  await log.error(RunError.isInstance(error) ? message : `unhandled exception: ${stack ?? message}`);
  return "";
}

/** Azure's libraries keep whose tokens they have got from where, for as long as they are loaded. */
function meetCloud(identityEndpoint: string | undefined): void {
  if (identityEndpoint === cloud) return;
  cloud = identityEndpoint;
  for (const file of Object.keys(require.cache)) if (/[\\/]@azure[\\/]/.test(file)) delete require.cache[file];
}

/** Nothing stays of what an earlier order had, such as the pace of its clock. */
function setEnvironment(environment: Record<string, string>): void {
  for (const name of variables) {
    if (ownEnvironment[name] === undefined) delete process.env[name];
    else process.env[name] = ownEnvironment[name];
  }
  variables = Object.keys(environment);
  Object.assign(process.env, environment);
}

/**
 * What a process has by a preload, which is loaded anew for each shift. Operations run side by side: each waits for the shift that
 * another one has begun to load.
 */
async function setClock(environment: Record<string, string>): Promise<void> {
  const clock = Object.entries(environment).filter(([name]) => name.startsWith("SIMULATED_CLOCK_"));
  const variables = JSON.stringify(clock.sort());
  if (variables !== shift?.variables) shift = { variables, loaded: import(`${CLOCK}?${++shifts}`) };
  await shift.loaded;
}
