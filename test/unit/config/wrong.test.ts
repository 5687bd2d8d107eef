import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { dump, load } from "js-yaml";
import { awsSettings } from "../../../components/databases/settings";
import { pauseWarnings } from "../../../components/pause/validate";
import { setWarnings } from "../../../components/warnings";
import { readStackConfig } from "../../../config";
import { PROJECT } from "../../../config/schema";

/** One wrong configuration: an example, and how it is changed. */
interface Case {
  name: string;
  wrong: string;
  from: string;
  set?: Record<string, unknown>;
  remove?: string[];
  rename?: Record<string, string>;
}

const FOLDER = join(__dirname, "wrong");
const cases = ["mutated.yaml", "named.yaml"].flatMap(
  (file) => load(readFileSync(join(FOLDER, file), "utf8")) as Case[],
);
/** What users read, by case. After a change: `MESSAGES=write npx ava test/unit/config/wrong.test.ts`, and read every line. */
const MESSAGES = join(FOLDER, "messages.yaml");
const expected = load(readFileSync(MESSAGES, "utf8")) as Record<string, string[]>;
/** Written once for all cases, when every test has run. */
const written: Record<string, string[]> = {};

// What a user has in the environment is no part of a configuration.
for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) delete process.env[name];

type Values = Record<string, unknown>;

/** `databases[0].create.tables["a.b"].x` as its steps; another project's key, such as aws:region, is one step. */
function steps(path: string): (string | number)[] {
  if (/^\w+:/.test(path)) return [path];
  return [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, key]) =>
    index === undefined ? (quoted ?? (key as string)) : Number(index),
  );
}

function parentOf(values: Values, path: string): [parent: Values, key: string | number] {
  const [last, ...before] = steps(path).reverse() as [string | number, ...(string | number)[]];
  const parent = before.reverse().reduce<Values>((inner, step) => {
    inner[step] ??= {};
    return inner[step] as Values;
  }, values);
  return [parent, last];
}

/** The configuration of a case, by its keys below `scalar-backup:`, and those of other projects by their whole names. */
function configurationOf({ from, set = {}, remove = [], rename = {} }: Case): Values {
  const file = join(__dirname, `../../../examples/Pulumi.${from}.yaml`);
  const { config } = (from === "none" ? { config: {} } : load(readFileSync(file, "utf8"))) as { config: Values };
  const values = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(`${PROJECT}:`, ""), value]),
  );
  for (const [path, value] of Object.entries(set)) {
    const [parent, key] = parentOf(values, path);
    parent[key] = value;
  }
  for (const path of [...remove, ...Object.keys(rename)]) {
    const [parent, key] = parentOf(values, path);
    if (rename[path] !== undefined) parent[rename[path]] = parent[key];
    delete parent[key];
  }
  return values;
}

/** Gives the program its configuration as the Pulumi CLI does: everything as text, lists and maps as JSON. */
function configure(values: Values): void {
  const texts = Object.entries(values).map(([key, value]) => [
    key.includes(":") ? key : `${PROJECT}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts));
}

/** What `pulumi up` reports of a configuration, before it asks a cloud anything. */
function reported(values: Values): string[] {
  configure(values);
  try {
    const config = readStackConfig();
    const aws = awsSettings();
    const warnings = [...setWarnings(config, aws), ...(config.pause ? pauseWarnings(config.pause) : [])];
    return warnings.map(({ path, message }) => `warning: ${path}: ${message}`);
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    const [, ...lines] = error.message.split("\n");
    return lines.map((line) => line.trim());
  }
}

test("the examples that the cases change have no problem and no warning", (t) => {
  for (const from of new Set(cases.map((each) => each.from)))
    if (from !== "none") t.deepEqual(reported(configurationOf({ name: "", wrong: "", from })), [], from);
});

/** zod's own phrases, and what a stack trace looks like. */
const NOT_FOR_USERS =
  /Invalid (input|option|string|key|element)|expected (array|string|number|object|record|int|boolean|nonoptional)\b|to have [<>]=?|Too (small|big)|must (start|end) with|must match pattern|Unrecognized|undefined|NaN|\[object|\n? {4}at |u0000/;

for (const one of cases)
  test(`reports ${one.name}`, (t) => {
    const messages = reported(configurationOf(one));
    written[one.name] = messages;
    t.true(messages.length > 0, "neither an error nor a warning");
    for (const message of messages) {
      t.notRegex(message, NOT_FOR_USERS);
      t.regex(
        message,
        /^(warning: )?(scalar-backup:|aws:|pause|databases|vault)[\w.[\]":, /-]*: ./,
        "begins with the path",
      );
    }
    if (process.env.MESSAGES !== "write") t.deepEqual(messages, expected[one.name]);
  });

test("no message is kept for a case that is gone", (t) => {
  const names = cases.map(({ name }) => name);
  t.is(new Set(names).size, names.length);
  if (process.env.MESSAGES !== "write") t.deepEqual(Object.keys(expected), names);
});

test.after.always(() => {
  if (process.env.MESSAGES !== "write") return;
  const head =
    "# What users read of each wrong configuration. Written by wrong.test.ts, and read line by line with every change.\n";
  const all = Object.fromEntries(cases.map(({ name }) => [name, written[name] ?? []]));
  writeFileSync(MESSAGES, head + dump(all, { lineWidth: -1 }));
});
