import { existsSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { messageOf } from "../../restore-points/error-message";
import { JSON_OPTION, printJson, type Run } from "../command";
import { EXIT, UsageError } from "../exit-codes";
import type { Terminal } from "../terminal";

interface Options {
  stack: string;
  region?: string;
  context?: string;
  databases?: string;
  tag?: string;
  schedule: string;
  timeZone?: string;
  yes?: true;
  json?: true;
}

const HELP = `
Looks for ScalarDB's namespaces in DynamoDB, for RDS and Aurora databases, and for releases of
Scalar's products, with your AWS credentials and your kubeconfig. What cannot be read is left out,
and nothing is changed. Databases on Azure are added by hand: examples/ has each kind.
On a terminal, it asks for what no option says; --yes takes what is found.

Examples:
  scalar-backup init --region ap-northeast-1 --context scalar-prod
  scalar-backup init --stack test --databases ledger,customers-prod --yes

Exits with 0, 2 if the file exists already or the options cannot be used.`;

/** `scalar-backup init`: writes a stack file that `check` accepts. */
export function register(command: Command, run: Run): void {
  command
    .description("Writes a commented stack file (Pulumi.<stack>.yaml) for the databases and releases that are found.")
    .option("--stack <name>", "the stack, by which the file is called", "prod")
    .option("--region <region>", "the AWS region of the databases; by default the environment's")
    .option("--context <name>", "the kubeconfig's context of the cluster; by default the current one")
    .option("--databases <names>", "only these namespaces and identifiers, separated by commas")
    .option("--tag <key=value>", "only RDS and Aurora databases with this tag")
    .option("--schedule <cron>", "when pods are paused, if they have to be", "0 3 * * *")
    .option("--time-zone <zone>", "the schedule's time zone, such as Asia/Tokyo; by default UTC")
    .option("--yes", "ask nothing")
    .option("--json", JSON_OPTION)
    .addHelpText("after", HELP)
    .action(run((terminal, options: Options) => init(terminal, options)));
}

async function init(terminal: Terminal, options: Options) {
  const { find }: typeof import("./found") = require("./found");
  const { askOnTerminal, chosen }: typeof import("./questions") = require("./questions");
  const { stackText }: typeof import("./stack-text") = require("./stack-text");
  const { judge }: typeof import("../check/judge") = require("../check/judge");
  const file = fileOf(options.stack);
  const { env, note } = terminal;
  const questions = terminal.interactive && !options.yes ? askOnTerminal() : undefined;
  try {
    const known = options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined);
    const region = questions && known === undefined ? await questions.ask("AWS region", "ap-northeast-1") : known;
    const tag = tagOf(options.tag);
    const all = await find({ region, context: options.context, ...(tag && { tag }) }, env);
    for (const each of all.unread) note(`not read: ${each}`);
    const found =
      questions && options.databases === undefined ? await chosen(all, questions) : only(all, options.databases);
    const schedule = questions
      ? await questions.ask("When are pods paused (cron)?", options.schedule)
      : options.schedule;
    const text = stackText(found, {
      region,
      context: options.context ?? found.context,
      schedule,
      ...(options.timeZone !== undefined && { timeZone: options.timeZone }),
    });
    const problems = judge(text, env).filter(({ severity }) => severity === "error");
    if (problems.length > 0)
      throw new UsageError(problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
    write(file, text);
    const { namespaces, rds, releases, unread } = found;
    if (options.json) printJson(terminal, { file, namespaces, databases: rds, releases, unread });
    else {
      const databases = namespaces.length + rds.length;
      terminal.out(
        `wrote ${file}: ${databases === 0 ? "an example, because no database was found" : [...namespaces, ...rds.map(({ identifier }) => identifier)].join(", ")}`,
      );
      terminal.out(
        `next: read it, then scalar-backup check ${file}, pulumi stack init ${options.stack}, pulumi preview`,
      );
    }
    return EXIT.ok;
  } finally {
    questions?.close();
  }
}

function fileOf(stack: string): string {
  if (!/^[\w.-]+$/.test(stack))
    throw new UsageError(`--stack ${stack} is no stack's name; expected letters, digits, ".", "-" and "_"`);
  const file = `Pulumi.${stack}.yaml`;
  if (existsSync(file))
    throw new UsageError(`${file} exists already, and is not overwritten; give another --stack, or remove the file`);
  return file;
}

function write(file: string, text: string): void {
  try {
    // Not even if it was created in the meantime.
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${messageOf(error)}`);
  }
}

function tagOf(text: string | undefined) {
  if (text === undefined) return undefined;
  const equals = text.indexOf("=");
  if (equals < 1) throw new UsageError(`--tag ${text} is not key=value, such as service=payments`);
  return { key: text.slice(0, equals), value: text.slice(equals + 1) };
}

function only<Each extends { namespaces: string[]; rds: { identifier: string }[] }>(
  found: Each,
  names: string | undefined,
): Each {
  if (names === undefined) return found;
  const wanted = names.split(",").map((name) => name.trim());
  const all = [...found.namespaces, ...found.rds.map(({ identifier }) => identifier)];
  const missing = wanted.filter((name) => !all.includes(name));
  if (missing.length > 0)
    throw new UsageError(
      `--databases: ${missing.join(", ")} was not found${all.length > 0 ? `; found were ${all.join(", ")}` : ""}`,
    );
  return {
    ...found,
    namespaces: found.namespaces.filter((name) => wanted.includes(name)),
    rds: found.rds.filter(({ identifier }) => wanted.includes(identifier)),
  };
}
