import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { JSON_OPTION, printJson, type Run } from "../command";
import { EXIT, UsageError } from "../exit-codes";
import { flowing } from "../help-text";
import { readText } from "../text-file";
import type { CheckedFile } from "./formats";

interface Options {
  json?: true;
  github?: true;
  strict?: true;
}

const HELP = `
Judges the configuration as "pulumi up" does, with the same messages, all at once, and asks no
cloud, no cluster and no Pulumi. Values that only Pulumi can decrypt ("secure:"), and values with
\${...}, are not judged. What depends on a wrong value is judged once that is right. For each file
without errors, a line says which databases and which pauses it describes.

Examples:
  scalar-backup check Pulumi.prod.yaml
  scalar-backup check --github   # in GitHub Actions, for the pull request

Exits with 0 without errors, 1 with errors (--strict: or warnings; notes never count), 2 if a file cannot be read.`;

/** `scalar-backup check`: judges stack files where they are written. */
export function register(command: Command, run: Run): void {
  command
    .description("Judges stack files (Pulumi.<stack>.yaml): every problem with its line, before anything is deployed.")
    .argument("[file...]", "stack files, folders with some, or - for standard input; by default this folder")
    .option("--json", JSON_OPTION)
    .option("--github", "also print each finding as a GitHub annotation")
    .option("--strict", "warnings are findings too")
    .addHelpText("after", flowing(HELP))
    .action(
      run((terminal, given: string[], { json, github, strict }: Options) => {
        const { asAnnotations, asText, numberOf }: typeof import("./formats") = require("./formats");
        const { judged }: typeof import("./judge") = require("./judge");
        const files = (given.length > 0 ? given : ["."]).flatMap(filesOf).map(
          (file): CheckedFile => ({
            file: file === "-" ? "<stdin>" : file,
            ...judged(readText(file), terminal.env),
          }),
        );
        if (json) printJson(terminal, { files });
        else for (const line of asText(files, terminal.paint, Date.now())) terminal.out(line);
        if (github) for (const line of asAnnotations(files)) (json ? terminal.note : terminal.out)(line);
        const found = numberOf(files, "error") + (strict ? numberOf(files, "warning") : 0);
        return found > 0 ? EXIT.findings : EXIT.ok;
      }),
    );
}

/** A folder's stack files, or the file itself. */
function filesOf(given: string): string[] {
  if (!statSync(given, { throwIfNoEntry: false })?.isDirectory()) return [given];
  const files = readdirSync(given).filter((file) => /^Pulumi\..+\.ya?ml$/.test(file));
  if (files.length > 0) return files.sort().map((file) => join(given, file));
  throw new UsageError(
    `there is no stack file (Pulumi.<stack>.yaml) in ${given === "." ? "this folder" : given}; name one, or write one with "scalar-backup init"`,
  );
}
