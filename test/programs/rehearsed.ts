import type { ExecutionContext } from "ava";
import { PARALLEL, PROGRAM, providersOf } from "../../rehearsal/engines";
import { formatInstant } from "../../restore-points/instant";
import { type PauseWindow, WINDOWS_KEY, type WindowBackups } from "../../restore-points/window";
import { commonWindows } from "../../restore-points/windows";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { kindOf } from "../../simulator/cloud/kubernetes/cluster";
import type { StackState } from "../../simulator/engine/embedded";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import type { Operation, StackResult } from "../../simulator/engine/stack";
import { CommandProvider } from "../../simulator/providers/command";
import { WarmProgram } from "./warm";

const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
export const REGION = "ap-northeast-1";
const MINUTE = 60_000;

/** Each test that plays has a warm thread, which loads the SDK once and is handed on: so many fill the cores. */
const PLAYING_AT_A_TIME = 3;
const playing = new WeakSet<ExecutionContext>();
const waiting: (() => void)[] = [];
let free = PLAYING_AT_A_TIME;

/** Waits until few enough tests of this file play. A test that plays several stacks has one turn for all of them. */
async function turn(t: ExecutionContext): Promise<void> {
  if (playing.has(t)) return;
  playing.add(t);
  if (free > 0) free--;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  // The first teardown is the last to run.
  t.teardown(() => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  });
}

/**
 * The unchanged program on the embedded engine, over a simulated cloud of its own that ends with the test. It runs in a
 * thread that stays warm; `up` is its update, which must succeed; `asProcesses` is the same stack, as it now is, with the program
 * run as the CLI runs it; `goingOnFrom` is the same stack with another state.
 */
export async function rehearsed(t: ExecutionContext, config: Record<string, unknown>, parallel = PARALLEL) {
  await turn(t);
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  const warm = new WarmProgram();
  t.teardown(() => warm.close());
  const environment = () => cloud.environment();
  const operations = new CommandProvider({ environment, directory: PROGRAM, run: warm.operation });
  const common = { program: PROGRAM, environment, parallel };
  const providers = [...cloud.providers(), operations];
  const options = { ...common, providers, source: warm.source };
  const stack = new EmbeddedStack({ ...options, config: { "aws:region": REGION, ...config } });
  const goingOnFrom = (state: StackState) => new EmbeddedStack({ ...options, config: stack.config, state });
  const asProcesses = (state: StackState = stack.state) =>
    new EmbeddedStack({ ...common, providers: providersOf(cloud), config: stack.config, state });
  const up = async () => {
    const result = await stack.up();
    t.true(result.succeeded, errors(result));
    return result;
  };
  return { cloud, stack, up, asProcesses, goingOnFrom, providers };
}

/** What a run changed: everything but what stayed the same and what was read. @throws {Error} when the run failed: it changed nothing, perhaps */
export function changes(result: StackResult): string[] {
  if (!result.succeeded) throw new Error(`the run failed: ${errors(result)}`);
  return changesMade(result);
}

/** The same of a run that may have failed. */
export function changesMade(result: StackResult): string[] {
  return result.operations
    .filter(({ kind }) => kind !== "same" && kind !== "read")
    .map((operation) => `${operation.kind} ${shortType(operation)} ${operation.name}`)
    .sort();
}

export function shortType({ type }: Pick<Operation, "type">): string {
  return type.split(":").at(-1) as string;
}

/** The errors of a run, for a test's message. */
export function errors(result: StackResult): string {
  return result.diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => message)
    .join("\n");
}

/** Releases of ScalarDL are called as their product. */
const productOf = (release: string) => (["ledger", "auditor"].includes(release) ? release : "scalardb-cluster");

/** Writes a window of `seconds`, by default up to now, into the pauser's record, as the pauser would; answers its middle. */
export function recordWindow(
  cloud: SimulatedCloud,
  namespace: string,
  releases: string[],
  // Whatever whole minute is near its middle, there is room in it for the copies of the coordinator.
  seconds = 20,
  end = cloud.clock.now(),
  backups?: WindowBackups,
): string {
  const records = cloud.kubernetes.store
    .list(CONFIG_MAPS, namespace)
    .filter(({ metadata }) => metadata.name.includes("windows"));
  const record = records[0];
  if (records.length !== 1 || record === undefined) throw new Error(`${records.length} records of windows`);
  const start = end - seconds * 1000;
  const window: PauseWindow = {
    cluster: "default",
    pauseCompleted: formatInstant(start, { millis: true }),
    unpauseStarted: formatInstant(end, { millis: true }),
    clockOffsetMillis: 0,
    releases: releases.map((name) => ({ namespace, name, product: productOf(name), pods: [`${name}-0`] })),
    ...(backups && { backups }),
  };
  const data = (record.data ?? {}) as Record<string, string>;
  const windows = data[WINDOWS_KEY] === undefined ? [] : JSON.parse(data[WINDOWS_KEY]).windows;
  const changed = { ...data, [WINDOWS_KEY]: JSON.stringify({ schemaVersion: 1, windows: [...windows, window] }) };
  cloud.kubernetes.store.update({ ...record, data: changed });
  const [common] = commonWindows([window], [{ namespace, name: releases[0] as string }]);
  return formatInstant(common?.instant as number);
}

/** Half past a minute, ten minutes on: of a whole minute near its middle, a window would be restored to that. */
export const nextMiddle = ({ clock }: SimulatedCloud) => (Math.floor(clock.now() / MINUTE) + 10.5) * MINUTE;

/** Lets the time pass up to the end of a window around that middle, and records it. `inside` happens a second after the middle. */
export function recordNextWindow(
  cloud: SimulatedCloud,
  namespace: string,
  releases: string[],
  seconds = 20,
  inside: () => void = () => {},
): string {
  const middle = nextMiddle(cloud);
  cloud.clock.advance(middle + 1000 - cloud.clock.now());
  inside();
  const end = middle + seconds * 500;
  cloud.clock.advance(end - cloud.clock.now());
  return recordWindow(cloud, namespace, releases, seconds, end);
}
