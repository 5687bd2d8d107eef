/**
 * A small Pulumi engine: runs the unchanged program against simulated providers, in the memory of this process. It
 * decides as the real engine does (the engine tests compare the two), and refuses what it doesn't know.
 */
import { resolve } from "node:path";
import type { PropertyMap, SimulatedProvider } from "../providers/provider";
import { Deployment } from "./deployment";
import { Journal } from "./journal";
import { Managers } from "./managers";
import { readProject, stackConfig } from "./project";
import { refreshed } from "./refresh";
import { program, type Source, type SourceContext } from "./source";
import type { Stack, StackEvent, StackResource, StackResult } from "./stack";
import type { StackState } from "./state";
import { ROOT_STACK_TYPE } from "./urn";
import { mapValues, shown } from "./values";
import { defaultParallel } from "./workers";

export interface EmbeddedStackOptions {
  /** The folder that holds Pulumi.yaml. */
  program: string;
  providers: SimulatedProvider[];
  /** Variables for the program's process, in addition to those of this process. Called for each run. */
  environment?: () => Record<string, string>;
  config?: Record<string, unknown>;
  /** Defaults to `rehearsal`. */
  name?: string;
  /** How many resource operations run at a time. Defaults to what Pulumi has by default on this machine. */
  parallel?: number;
  /** A state to go on from, as `state` gave it. */
  state?: StackState;
  /** Where the goals come from. Defaults to the program, in a process of its own. */
  source?: Source;
  onEvent?: (event: StackEvent) => void;
}

const ORGANIZATION = "organization";

export class EmbeddedStack implements Stack {
  config: Record<string, unknown>;
  readonly #options: EmbeddedStackOptions;
  readonly #name: string;
  #state: StackState;

  constructor(options: EmbeddedStackOptions) {
    this.#options = options;
    this.#name = options.name ?? "rehearsal";
    this.#state = structuredClone(options.state ?? []);
    this.config = options.config ?? {};
  }

  /** What is deployed: plain JSON, to be kept or looked at. */
  get state(): StackState {
    return structuredClone(this.#state);
  }

  async resources(): Promise<StackResource[]> {
    return this.state;
  }

  async unprotect(): Promise<void> {
    for (const resource of this.#state) resource.protect = false;
  }

  preview(): Promise<StackResult> {
    return this.#run(true, this.#runProgram);
  }

  up(): Promise<StackResult> {
    return this.#run(false, this.#runProgram);
  }

  destroy(): Promise<StackResult> {
    return this.#run(false, (deployment) => deployment.deleteTheRest());
  }

  async refresh(): Promise<StackResult> {
    const former = this.state;
    const journal = new Journal(former, this.#onEvent);
    this.#state = await refreshed(former, new Managers(this.#options.providers, former), journal);
    return resultOf(journal, this.#state.find(({ type }) => type === ROOT_STACK_TYPE)?.outputs ?? {});
  }

  get #onEvent(): (event: StackEvent) => void {
    return this.#options.onEvent ?? (() => {});
  }

  async #run(
    preview: boolean,
    act: (deployment: Deployment, context: SourceContext) => Promise<void>,
  ): Promise<StackResult> {
    const project = readProject(resolve(this.#options.program));
    const config = stackConfig(project, this.config);
    const former = this.state;
    const journal = new Journal(former, this.#onEvent);
    const parallel = this.#options.parallel ?? defaultParallel();
    const deployment = new Deployment(former, new Managers(this.#options.providers, former), journal, {
      stack: this.#name,
      project: project.name,
      preview,
      config: config.values,
      parallel,
    });
    await act(deployment, {
      project,
      organization: ORGANIZATION,
      stack: this.#name,
      config,
      preview,
      parallel,
      environment: this.#options.environment?.() ?? {},
      report: (diagnostic) => journal.report(diagnostic),
    });
    await deployment.settled();
    if (!preview) this.#state = structuredClone(journal.state());
    return resultOf(journal, deployment.stackOutputs);
  }

  readonly #runProgram = async (deployment: Deployment, context: SourceContext): Promise<void> => {
    const problem = await (this.#options.source ?? program)(deployment, context);
    if (problem !== undefined) deployment.programFailed(problem);
  };
}

function resultOf(journal: Journal, outputs: PropertyMap): StackResult {
  return {
    succeeded: !journal.diagnostics.some(({ severity }) => severity === "error"),
    operations: journal.operations,
    outputs: mapValues(outputs, shown),
    diagnostics: journal.diagnostics,
    simulatedMillis: journal.simulatedMillis,
  };
}

export { clientsAt } from "./in-process-calls";
export type { ProgramOptions, Running } from "./program";
export { type Source, served, servedHere } from "./source";
export type { ResourceState, StackState } from "./state";
export { defaultParallel } from "./workers";
