/** One preview of a program, measured. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineName, providersOf } from "../rehearsal/engines";
import { SimulatedCloud } from "../simulator/cloud/cloud";
import { EmbeddedStack } from "../simulator/engine/embedded";
import { PulumiStack } from "../simulator/engine/real";
import type { Stack, StackResult } from "../simulator/engine/stack";
import { MemoryWatch } from "./memory";
import { RELEASE } from "./sets";

const HOUR = 3_600_000;

/**
 * `first`: nothing of the program has been compiled before, as in CI, on a fresh checkout, or (for what is compiled with
 * its types) after a change of it. `again`: the same text has been run on this machine before.
 */
export type Occasion = "first" | "again";

export interface Preview {
  /** From when the preview is asked for until its result is there. */
  wallSeconds: number;
  /** The peak resident memory of the program and all it starts. The engine's is not in it. */
  memoryMiB: number;
  /** How many resources of each type the program declares; its own components apart. */
  resources: Record<string, number>;
}

let memoryWatch: MemoryWatch | undefined;

/** A program on an engine, over a simulated cloud of its own that holds what the program expects. */
export class MeasuredStack {
  readonly #cloud: SimulatedCloud;
  readonly #folder = mkdtempSync(join(tmpdir(), "bench-"));
  readonly #memory: MemoryWatch;
  readonly #stack: Stack & { close?(): Promise<void> };
  #cache = this.#folder;

  private constructor(cloud: SimulatedCloud, engine: EngineName, program: string, config: Record<string, unknown>) {
    this.#cloud = cloud;
    memoryWatch ??= new MemoryWatch();
    this.#memory = memoryWatch;
    const environment = () => ({
      ...cloud.environment(),
      // Where this program and ts-node keep what they have compiled.
      SCALAR_BACKUP_CACHE: this.#cache,
      TS_NODE_CACHE_DIRECTORY: this.#cache,
    });
    const options = { program, config, providers: providersOf(cloud), environment };
    this.#stack = engine === "embedded" ? new EmbeddedStack(options) : new PulumiStack(options);
  }

  static async open(
    engine: EngineName,
    program: string,
    config: (cloud: SimulatedCloud) => Record<string, unknown>,
    build: (cloud: SimulatedCloud) => void = () => {},
  ): Promise<MeasuredStack> {
    const cloud = await SimulatedCloud.start();
    build(cloud);
    await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
    cloud.clock.advance(HOUR);
    return new MeasuredStack(cloud, engine, program, config(cloud));
  }

  async preview(occasion: Occasion): Promise<Preview> {
    if (occasion === "first") this.#cache = mkdtempSync(join(this.#folder, "cache-"));
    await this.#memory.peak();
    const began = performance.now();
    const result = await this.#stack.preview();
    const wallSeconds = (performance.now() - began) / 1000;
    if (!result.succeeded) throw new Error(`a preview failed:\n${errorsOf(result)}`);
    const memoryMiB = await this.#memory.peak();
    if (memoryMiB === 0) throw new Error("the program's process was not found, so that its memory is not known");
    return { wallSeconds, memoryMiB, resources: resourcesOf(result) };
  }

  async close(): Promise<void> {
    await this.#stack.close?.();
    await this.#cloud.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function errorsOf({ diagnostics }: StackResult): string {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => message)
    .join("\n");
}

/** How many resources of each type a run is about; the stack itself and components apart. */
function resourcesOf({ operations }: StackResult): Record<string, number> {
  const resources: Record<string, number> = {};
  for (const { type } of operations) {
    if (/^(pulumi:pulumi|scalar-backup:index):/.test(type)) continue;
    resources[type] = (resources[type] ?? 0) + 1;
  }
  return resources;
}
