import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { parse } from "yaml";
import type { Found } from "../../../cli/init/found";
import { chosen, dialogue } from "../../../cli/init/questions";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../../rehearsal/sets/dynamodb";
import { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { hasPty } from "./pty";

const REGION = "ap-northeast-1";
const [CTRL_C, CTRL_D, ENTER] = ["\u0003", "\u0004", "\r"];

/** A dialogue with a person who has typed these lines, and what was shown. */
function typed(...lines: string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const shown: string[] = [];
  output.setEncoding("utf8").on("data", (part: string) => shown.push(part));
  input.end(lines.map((line) => `${line}\n`).join(""));
  return { questions: dialogue({ input, output }, () => {}), shown: () => shown.join("") };
}

test("an empty answer is the default, and a wrong one is asked for again with the reason", async (t) => {
  const { questions, shown } = typed("", "seven", "7");
  t.is(await questions.ask("How many?", "3"), "3");
  const whole = (answer: string) => (/^\d+$/.test(answer) ? undefined : `${answer} is no number`);
  t.is(await questions.ask("How many?", "3", whole), "7");
  t.regex(shown(), /seven is no number/);
});

test("the end of the input ends the dialogue", async (t) => {
  const { questions } = typed("1");
  t.is(await questions.ask("How many?", "3"), "1");
  await t.throwsAsync(questions.ask("How many?", "3"), { message: /nothing was written/ });
  await t.throwsAsync(questions.ask("How many?", "3"), { message: /nothing was written/ });
});

test("databases are chosen by number or name, one of two with the same name by its number", async (t) => {
  const found: Found = {
    namespaces: ["ledger"],
    rds: [{ kind: "rdsMysql", identifier: "customers", cluster: false }],
    azure: [{ kind: "cosmosdb", name: "ledger", resourceGroupName: "databases" }],
    releases: [],
    unread: [],
  };
  const answered = async (...lines: string[]) => {
    const { questions } = typed(...lines);
    const { namespaces, rds, azure } = await chosen(found, questions);
    return [namespaces.length, rds.length, azure.length];
  };
  t.deepEqual(await answered(""), [1, 1, 1]);
  t.deepEqual(await answered("2"), [0, 1, 0]);
  t.deepEqual(await answered("3, customers"), [0, 1, 1]);
  t.deepEqual(await answered("ledger"), [1, 0, 1]);
  t.deepEqual(await answered("leger", "0", "4", "1 2"), [1, 1, 0]);
});

if (!hasPty)
  test.skip("the dialogue is not tried on a terminal, because there is no python3 with the module pty", () => {});
const onTerminal = hasPty ? test : test.skip;

/** A cloud with two databases and a release. */
async function clouds(t: ExecutionContext): Promise<Record<string, string>> {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "scalardb-cluster",
    product: "scalardb-cluster",
    replicas: 1,
  });
  return { ...(await cloud.environment()), ARM_SUBSCRIPTION_ID: "", NO_COLOR: "1" };
}

/** Runs `scalar-backup init` on a terminal of 80 columns. @param steps what to wait for, and what is typed then */
async function play(t: ExecutionContext, env: NodeJS.ProcessEnv, steps: [awaited: string, typed: string][]) {
  const folder = mkdtempSync(join(tmpdir(), "scalar-backup-dialogue-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const command = [process.execPath, join(__dirname, "../../../cli/bin.cjs"), "init"];
  const child = spawn("python3", [join(__dirname, "on-pty.py"), "80", "120", JSON.stringify(steps), ...command], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, TERM: "xterm-256color", TZ: "Asia/Tokyo", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const screen = await text(child.stdout);
  const file = join(folder, "Pulumi.prod.yaml");
  return { code: await exit, screen, file: existsSync(file) ? readFileSync(file, "utf8") : undefined };
}

onTerminal("a person answers the questions at a terminal, some of them wrongly first", async (t) => {
  const { code, screen, file } = await play(t, await clouds(t), [
    ["Azure subscription", ENTER],
    ["names)?", `5${ENTER}`],
    ["5 is none of them", `2,ledger${ENTER}`],
    ["(cron)?", `60 3 * * *${ENTER}`],
    ["minute must be 0-59", `0 4 * * *${ENTER}`],
    ["zone?", `JST${ENTER}`],
    ["did you mean Asia/Tokyo?", ENTER],
  ]);
  t.is(code, 0, screen);
  const { config } = parse(file ?? "");
  t.deepEqual(
    config["scalar-backup:databases"].map(({ name }: { name: string }) => name),
    ["ledger", "customers-prod"],
  );
  t.like(config["scalar-backup:pause"], { schedule: "0 4 * * *", timeZone: "Asia/Tokyo" });
  t.regex(screen, /it pauses the pods of scalar\/scalardb-cluster, in context /);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colors begin with this one.
  t.notRegex(screen, /\u001b\[\d+m/, "NO_COLOR is set");
  const questions = screen.split(/\r?\n/).filter((line) => line.includes("? ["));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: so do the movements of the cursor.
  const widths = questions.map((line) => line.replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, "").split("] ")[0]?.length ?? 0);
  t.true(Math.max(...widths) < 79, "a question does not fit into a line of 80 columns");
});

onTerminal("Ctrl-C and Ctrl-D end the dialogue with a message, and nothing is written", async (t) => {
  const env = await clouds(t);
  for (const key of [CTRL_C, CTRL_D] as const) {
    const { code, screen, file } = await play(t, env, [
      ["Azure subscription", ENTER],
      ["names)?", key],
    ]);
    t.is(code, 2, screen);
    t.regex(screen, /\nscalar-backup init: ended before all questions were answered; nothing was written/);
    t.is(file, undefined);
  }
});

onTerminal("Ctrl-C ends the program while it looks for databases, too", async (t) => {
  // Nothing answers there.
  const env = { ...(await clouds(t)), AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
  const { code, screen, file } = await play(t, env, [["Azure subscription", `${ENTER}${CTRL_C}`]]);
  t.is(code, 2, screen);
  t.regex(screen, /ended before all questions were answered; nothing was written/);
  t.is(file, undefined);
});
