/**
 * A small Pulumi engine: runs the unchanged program against simulated providers, in the memory of this process. It
 * decides as the real engine does (the engine tests compare the two), and refuses what it doesn't know.
 */
import { resolve } from "node:path";
import type { SimulatedProvider } from "../providers/provider";
import { Deployment } from "./deployment";
import { Journal } from "./journal";
import { Managers } from "./managers";
import { Monitor } from "./monitor";
import { Program } from "./program";
import { type Project, readProject, type StackConfig, stackConfig } from "./project";
import { refreshed } from "./refresh";
import type { Stack, StackEvent, StackResult } from "./stack";
import type { StackState } from "./state";
import { isMap, shown } from "./values";

export interface EmbeddedStackOptions {
  /** The folder that holds Pulumi.yaml. */
  program: string;
  providers: SimulatedProvider[];
  /** What the program's process gets in its environment, besides this one's own. Asked for each run. */
  environment?: () => Record<string, string>;
  config?: Record<string, unknown>;
  /** Defaults to `rehearsal`. */
  name?: string;
  /** A state to go on from, as `state` gave it. */
  state?: StackState;
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

  preview(): Promise<StackResult> {
    return this.#run(true, (deployment, journal, project, config) =>
      this.#runProgram(deployment, journal, project, config, true),
    );
  }

  up(): Promise<StackResult> {
    return this.#run(false, (deployment, journal, project, config) =>
      this.#runProgram(deployment, journal, project, config, false),
    );
  }

  destroy(): Promise<StackResult> {
    return this.#run(false, (deployment) => deployment.deleteTheRest());
  }

  async refresh(): Promise<StackResult> {
    const former = this.state;
    const journal = new Journal(former, this.#onEvent);
    this.#state = await refreshed(former, new Managers(this.#options.providers, former), journal);
    return resultOf(journal, this.#outputs());
  }

  get #onEvent(): (event: StackEvent) => void {
    return this.#options.onEvent ?? (() => {});
  }

  #outputs() {
    const outputs = this.#state.find(({ parent, custom }) => parent === "" && !custom)?.outputs ?? {};
    const visible = shown(outputs);
    return isMap(visible) ? visible : {};
  }

  async #run(
    preview: boolean,
    act: (deployment: Deployment, journal: Journal, project: Project, config: StackConfig) => Promise<void>,
  ): Promise<StackResult> {
    const project = readProject(resolve(this.#options.program));
    const former = this.state;
    const journal = new Journal(former, this.#onEvent);
    const managers = new Managers(this.#options.providers, former);
    const config = stackConfig(project, this.config);
    const deployment = new Deployment(former, managers, journal, {
      stack: this.#name,
      project: project.name,
      preview,
      config: config.values,
    });
    await act(deployment, journal, project, config);
    await deployment.settled();
    if (!preview) this.#state = structuredClone(journal.state());
    const outputs = shown(deployment.stackOutputs);
    return resultOf(journal, isMap(outputs) ? outputs : {});
  }

  async #runProgram(
    deployment: Deployment,
    journal: Journal,
    project: Project,
    config: StackConfig,
    preview: boolean,
  ): Promise<void> {
    const report = journal.report.bind(journal);
    let complete = false;
    const monitor = new Monitor({
      deployment,
      report,
      async programEnded() {
        await deployment.deleteTheRest();
        complete = true;
      },
    });
    try {
      const program = new Program({
        project,
        organization: ORGANIZATION,
        stack: this.#name,
        config,
        address: await monitor.start(),
        preview,
        environment: this.#options.environment?.() ?? {},
        output: (message) => report({ severity: "info", message }),
      });
      deployment.whenCancelled.catch(() => program.stop());
      const fault = await program.ended;
      if (fault !== undefined || !complete) {
        const already = journal.diagnostics.some(({ severity }) => severity === "error");
        deployment.programFailed(already ? undefined : fault || "the program ended before it was done");
      }
    } finally {
      monitor.stop();
    }
  }
}

function resultOf(journal: Journal, outputs: StackResult["outputs"]): StackResult {
  return {
    succeeded: !journal.diagnostics.some(({ severity }) => severity === "error"),
    operations: journal.operations,
    outputs,
    diagnostics: journal.diagnostics,
    simulatedMillis: journal.simulatedMillis,
  };
}
