/** Where a run's goals come from: the program, in a process of its own or in the engine's. */
import type { Deployment } from "./deployment";
import { reachable } from "./in-process-calls";
import { Monitor } from "./monitor";
import { Program, type ProgramOptions, type Running } from "./program";
import type { Project, StackConfig } from "./project";
import type { Diagnostic } from "./stack";

export interface SourceContext {
  project: Project;
  organization: string;
  stack: string;
  config: StackConfig;
  preview: boolean;
  /** How many resource operations run at a time. */
  parallel: number;
  /** Variables for the program's environment, in addition to those of this process. */
  environment: Record<string, string>;
  report(diagnostic: Diagnostic): void;
}

/**
 * Passes all that the program declares to the deployment, which deletes the rest when that is complete.
 * @returns why it could not, or undefined; empty when that has been reported already.
 */
export type Source = (deployment: Deployment, context: SourceContext) => Promise<string | undefined>;

/** A program that talks to the engine as every Pulumi program does, over gRPC, however it is started. */
export function served(start: (options: ProgramOptions) => Running): Source {
  return runBy(start, async (monitor) => ({ address: await monitor.start(), close: () => monitor.stop() }));
}

/** A program in this process, whose calls reach the engine without a wire (`in-process-calls.ts`). */
export function servedHere(start: (options: ProgramOptions) => Running): Source {
  return runBy(start, async (monitor) => reachable(monitor));
}

function runBy(
  start: (options: ProgramOptions) => Running,
  serve: (monitor: Monitor) => Promise<{ address: string; close(): void }>,
): Source {
  return async (deployment, context) => {
    const { report } = context;
    let complete = false;
    const monitor = new Monitor({
      deployment,
      report,
      async programEnded() {
        await deployment.deleteTheRest();
        complete = true;
      },
    });
    const { address, close } = await serve(monitor);
    try {
      const running = start({
        ...context,
        address,
        output: (message) => report({ severity: "info", message }),
      });
      deployment.whenCancelled.catch(() => running.stop());
      const problem = await running.ended;
      return problem ?? (complete ? undefined : "the program ended before it was done");
    } finally {
      close();
    }
  };
}

/** Runs the unchanged program by the SDK's own runner. */
export const program: Source = served((options) => new Program(options));
