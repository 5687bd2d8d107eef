/** One run over the resources of a stack: serves what the program asks for, then deletes what it no longer has. */
import { type PropertyMap, UNKNOWN } from "../providers/provider";
import { type Goal, inherited, type ReadGoal } from "./goal";
import type { Journal } from "./journal";
import type { Managers } from "./managers";
import { type Plan, Planner, type PlannerOptions } from "./planner";
import type { ResourceState, StackState } from "./state";
import { neededBy } from "./state";
import { ProtectedError, type Step } from "./steps";
import {
  isProviderType,
  makeUrn,
  packageOf,
  providerReference,
  providerType,
  qualifiedTypeOf,
  ROOT_STACK_TYPE,
} from "./urn";
import { plainMap } from "./values";
import { Workers } from "./workers";

/** Thrown to all that still wait when the run has failed. */
export class Cancelled extends Error {
  constructor() {
    super("the run has failed; no further resources are registered");
  }
}

export interface DeploymentOptions extends PlannerOptions {
  /** The stack's configuration as strings, by full key: default providers are configured from it. */
  config: Record<string, string>;
  /** How many steps run at a time. */
  parallel: number;
}

export class Deployment {
  readonly #planner: Planner;
  readonly #workers: Workers;
  /** Deciding is done for one resource at a time, as in Pulumi's own engine; the steps then run side by side. */
  #deciding: Promise<unknown> = Promise.resolve();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #goals = new Map<string, Goal>();
  readonly #resources = new Map<string, ResourceState>();
  readonly #defaultProviders = new Map<string, Promise<string>>();
  /** Rejects when the run is over before its time. */
  readonly whenCancelled: Promise<never>;
  #cancel!: (error: Cancelled) => void;
  #failed = false;
  #cancelled = false;
  #stackOutputs: PropertyMap | undefined;

  constructor(
    private readonly former: StackState,
    private readonly managers: Managers,
    private readonly journal: Journal,
    private readonly options: DeploymentOptions,
  ) {
    this.#planner = new Planner(former, managers, journal, options);
    this.#workers = new Workers(options.parallel);
    this.whenCancelled = new Promise((_, reject) => {
      this.#cancel = reject;
    });
    this.whenCancelled.catch(() => {}); // It may have no listener.
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** The stack's outputs. After a failed run, which may have set only some, earlier outputs remain. */
  get stackOutputs(): PropertyMap {
    if (!this.#failed) return this.#stackOutputs ?? {};
    return { ...this.former.find(({ type }) => type === ROOT_STACK_TYPE)?.outputs, ...this.#stackOutputs };
  }

  /** @throws Cancelled when this or another resource has failed. */
  async register(goal: Goal): Promise<ResourceState> {
    const full = inherited(goal, this.#goals.get(goal.parent));
    if (full.custom && !isProviderType(full.type) && !full.provider) {
      full.provider = await this.#defaultProvider(packageOf(full.type), full.version);
    }
    return await this.#perform(full, async () => {
      const plan = await this.#planner.register(full);
      this.#goals.set(plan.next.urn, full);
      return plan;
    });
  }

  /** @throws Cancelled when this or another resource has failed. */
  async read(goal: ReadGoal): Promise<ResourceState> {
    const packageName = packageOf(goal.type);
    const provider = goal.provider || (await this.#defaultProvider(packageName, goal.version));
    return await this.#perform(goal, async () => this.#planner.read({ ...goal, provider }));
  }

  registerOutputs(urn: string, outputs: PropertyMap): void {
    const resource = this.#resources.get(urn);
    if (!resource) throw new Error(`cannot complete a resource '${urn}' whose registration isn't pending`);
    if (resource.type === ROOT_STACK_TYPE) this.#stackOutputs = outputs;
    else resource.outputs = outputs;
  }

  /** @returns what the program knows of a resource of this run. */
  registered(urn: string): ResourceState | undefined {
    return this.#resources.get(urn);
  }

  /** The outputs of every resource in this stack's state. @throws for another stack. */
  outputsInState(stackName: string): PropertyMap {
    const { stack } = this.options;
    if (stackName !== stack && !stackName.endsWith(`/${this.options.project}/${stack}`))
      throw new Error(`unknown stack "${stackName}"`);
    const existing = this.journal.state().filter(({ pendingDeletion }) => !pendingDeletion);
    return Object.fromEntries(existing.map(({ urn, type, outputs }) => [urn, { type, outputs }]));
  }

  async invoke(token: string, args: PropertyMap, provider: string, version: string): Promise<PropertyMap> {
    const packageName = packageOf(token);
    if (!provider) await this.#defaultProvider(packageName, version);
    return await this.managers.provider(packageName, version).invoke(token, plainMap(args));
  }

  /** Deletes what the program has not registered. To be called when it has ended well. */
  async deleteTheRest(): Promise<void> {
    if (this.#failed) return;
    const spared = new Set<string>();
    let start = this.journal.simulatedMillis;
    for (const group of this.#planner.deletions()) {
      const ends = await Promise.all(group.map((step) => this.#delete(step, start, spared)));
      start = Math.max(start, ...ends);
    }
  }

  /** Reports a failure. Steps that are under way go on; nothing new is begun. */
  fail(message: string, urn?: string): void {
    this.#failed = true;
    this.journal.report({ severity: "error", message, ...(urn && { urn }) });
    this.cancel();
  }

  /** @param message Empty when the problem has been reported already, as it has when a resource has failed. */
  programFailed(message: string): void {
    const reported = this.journal.diagnostics.some(({ severity }) => severity === "error");
    if (reported || message === "") {
      this.#failed = true;
      this.cancel();
    } else {
      this.fail(message);
    }
  }

  /** Ends the run without calling it a failure: its callers get `Cancelled`. */
  cancel(): void {
    this.#cancelled = true;
    this.#cancel(new Cancelled());
  }

  /** Waits for all steps that are under way, and settles the stack's outputs. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    const root = this.journal.done.find(({ type }) => type === ROOT_STACK_TYPE);
    if (root) root.outputs = this.stackOutputs;
    this.journal.close();
  }

  async #perform(goal: Goal | ReadGoal, decide: () => Promise<Plan>): Promise<ResourceState> {
    const work = this.#exclusively(async () => {
      this.#ensureGoingOn();
      return await decide();
    }).then(
      (plan) => this.#run(plan),
      (error) => {
        if (!(error instanceof Cancelled)) this.fail(messageOf(error), this.#urnOf(goal));
        throw new Cancelled();
      },
    );
    this.#track(work);
    return await Promise.race([work, this.whenCancelled]);
  }

  async #run({ next, steps }: Plan): Promise<ResourceState> {
    let at = this.journal.readyAt(next);
    for (const step of steps) {
      this.#ensureGoingOn();
      try {
        at = await this.#work(step, at);
      } catch (error) {
        this.fail(messageOf(error), next.urn);
        throw new Cancelled();
      }
    }
    this.#resources.set(next.urn, next);
    return next;
  }

  async #work(step: Step, readyMillis: number): Promise<number> {
    const worker = await this.#workers.take(readyMillis);
    let end = worker.startMillis;
    try {
      this.#ensureGoingOn();
      end = await step.run(worker.startMillis);
      return end;
    } catch (error) {
      // Before its worker takes the next step. [pulumi: pkg/resource/deploy/step_executor.go, cancelDueToError]
      if (!(error instanceof ProtectedError)) this.cancel();
      throw error;
    } finally {
      worker.release(end);
    }
  }

  async #delete(step: Step, start: number, spared: Set<string>): Promise<number> {
    const { resource } = step;
    if (this.#cancelled) return start;
    if (spared.has(resource.urn)) {
      // Something that could not be deleted needs it.
      for (const urn of neededBy(resource)) spared.add(urn);
      return start;
    }
    try {
      return await this.#work(step, start);
    } catch (error) {
      for (const urn of neededBy(resource)) spared.add(urn);
      if (error instanceof ProtectedError) {
        this.#failed = true;
        this.journal.report({ severity: "error", message: error.message, urn: resource.urn });
      } else {
        this.fail(messageOf(error), resource.urn);
      }
      return start;
    }
  }

  #defaultProvider(packageName: string, version: string): Promise<string> {
    const name = version ? `default_${version.replaceAll(/[^A-Za-z0-9]/g, "_")}` : "default";
    const key = `${packageName}::${name}`;
    const existing = this.#defaultProviders.get(key);
    if (existing) return existing;
    const registering = this.#registerDefaultProvider(packageName, version, name);
    this.#defaultProviders.set(key, registering);
    return registering;
  }

  async #registerDefaultProvider(packageName: string, version: string, name: string): Promise<string> {
    this.managers.provider(packageName, version);
    const properties: PropertyMap = version ? { version } : {};
    for (const [key, value] of Object.entries(this.options.config)) {
      if (key.startsWith(`${packageName}:`)) properties[key.slice(packageName.length + 1)] = value;
    }
    const { urn, id } = await this.register({
      type: providerType(packageName),
      name,
      custom: true,
      parent: "",
      properties,
      provider: "",
      providers: {},
      version,
      dependencies: [],
      propertyDependencies: {},
      aliases: [],
      ignoreChanges: [],
      replaceOnChanges: [],
      additionalSecretOutputs: [],
      customTimeouts: {},
      replaceWith: [],
      replacementTrigger: null,
    });
    return providerReference(urn, id || UNKNOWN);
  }

  #urnOf({ parent, type, name }: Goal | ReadGoal): string {
    return makeUrn(this.options.stack, this.options.project, parent && qualifiedTypeOf(parent), type, name);
  }

  #exclusively<T>(decide: () => Promise<T>): Promise<T> {
    const decided = this.#deciding.then(decide);
    this.#deciding = decided.catch(() => {});
    return decided;
  }

  #track(work: Promise<unknown>): void {
    this.#underWay.add(work);
    work.catch(() => {}).finally(() => this.#underWay.delete(work));
  }

  #ensureGoingOn(): void {
    if (this.#cancelled) throw new Cancelled();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
