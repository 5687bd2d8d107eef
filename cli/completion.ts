import type { Command } from "commander";

/** The command that prints a shell's script, and the hidden one that this script calls for each completion. */
export const COMPLETION = { script: "completion", request: "complete" } as const;

/** Shows `completion` in the help, and checks its argument. */
export function describeCompletion(program: Command): void {
  program
    .command(COMPLETION.script)
    .summary("print a script that completes commands and options in your shell")
    .argument("<shell>", "zsh, bash, fish or powershell");
}

/** Adds both commands to a program whose other commands have all their options. */
export function addCompletion(program: Command): void {
  const { default: tab }: typeof import("@bomb.sh/tab/commander") = require("@bomb.sh/tab/commander");
  tab(program, { completionCommandName: COMPLETION.script });
}
