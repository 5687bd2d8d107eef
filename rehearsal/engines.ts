import { join } from "node:path";
import type { SimulatedCloud } from "../simulator/cloud/cloud";
import { EmbeddedStack } from "../simulator/engine/embedded";
import { PulumiStack } from "../simulator/engine/real";
import type { Stack } from "../simulator/engine/stack";
import { CommandProvider } from "../simulator/providers/command";
import type { SimulatedProvider } from "../simulator/providers/provider";

/** The folder of the stack program: this project's. */
export const PROGRAM = join(__dirname, "..");

/** The engines that can host the program and the simulated providers. */
export const ENGINES = ["embedded", "pulumi"] as const;
export type EngineName = (typeof ENGINES)[number];

/** The parts of a stack on a simulated cloud. */
function stackOptions(cloud: SimulatedCloud, config: Record<string, unknown>, parallel: number) {
  const environment = () => cloud.environment();
  return { program: PROGRAM, providers: providersOf(cloud), environment, config, parallel };
}

/**
 * How many operations run in parallel by default: enough for every set, on every machine. Pulumi's own default depends
 * on the machine (`defaultParallel`).
 */
export const PARALLEL = 60;

/** Every simulated provider that the program needs: the clouds' providers, and the one that runs operations. */
export function providersOf(cloud: SimulatedCloud): SimulatedProvider[] {
  return [...cloud.providers(), new CommandProvider({ environment: () => cloud.environment(), directory: PROGRAM })];
}

/** The unchanged program on the embedded engine. */
export function embeddedStack(
  cloud: SimulatedCloud,
  config: Record<string, unknown>,
  parallel = PARALLEL,
): EmbeddedStack {
  return new EmbeddedStack(stackOptions(cloud, config, parallel));
}

/** The unchanged program on an engine, on a simulated cloud. The caller has to close the stack. */
export function openStack(
  engine: EngineName,
  cloud: SimulatedCloud,
  config: Record<string, unknown>,
  parallel = PARALLEL,
): { stack: Stack; close(): Promise<void> } {
  if (engine === "embedded") return { stack: embeddedStack(cloud, config, parallel), close: async () => {} };
  const stack = new PulumiStack(stackOptions(cloud, config, parallel));
  return { stack, close: () => stack.close() };
}
