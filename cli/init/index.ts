import { existsSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { messageOf } from "../../restore-points/error-message";
import { JSON_OPTION, printJson, type Run } from "../command";
import { EXIT, FailedError, UsageError } from "../exit-codes";
import { flowing } from "../help-text";
import type { Terminal } from "../terminal";
import type { Found, Places } from "./found";

interface Options {
  stack: string;
  region?: string;
  subscription?: string;
  resourceGroups?: string;
  context?: string;
  databases?: string;
  tag?: string;
  schedule?: string;
  timeZone?: string;
  example?: true;
  yes?: true;
  json?: true;
}

const SCHEDULE = "0 3 * * *";
/** How long it is silent before it says that it still looks. */
const SILENT_MILLIS = 3_000;

const HELP = `
Looks for ScalarDB's namespaces in DynamoDB, for RDS and Aurora databases, for Cosmos DB accounts
and flexible servers on Azure, and for releases of Scalar's products, with your credentials of the
clouds and your kubeconfig. What cannot be read is left out, and nothing is changed. A cloud is
looked at if a region or a subscription is known.
On a terminal, it asks for what no option says; --yes takes what is found. Without any database,
nothing is written, unless --example asks for a file to edit.

Examples:
  scalar-backup init --region ap-northeast-1 --context scalar-prod
  scalar-backup init --subscription "$(az account show --query id --output tsv)"
  scalar-backup init --stack test --databases ledger,customers-prod --yes

Exits with 0 if the file was written; 1 if it was, but some databases could not be read; 2 if the
file exists already, there is no database, the options cannot be used, or the dialogue is ended;
3 if no database was found and some could not be read.`;

/** `scalar-backup init`: writes a stack file that `check` accepts. */
export function register(command: Command, run: Run): void {
  command
    .description("Writes a commented stack file (Pulumi.<stack>.yaml) for the databases and releases that are found.")
    .option("--stack <name>", "the stack, by which the file is called", "prod")
    .option("--region <region>", "the AWS region of the databases; by default the environment's")
    .option("--subscription <id>", "the Azure subscription of the databases; by default ARM_SUBSCRIPTION_ID")
    .option("--resource-groups <names>", "only databases in these Azure resource groups, separated by commas")
    .option("--context <name>", "the kubeconfig's context of the cluster; by default the current one")
    .option("--databases <names>", "only these namespaces and names, separated by commas")
    .option("--tag <key=value>", "only databases with this tag; those of DynamoDB are not chosen by it")
    .option("--schedule <cron>", `when pods are paused, if they have to be (default: "${SCHEDULE}")`)
    .option("--time-zone <zone>", "the schedule's time zone, such as Asia/Tokyo; by default this machine's")
    .option("--example", "write an example where no database is found")
    .option("--yes", "ask nothing")
    .option("--json", JSON_OPTION)
    .addHelpText("after", flowing(HELP))
    .action(run((terminal, options: Options) => init(terminal, options)));
}

async function init(terminal: Terminal, options: Options) {
  const { find, namesOf }: typeof import("./found") = require("./found");
  const { answers }: typeof import("./answers") = require("./answers");
  const { dialogue }: typeof import("./questions") = require("./questions");
  const { isPaused, stackText }: typeof import("./stack-text") = require("./stack-text");
  const { nextPauseText }: typeof import("../check/next-pause") = require("../check/next-pause");
  const { judge }: typeof import("../check/judge") = require("../check/judge");
  const { neverSilent }: typeof import("../../operations/long-work") = require("../../operations/long-work");
  const file = fileOf(options.stack);
  const { env, note, out } = terminal;
  const questions =
    terminal.interactive && !options.yes
      ? dialogue({ input: process.stdin, output: process.stderr }, () => process.exit(EXIT.usage))
      : undefined;
  try {
    const { places, notLookedAt, choose, timing } = answers(options, env, questions);
    const where = await places();
    const tag = tagOf(options.tag);
    const look = () => find({ ...where, ...(tag && { tag }) }, env);
    const all = await neverSilent("looks for databases and releases", note, look, SILENT_MILLIS);
    const unread = [...notLookedAt(where), ...all.unread];
    for (const each of unread) note(`not read: ${each}`);
    if (namesOf(all).length === 0 && !options.example) throw nothingFound(all, where);
    const found = await choose(all);
    const times = await timing(found);
    const text = stackText(found, {
      ...(where.region !== undefined && { region: where.region }),
      ...(options.subscription !== undefined && { subscription: options.subscription }),
      context: options.context ?? found.context,
      ...times,
    });
    const problems = judge(text, env).filter(({ severity }) => severity === "error");
    if (problems.length > 0)
      throw new UsageError(problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
    write(file, text);
    const { namespaces, rds, azure, releases } = found;
    if (options.json) printJson(terminal, { file, namespaces, databases: [...rds, ...azure], releases, unread });
    else {
      const names = namesOf(found);
      out(`wrote ${file}: ${names.length === 0 ? "an example, because no database was found" : names.join(", ")}`);
      if (isPaused(found)) out(`${pausedText(found)}${nextPauseText(times.schedule, times.timeZone, Date.now())}`);
      out("next: read it, then");
      for (const command of [`scalar-backup check ${file}`, `pulumi stack init ${options.stack}`, "pulumi preview"])
        out(`  ${command}`);
    }
    return all.databasesUnread ? EXIT.findings : EXIT.ok;
  } finally {
    questions?.close();
  }
}

/** An invented system in a stack's file would look like one that was found. */
function nothingFound({ databasesUnread }: Found, { region, azure }: Places): Error {
  const written = "nothing was written; --example writes a file to edit";
  if (databasesUnread)
    return new FailedError(`no database was found, because what is named above was not read; ${written}`);
  return new UsageError(
    region === undefined && azure === undefined
      ? `no cloud was looked at: give --region or --subscription; ${written}`
      : `no database was found; look elsewhere with --region, --subscription or another --tag; ${written}`,
  );
}

function pausedText({ releases, context }: Pick<Found, "releases" | "context">): string {
  if (releases.length === 0)
    return "  no release was found whose pods would be paused: edit scalar-backup:pause.releases";
  const names = releases.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
  return `  it pauses the pods of ${names}${context === undefined ? "" : `, in context ${context}`}`;
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
