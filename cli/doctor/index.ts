import { readdirSync } from "node:fs";
import { basename } from "node:path";
import type { Command } from "commander";
import { durationText } from "../../restore-points/duration";
import { JSON_OPTION, printJson, type Run } from "../command";
import { EXIT, type ExitCode, UsageError } from "../exit-codes";
import { flowing } from "../help-text";
import type { Terminal } from "../terminal";
import { readText } from "../text-file";
import type { Ask, Finding } from "./finding";

/** How long it is silent before it says what it still waits for; each time twice as long, up to the longest. */
const SILENT_MILLIS = 3_000;
const LONGEST_SILENCE_MILLIS = 48_000;

const HELP = `
Asks the clouds and the clusters, changes nothing, and needs no stack: releases and their pods, the
pause schedule and its last runs, restore points, records of other clusters, permissions, those of
a recovery among them (IAM's own simulation, Azure's list of permissions, Kubernetes' access
reviews), AWS Backup's settings, quotas, databases and their protection, whether restores can be
proven, clocks, programs on this machine.

Examples:
  scalar-backup doctor Pulumi.prod.yaml
  scalar-backup doctor --json | jq '.findings[] | select(.state != "ok")'

Exits with 0 without problems (warnings do not count), 1 with problems, 2 if the stack file cannot
be used, 3 if something could not be asked and nothing else is a problem.`;

/** `scalar-backup doctor`: whether everything is there that the next window and a restore will need. */
export function register(command: Command, run: Run): void {
  command
    .description("Finds out whether everything is there that the next pause window and a restore will need.")
    .argument("[file]", "the stack file; by default the only Pulumi.*.yaml in this folder")
    .option("--json", JSON_OPTION)
    .addHelpText("after", flowing(HELP))
    .action(
      run(async (terminal, given: string | undefined, { json }: { json?: true }) => {
        const file = given ?? onlyStackFile();
        const findings = await examine(file, readText(file), terminal);
        const { asText }: typeof import("./text") = require("./text");
        if (json) printJson(terminal, { file, findings });
        else for (const line of asText(findings, terminal.columns, terminal.paint)) terminal.out(line);
        return exitCodeOf(findings);
      }),
    );
}

async function examine(file: string, text: string, terminal: Terminal): Promise<Finding[]> {
  const { judge }: typeof import("../check/judge") = require("../check/judge");
  const { readStackFile }: typeof import("../check/stack-file") = require("../check/stack-file");
  const { isObject }: typeof import("../../restore-points/shape") = require("../../restore-points/shape");
  const errors = judge(text, terminal.env).filter(({ severity }) => severity === "error");
  if (errors.length > 0)
    throw new UsageError(
      `${file} has ${errors.length === 1 ? "an error" : `${errors.length} errors`}, the first in line ${errors[0]?.line}: "scalar-backup check ${file}" shows them`,
    );
  const { content } = readStackFile(text);
  const config = isObject(content) && isObject(content.config) ? content.config : {};
  const { examineSituation }: typeof import("./examine") = require("./examine");
  const stack = /^Pulumi\.(.+)\.ya?ml$/.exec(basename(file))?.[1] ?? "dev";
  return examineSituation(config, stack, terminal, patient(terminal));
}

/** Says what it waits for when that takes long, in one line for all that is asked, and less and less often. */
export function patient({ note, now }: Pick<Terminal, "note" | "now">): Ask {
  const asked: string[] = [];
  let began = 0;
  let silent = SILENT_MILLIS;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    timer = setTimeout(() => {
      note(`still asking (${durationText(now() - began)}): ${asked.join(", ")}`);
      silent = Math.min(2 * silent, LONGEST_SILENCE_MILLIS);
      wait();
    }, silent);
  };
  return async (what, work) => {
    if (asked.push(what) === 1) {
      began = now();
      silent = SILENT_MILLIS;
      wait();
    }
    try {
      return await work();
    } finally {
      asked.splice(asked.indexOf(what), 1);
      if (asked.length === 0) clearTimeout(timer);
    }
  };
}

function exitCodeOf(findings: readonly Finding[]): ExitCode {
  if (findings.some(({ state }) => state === "problem")) return EXIT.findings;
  return findings.some(({ state }) => state === "unknown") ? EXIT.failed : EXIT.ok;
}

function onlyStackFile(): string {
  const files = readdirSync(".").filter((name) => /^Pulumi\..+\.ya?ml$/.test(name));
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) return only;
  throw new UsageError(
    only === undefined
      ? "there is no stack file (Pulumi.<stack>.yaml) in this folder; name one"
      : `this folder has several stack files; name one of ${files.sort().join(", ")}`,
  );
}
