import { PROGRAM } from "../../../rehearsal/engines";
import { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { EmbeddedStack, served } from "../../../simulator/engine/embedded";
import type { StackResult } from "../../../simulator/engine/stack";
import { CommandProvider } from "../../../simulator/providers/command";
import { ProgramThread } from "../program-thread";
import type { Values } from "./maps";
import { build, REGION } from "./world";

export class Planner {
  readonly #thread = new ProgramThread();

  /** Previews a configuration on simulated clouds that have what it names. */
  async preview(values: Values): Promise<StackResult> {
    const cloud = await SimulatedCloud.start({ seed: 1 });
    try {
      build(cloud, values);
      const entries = Object.entries(values).map(([key, value]) => [`scalar-backup:${key}`, value]);
      const environment = () => ({ ...cloud.environment(), AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" });
      const stack = new EmbeddedStack({
        program: PROGRAM,
        providers: [...cloud.providers(), new CommandProvider({ environment, directory: PROGRAM })],
        environment,
        source: served((options) => this.#thread.start(options)),
        config: {
          "aws:region": REGION,
          "azure-native:location": "japaneast",
          "kubernetes:context": "scalar-prod",
          ...Object.fromEntries(entries),
        },
      });
      return await stack.preview();
    } finally {
      await cloud.stop();
    }
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }
}

const STACK_TRACE = /unhandled exception|\n\s+at |\[object|\bundefined\b/;

/**
 * What no plan of an accepted configuration may show: a stack trace, or a resource that its provider refuses. The program may
 * refuse what it finds in the clouds; and not every argument of a created resource is simulated.
 */
export function violationsOf({ diagnostics }: StackResult): string[] {
  return diagnostics
    .filter(({ severity, message, urn }) => {
      if (severity !== "error" || message.includes("not simulated")) return false;
      return STACK_TRACE.test(message) || (urn !== undefined && !urn.includes("pulumi:pulumi:Stack::"));
    })
    .map(({ message, urn }) => `${urn?.split("::").slice(2).join("::")}: ${message}`);
}
