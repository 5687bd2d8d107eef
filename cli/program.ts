import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { messageOf } from "../restore-points/error-message";
import type { Run } from "./command";
import { COMMANDS } from "./commands";
import { addCompletion, COMPLETION, describeCompletion } from "./completion";
import { EXIT, EXIT_MEANINGS, type ExitCode, FailedError, UsageError } from "./exit-codes";
import type { Terminal } from "./terminal";

export const NAME = "scalar-backup";

const DESCRIPTION =
  "Backs up and restores the databases of ScalarDB and ScalarDL to one consistent instant.\n" +
  '"pulumi up" does the work; these commands help before, between and after.';

/** Runs the command line. @param args without the program's name */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const run: Run =
    (action) =>
    async (...given) => {
      exitCode = await action(terminal, ...given);
    };
  const chosen = args[0] === "help" ? args[1] : args.find((arg) => !arg.startsWith("-"));
  const completes = Object.values<string | undefined>(COMPLETION).includes(chosen);
  const program = buildProgram(terminal, run, ({ name }) => completes || name === chosen);
  if (completes) addCompletion(program);
  else describeCompletion(program);
  // Commander's own "help" of an unknown command shows all help, and does not say why.
  const unknown =
    args[0] === "help" && chosen !== undefined && !program.commands.some((each) => each.name() === chosen);
  try {
    await program.parseAsync(unknown ? args.slice(1) : args, { from: "user" });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error, `${NAME}${COMMANDS.some(({ name }) => name === chosen) ? ` ${chosen}` : ""}`, terminal);
  }
}

/** The program with all commands; those that `isLoaded` chooses have their options. */
export function buildProgram(terminal: Terminal, run: Run, isLoaded: (command: { name: string }) => boolean): Command {
  const program = new Command(NAME)
    .description(DESCRIPTION)
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show this")
    .helpCommand("help [command]", "show a command's help")
    .usage("<command> [options]")
    .showSuggestionAfterError()
    .showHelpAfterError(`"${NAME} --help" shows the commands`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(withoutLastNewline(text)),
      writeErr: (text) => terminal.note(withoutLastNewline(text)),
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .addHelpText("after", `\n${exitCodeHelp()}`);
  for (const entry of COMMANDS) {
    const command = program
      .command(entry.name)
      .summary(entry.summary)
      .description(entry.summary)
      .helpOption("-h, --help", "show this")
      .showHelpAfterError(`"${NAME} ${entry.name} --help" shows the options`);
    if (isLoaded(entry)) entry.load().register(command, run);
  }
  return program;
}

/** What `--help` says about exit codes. */
function exitCodeHelp(): string {
  return ["Exit codes:", ...EXIT_MEANINGS.map(([code, meaning]) => `  ${code}  ${meaning}`)].join("\n");
}

function exitCodeOf(error: unknown, prefix: string, { note, paint }: Terminal): ExitCode {
  // Commander has printed its own errors, and the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  note(`${paint("red", `${prefix}:`)} ${messageOf(error)}`);
  if (error instanceof UsageError) return EXIT.usage;
  // Any other error is a mistake of this program, or comes from a library: where it happened helps to report it.
  if (!(error instanceof FailedError) && error instanceof Error && error.stack) note(paint("dim", error.stack));
  return EXIT.failed;
}

const withoutLastNewline = (text: string) => text.replace(/\n$/, "");

/** The package's version: package.json is one folder up, from the sources and from `dist` alike. */
function version(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8"));
  return version;
}
