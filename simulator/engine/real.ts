/**
 * The program on the real Pulumi engine, with the same simulated providers. Everything that Pulumi writes (state,
 * plugins, credentials, the stack's configuration) is kept in a temporary folder: the user's account is not touched.
 */
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import {
  type Stack as AutomationStack,
  type Deployment,
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
} from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { onExit } from "../on-exit";
import type { PropertyValue, SimulatedProvider } from "../providers/provider";
import { EngineEvents } from "./engine-events";
import type { ExportedResource } from "./exported-resource";
import { PLAIN_STACKS } from "./program";
import { ProviderServer } from "./provider-server";
import { findPulumi, HOW_TO_GET_PULUMI } from "./pulumi-cli";
import { install, movedProject, type ProviderPlugin, repairStates } from "./real-files";
import { outputsOf, previewed } from "./real-outputs";
import { timed } from "./real-times";
import { revealed, type Stack, type StackEvent, type StackResource, type StackResult } from "./stack";

export interface PulumiStackOptions {
  /** The folder that holds Pulumi.yaml. */
  program: string;
  providers: SimulatedProvider[];
  /** Real provider plugins, which the engine finds as if it had downloaded them. */
  plugins?: ProviderPlugin[];
  /** Variables for the program's process, in addition to those of this process. Called for each run. */
  environment?: () => Record<string, string>;
  config?: Record<string, unknown>;
  /** Defaults to `rehearsal`. */
  name?: string;
  /** `--parallel`. Defaults to what Pulumi has by default on this machine. */
  parallel?: number;
  /** Folders of policy packs that previews are judged by; violations are diagnostics, `<policy>: <message>`. */
  policyPacks?: string[];
  /** Called during the run; the ends of operations are reported when all have ended, with their simulated times. */
  onEvent?: (event: StackEvent) => void;
}

export type { ProviderPlugin } from "./real-files";

const PID_FILE = "engine.pid";

type Run = "preview" | "up" | "refresh" | "destroy";

export interface RunFlags {
  /** `--refresh`: the state is read anew from the providers first. */
  refresh?: boolean;
}

export class PulumiStack implements Stack {
  config: Record<string, unknown>;
  readonly #options: PulumiStackOptions;
  readonly #servers: ProviderServer[] = [];
  readonly #durations = new Map<string, number>();
  #folder: string | undefined;
  #closed = () => {};
  #killed = false;
  #stack: AutomationStack | undefined;
  #resources: ExportedResource[] = [];

  constructor(options: PulumiStackOptions) {
    this.#options = options;
    this.config = options.config ?? {};
  }

  preview(flags?: RunFlags): Promise<StackResult> {
    return this.#run("preview", flags);
  }

  up(flags?: RunFlags): Promise<StackResult> {
    return this.#run("up", flags);
  }

  refresh(): Promise<StackResult> {
    return this.#run("refresh");
  }

  destroy(): Promise<StackResult> {
    return this.#run("destroy");
  }

  async resources(): Promise<StackResource[]> {
    // Cast: the Automation API leaves the deployment's form open.
    return ((await this.exportState()).deployment as { resources?: StackResource[] }).resources ?? [];
  }

  async unprotect(): Promise<void> {
    const stack = await this.#opened();
    const state = await stack.exportStack();
    for (const resource of (state.deployment as { resources?: { protect?: boolean }[] }).resources ?? [])
      resource.protect = false;
    await this.importState(state);
  }

  /** The state as Pulumi has written it, word for word: no secret may be readable in it. */
  async stateFile(): Promise<string> {
    const { workspace, name } = await this.#opened();
    const { name: project } = await workspace.projectSettings();
    return await readFile(join(workspace.workDir, "..", "state", ".pulumi", "stacks", project, `${name}.json`), "utf8");
  }

  /** The state in the form of `pulumi stack export`. */
  async exportState(): Promise<Deployment> {
    return await (await this.#opened()).exportStack();
  }

  /** Ends the engine that runs now by SIGKILL, as a CI system does. False when there is none. */
  async kill(): Promise<boolean> {
    this.#killed = true;
    try {
      return process.kill(Number(await readFile(join(this.#folder ?? "", PID_FILE), "utf8")), "SIGKILL");
    } catch {
      return false;
    }
  }

  /** Takes away the lock that an engine which was killed has left. */
  async cancel(): Promise<void> {
    await (await this.#opened()).cancel();
  }

  /** Goes on from a state that was exported before. */
  async importState(state: Deployment): Promise<void> {
    const stack = await this.#opened();
    await stack.importStack(state);
    this.#resources = await resourcesOf(stack);
  }

  /** Stops the provider servers and removes all that Pulumi has written. */
  async close(): Promise<void> {
    for (const server of this.#servers) server.stop();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
    this.#closed();
  }

  async #run(run: Run, { refresh = false }: RunFlags = {}): Promise<StackResult> {
    const stack = await this.#opened();
    await this.#configure(stack);
    this.#durations.clear();
    const report = this.#options.onEvent ?? (() => {});
    const events = new EngineEvents(report);
    const onEvent = (event: EngineEvent) => events.receive(event);
    const { policyPacks, parallel } = this.#options;
    const common = { onEvent, color: "never" as const, ...(parallel !== undefined && { parallel }) };
    const options = { ...common, ...(refresh && { refresh }) };
    const failure = await succeed(() =>
      run === "preview" ? stack.preview({ ...options, ...(policyPacks && { policyPacks }) }) : stack[run](options),
    );
    const failed = failure !== undefined;
    if (failed && !events.diagnostics.some(({ severity }) => severity === "error")) {
      events.diagnostics.push({ severity: "error", message: failure });
    }
    const before = this.#resources;
    if (this.#killed) await repairStates(join(stack.workspace.workDir, "..", "state"));
    this.#killed = false;
    if (run !== "preview") this.#resources = await resourcesOf(stack);
    const { operations, simulatedMillis } = await timed(events, {
      before,
      after: this.#resources,
      durations: this.#durations,
      parallel: this.#options.parallel,
    });
    for (const operation of operations) report({ kind: "ended", operation });
    return {
      succeeded: !failed,
      operations,
      simulatedMillis,
      outputs: run === "preview" ? previewed(events.outputs) : await outputsOf(stack, this.#resources),
      diagnostics: events.diagnostics,
    };
  }

  async #opened(): Promise<AutomationStack> {
    this.#stack ??= await this.#open();
    return this.#stack;
  }

  async #open(): Promise<AutomationStack> {
    const pulumi = findPulumi();
    if (!pulumi) throw new Error(`there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`);
    const folder = await mkdtemp(join(tmpdir(), "pulumi-stack-"));
    this.#folder = folder;
    this.#closed = onExit(() => rmSync(folder, { recursive: true, force: true }));
    await Promise.all(["bin", "home", "project", "state"].map((name) => mkdir(join(folder, name))));
    // The engine says which process it is, so that it can be killed.
    const script = `#!/bin/sh\necho $$ > "${join(folder, PID_FILE)}"\nexec "${pulumi}" "$@"\n`;
    await writeFile(join(folder, "bin", "pulumi"), script, { mode: 0o755 });
    for (const plugin of this.#options.plugins ?? []) await install(plugin, join(folder, "home"));
    await writeFile(join(folder, "project", "Pulumi.yaml"), await movedProject(resolve(this.#options.program)));

    const workspace = await LocalWorkspace.create({
      workDir: join(folder, "project"),
      pulumiHome: join(folder, "home"),
      pulumiCommand: await PulumiCommand.get({ root: folder, skipVersionCheck: true }),
      envVars: {
        PATH: [dirname(pulumi), process.env.PATH ?? ""].join(delimiter),
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "rehearsal",
        PULUMI_DEBUG_PROVIDERS: (await this.#serve()).join(","),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // The providers are here; the engine would first try to fetch the published ones, for seconds where it cannot.
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    });
    const name = this.#options.name ?? "rehearsal";
    await workspace.createStack(name);
    return await LocalWorkspace.selectStack(
      { stackName: name, workDir: workspace.workDir },
      { pulumiHome: workspace.pulumiHome, pulumiCommand: workspace.pulumiCommand, envVars: workspace.envVars },
    );
  }

  /** @returns the package and port of each provider, as PULUMI_DEBUG_PROVIDERS lists them. */
  async #serve(): Promise<string[]> {
    return await Promise.all(
      this.#options.providers.map(async (provider) => {
        const server = new ProviderServer(provider, (urn, what, millis) =>
          this.#durations.set(`${what} ${urn}`, millis),
        );
        this.#servers.push(server);
        return `${provider.name}:${await server.start()}`;
      }),
    );
  }

  async #configure(stack: AutomationStack): Promise<void> {
    const { workspace, name } = stack;
    const environment = this.#options.environment?.() ?? {};
    const nodeOptions = environment.NODE_OPTIONS ?? process.env.NODE_OPTIONS ?? "";
    workspace.envVars = {
      ...workspace.envVars,
      ...environment,
      NODE_OPTIONS: `--require=${JSON.stringify(PLAIN_STACKS)} ${nodeOptions}`.trim(),
    };
    const plain: Record<string, unknown> = {};
    const secrets: [string, PropertyValue][] = [];
    for (const [key, value] of Object.entries(this.config)) {
      const inner = revealed(value);
      if (inner !== undefined) secrets.push([key, inner]);
      else if (value !== undefined) plain[key] = value;
    }
    const { encryptionSalt } = await workspace.stackSettings(name);
    const file = join(workspace.workDir, `Pulumi.${name}.yaml`);
    const text = stringify(
      { ...(encryptionSalt && { encryptionsalt: encryptionSalt }), config: plain },
      // Unquoted, Pulumi's YAML would take an instant for a date, and hand it over in another form.
      { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 },
    );
    await writeFile(file, text);
    if (secrets.length > 0) {
      await stack.setAllConfig(
        Object.fromEntries(
          secrets.map(([key, value]) => [
            key,
            { value: typeof value === "string" ? value : JSON.stringify(value), secret: true },
          ]),
        ),
      );
    }
  }
}

/** @returns why it failed, or undefined when it didn't. */
async function succeed(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function resourcesOf(stack: AutomationStack): Promise<ExportedResource[]> {
  const { deployment } = await stack.exportStack();
  return deployment?.resources ?? [];
}
