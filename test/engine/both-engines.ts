import type { Deployment } from "@pulumi/pulumi/automation";
import type { ExecutionContext } from "ava";
import { PARALLEL, PROGRAM, providersOf } from "../../rehearsal/engines";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import { PulumiStack, type PulumiStackOptions } from "../../simulator/engine/real";
import type { Stack, StackResult } from "../../simulator/engine/stack";
import type { StackState } from "../../simulator/engine/state";
import { isProviderType, packageOf } from "../../simulator/engine/urn";
import { CommandProvider } from "../../simulator/providers/command";
import type { SimulatedProvider } from "../../simulator/providers/provider";
import { errors } from "../programs/rehearsed";
import { WarmProgram } from "../programs/warm";
import { comparable, type Run } from "./comparable";

interface Side<Engine extends Stack> {
  cloud: SimulatedCloud;
  providers: SimulatedProvider[];
  stack: Engine;
}

/** The unchanged program on both engines, each over a simulated cloud of its own; both clouds are made alike. */
export class BothEngines {
  readonly real: Side<PulumiStack>;
  readonly embedded: Side<EmbeddedStack>;
  #pluginsStated = false;

  private constructor(real: Side<PulumiStack>, embedded: Side<EmbeddedStack>) {
    this.real = real;
    this.embedded = embedded;
  }

  /** All of it ends with the test. */
  static async start(
    t: ExecutionContext,
    config: Record<string, unknown>,
    build: (cloud: SimulatedCloud) => void | Promise<void>,
    onlyReal: Pick<PulumiStackOptions, "policyPacks"> = {},
    embeddedState?: StackState,
  ): Promise<BothEngines> {
    const [one, other] = [await SimulatedCloud.start(), await SimulatedCloud.start()];
    t.teardown(() => Promise.all([one.stop(), other.stop()]));
    for (const cloud of [one, other]) await build(cloud);

    const providers = providersOf(one);
    const environment = () => one.environment();
    const real = new PulumiStack({
      program: PROGRAM,
      parallel: PARALLEL,
      providers,
      environment,
      config: { ...config },
      ...onlyReal,
    });
    t.teardown(() => real.close());

    const warm = new WarmProgram();
    t.teardown(() => warm.close());
    const otherEnvironment = () => other.environment();
    const operations = new CommandProvider({
      environment: otherEnvironment,
      directory: PROGRAM,
      run: warm.operation,
    });
    const otherProviders = [...other.providers(), operations];
    const embedded = new EmbeddedStack({
      program: PROGRAM,
      parallel: PARALLEL,
      providers: otherProviders,
      environment: otherEnvironment,
      source: warm.source,
      config: { ...config },
      state: embeddedState,
    });
    return new BothEngines(
      { cloud: one, providers, stack: real },
      { cloud: other, providers: otherProviders, stack: embedded },
    );
  }

  get clouds(): SimulatedCloud[] {
    return [this.real.cloud, this.embedded.cloud];
  }

  configure(config: Record<string, unknown>): void {
    Object.assign(this.real.stack.config, config);
    Object.assign(this.embedded.stack.config, config);
  }

  advance(millis: number): void {
    for (const { clock } of this.clouds) clock.advance(millis);
  }

  /** The same run on both engines: what each did is the same, resource by resource. Answers what the real one did. */
  async run(t: ExecutionContext, run: Run): Promise<StackResult> {
    const { real, embedded } = await this.runBoth(run);
    t.true(real.succeeded, `${run} on the real engine: ${errors(real)}`);
    t.true(embedded.succeeded, `${run} on the embedded engine: ${errors(embedded)}`);
    if (run === "up") await this.#statePlugins(t);
    t.deepEqual(comparable(embedded, run), comparable(real, run), `the engines differ in this ${run}`);
    return real;
  }

  /** States which plugins the engine was asked for, and that the simulated providers stand for these. */
  async #statePlugins(t: ExecutionContext): Promise<void> {
    if (this.#pluginsStated) return;
    this.#pluginsStated = true;
    const asked = pluginsAskedFor(await this.real.stack.exportState());
    t.log(`provider plugins, all simulated: ${asked.join(", ")}`);
    const simulated = this.real.providers.map(({ name, version }) => `${name} ${version}`);
    const others = asked.filter((plugin) => !simulated.includes(plugin));
    t.deepEqual(others, [], `the SDKs ask for other versions than are simulated: ${simulated.join(", ")}`);
  }

  /** The same run on both engines, as it comes: what is done next to something that fails is a matter of chance. */
  async runBoth(run: Run): Promise<{ real: StackResult; embedded: StackResult }> {
    const [real, embedded] = await Promise.all([this.real.stack[run](), this.embedded.stack[run]()]);
    if (run === "up" || run === "destroy") {
      this.real.cloud.clock.advance(real.simulatedMillis);
      this.embedded.cloud.clock.advance(embedded.simulatedMillis);
    }
    return { real, embedded };
  }
}

/** Each provider's name and the version that its SDK has asked the engine for, from the state that the engine has written. */
function pluginsAskedFor({ deployment }: Deployment): string[] {
  const resources: { type: string; inputs?: { version?: string } }[] = deployment.resources;
  return resources.flatMap(({ type, inputs }) =>
    // The package "pulumi" is the engine's own: the program reads its state by it.
    isProviderType(type) && packageOf(type) !== "pulumi"
      ? [`${packageOf(type)} ${inputs?.version ?? "of no version"}`]
      : [],
  );
}

/** Lets the next creation of a type fail, as a cloud does that is short of capacity. */
export function failNextCreation(providers: SimulatedProvider[], type: string, reason: string): void {
  for (const provider of providers) {
    const create = provider.create.bind(provider);
    provider.create = async (request) => {
      if (request.type !== type || request.preview) return await create(request);
      provider.create = create;
      throw new Error(reason);
    };
  }
}
