import { join } from "node:path";
import type { SimulatedCloud } from "../simulator/cloud/cloud";
import { EmbeddedStack } from "../simulator/engine/embedded";
import { PulumiStack } from "../simulator/engine/real";
import type { Stack } from "../simulator/engine/stack";
import { CommandProvider, type CommandProviderOptions } from "../simulator/providers/command";
import type { SimulatedProvider } from "../simulator/providers/provider";

/** The folder of the stack program: this project's. */
export const PROGRAM = join(__dirname, "..");

/** The engines that can host the program and the simulated providers. */
export const ENGINES = ["embedded", "pulumi"] as const;
export type EngineName = (typeof ENGINES)[number];

/** The parts of a stack on a simulated cloud. */
function stackOptions(
  cloud: SimulatedCloud,
  config: Record<string, unknown>,
  { parallel = PARALLEL, commands = commandsOf(cloud) }: { parallel?: number; commands?: CommandProvider },
) {
  const environment = () => cloud.environment();
  return { program: PROGRAM, providers: providersOf(cloud, commands), environment, config, parallel };
}

/**
 * How many operations run in parallel by default: enough for every set, on every machine. Pulumi's own default depends
 * on the machine (`defaultParallel`).
 */
export const PARALLEL = 60;

/** Runs operations as processes, at the cloud's time. @param log called with each line that they write, and their URN */
export function commandsOf(cloud: SimulatedCloud, log?: CommandProviderOptions["log"]): CommandProvider {
  // What is shown of an operation is its own: the AWS SDK's warning about an old Node.js is not.
  const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
  const environment = () => ({ ...cloud.environment(), ...(log && quiet) });
  return new CommandProvider({ environment, directory: PROGRAM, ...(log && { log }) });
}

/** Every simulated provider that the program needs: the clouds' providers, and the one that runs operations. */
export function providersOf(cloud: SimulatedCloud, commands = commandsOf(cloud)): SimulatedProvider[] {
  return [...cloud.providers(), commands];
}

/** The unchanged program on the embedded engine. */
export function embeddedStack(
  cloud: SimulatedCloud,
  config: Record<string, unknown>,
  parallel = PARALLEL,
): EmbeddedStack {
  return new EmbeddedStack(stackOptions(cloud, config, { parallel }));
}

/** A stack on an engine. */
export interface OpenedStack {
  stack: Stack;
  /** Ends the operations that run now, by SIGKILL. */
  killOperations(): void;
  close(): Promise<void>;
}

/**
 * The unchanged program on an engine, on a simulated cloud. The caller has to close the stack.
 * @param log Called with each line that an operation writes, and the operation's URN.
 */
export function openStack(
  engine: EngineName,
  cloud: SimulatedCloud,
  config: Record<string, unknown>,
  log?: CommandProviderOptions["log"],
): OpenedStack {
  const commands = commandsOf(cloud, log);
  const killOperations = () => commands.kill();
  const options = stackOptions(cloud, config, { commands });
  if (engine === "embedded") return { stack: new EmbeddedStack(options), killOperations, close: async () => {} };
  const stack = new PulumiStack(options);
  return { stack, killOperations, close: () => stack.close() };
}
