import { PLAIN } from "../restore-points/paint";
import { COMMANDS } from "./commands";
import { buildProgram, NAME } from "./program";
import type { Terminal } from "./terminal";

const INTRODUCTION = `# The command \`${NAME}\`

\`pulumi up\` protects and restores. \`${NAME}\` helps before, between and after: in a project with the package, run
\`npx ${NAME} <command>\`; in a clone, \`npm run --silent ${NAME} -- <command>\`. It changes nothing unless a command says so.
Commands read the stack files of this project's own program: [which of them work](library.md#commands) with a program of your own.
This page is the commands' own help (\`npm run docs:cli\` writes it).

Results go to standard output, everything else to standard error. \`--json\` prints the result for programs; a command that ends without
a result prints nothing there, and the reason to standard error. A reader that stops reading (\`| head -1\`) changes neither what a command
does nor its exit code. Colors follow the terminal, \`NO_COLOR\` and \`FORCE_COLOR\`. \`${NAME} completion bash\` (zsh, fish, powershell) prints a script that completes
commands and options where \`${NAME}\` is on the PATH.

Git can check stack files before each commit, with [pre-commit](https://pre-commit.com):

\`\`\`yaml
repos:
  - repo: local
    hooks:
      - id: ${NAME}-check
        name: ${NAME} check
        entry: npx --no-install ${NAME} check
        language: system
        files: (^|/)Pulumi\\.[^/]+\\.ya?ml$
\`\`\`

In GitHub Actions, \`run: npx ${NAME} check --github\` shows each problem at its line in the pull request.
`;

/** The text of docs/cli.md. */
export function cliReference(): string {
  let text = "";
  const terminal: Terminal = {
    out: (line) => {
      text += `${line}\n`;
    },
    note: () => {},
    columns: 100,
    paint: PLAIN,
    interactive: false,
    env: {},
    now: Date.now,
  };
  const program = buildProgram(
    terminal,
    () => async () => {},
    () => true,
  );
  const helpOf = (name?: string): string => {
    text = "";
    (program.commands.find((command) => command.name() === name) ?? program).outputHelp();
    return `\`\`\`text\n${text.trim()}\n\`\`\`\n`;
  };
  return [INTRODUCTION, helpOf(), ...COMMANDS.map(({ name }) => `## ${name}\n\n${helpOf(name)}`)].join("\n");
}
