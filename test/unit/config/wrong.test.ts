import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { stringify } from "yaml";
import { awsSettings } from "../../../components/databases/settings";
import { pauseWarnings } from "../../../components/pause/validate";
import { setWarnings } from "../../../components/warnings";
import { readStackConfig } from "../../../config";
import { recoveryDoubts, recoveryNotes } from "../../../config/problems";
import { PROJECT } from "../../../config/schema";
import { cases, configurationOf, expected, MESSAGES, type Values } from "./cases";

/** Written once for all cases, when every test has run. */
const written: Record<string, string[]> = {};

// What a user has in the environment is no part of a configuration.
for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) delete process.env[name];

/** Gives the program its configuration as the Pulumi CLI does: everything as text, lists and maps as JSON. */
function configure(values: Values): void {
  const texts = Object.entries(values).map(([key, value]) => [
    key.includes(":") ? key : `${PROJECT}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts));
}

/** What `pulumi up` reports of a configuration, before it asks a cloud anything; and what only `check` says, as notes. */
function reported(values: Values): string[] {
  configure(values);
  try {
    const config = readStackConfig();
    const aws = awsSettings();
    const warnings = [
      ...setWarnings(config, aws),
      ...(config.pause ? pauseWarnings(config.pause) : []),
      ...recoveryDoubts(config, aws),
    ];
    return [
      ...warnings.map(({ path, message }) => `warning: ${path}: ${message}`),
      ...recoveryNotes(config, aws).map(({ path, message }) => `note: ${path}: ${message}`),
    ];
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
      t.notRegex(message, /sEcReT/, "shows a secret");
      t.regex(
        message,
        /^((warning|note): )?(scalar-backup:|aws:|pause|databases|vault|restore)[\w.[\]":, /-]*: ./,
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
  writeFileSync(MESSAGES, head + stringify(all, { lineWidth: 0, singleQuote: true }));
});
