import type { Command } from "commander";
import type { ExitCode } from "./exit-codes";
import type { Terminal } from "./terminal";

/**
 * What the file or folder of a command exports. `register` gets the command with its name and summary, and adds arguments,
 * options, help and the action. It loads nothing heavy: what the action needs is loaded when the action runs.
 */
export interface CommandModule {
  register(command: Command, run: Run): void;
}

/**
 * Makes an action for commander of a function that gets the terminal, the arguments and the options, and returns the exit code.
 * It may throw a `UsageError` or a `FailedError`.
 *
 *     command.argument("<file...>").option("--json", JSON_OPTION).action(run(({ out }, files: string[], options: Options) => ...));
 */
export type Run = <Args extends unknown[]>(
  action: (terminal: Terminal, ...args: Args) => ExitCode | Promise<ExitCode>,
) => (...args: Args) => Promise<void>;

/** The description of `--json`, which every command with a result has. */
export const JSON_OPTION = "print the result as JSON, for programs";

export function printJson({ out }: Pick<Terminal, "out">, value: unknown): void {
  out(JSON.stringify(value, undefined, 2));
}
