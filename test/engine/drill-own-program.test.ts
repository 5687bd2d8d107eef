import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { stringify } from "yaml";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { DrillStacks } from "./drill-stacks";

/** `scalar-backup drill` in a stack whose program is a user's own, on the real engine. */

const hasPulumi = findPulumi() !== undefined;
const withPulumi = hasPulumi ? test : test.skip;
if (!hasPulumi) console.error(`skipped: these tests need a Pulumi CLI: ${HOW_TO_GET_PULUMI}`);

const AT = "2026-11-22T03:00:00Z";
const POINTS = { asOf: AT, pauseRequired: true, databases: [], points: [], unlisted: 0, latest: AT };

withPulumi("a drill writes nothing to a stack whose program would not read it", async (t) => {
  t.timeout(600_000);
  const stacks = await DrillStacks.start(t, 0);
  const program = { name: "payments", runtime: "yaml", outputs: { restorePoints: POINTS } };
  writeFileSync(join(stacks.project, "Pulumi.yaml"), stringify(program, { defaultStringType: "QUOTE_DOUBLE" }));
  await stacks.pulumi("stack", "init", "tokyo");
  await stacks.pulumi("config", "set", "aws:region", "ap-northeast-1", "--stack", "tokyo");
  await stacks.pulumi("up", "--stack", "tokyo", "--yes", "--skip-preview");
  const file = join(stacks.project, "Pulumi.tokyo.yaml");
  const refused = async (because: RegExp, ...args: string[]) => {
    const [config, state] = [readFileSync(file, "utf8"), await stacks.pulumi("stack", "export", "--stack", "tokyo")];
    const { code, stderr } = await stacks.scalarBackup("drill", "--yes", ...args);
    t.is(code, 2, stderr);
    t.regex(stderr, because);
    t.regex(stderr, /docs\/library\.md/);
    t.is(readFileSync(file, "utf8"), config);
    t.is(await stacks.pulumi("stack", "export", "--stack", "tokyo"), state);
  };
  const missing = /scalar-backup:databases: is missing in the configuration of the stack tokyo/;
  await refused(missing, "--stack", "tokyo");
  await refused(missing, "--stack", "tokyo", "--clean-up");
  await refused(missing, "--stack", "tokyo-drills", "--from", "tokyo");
  t.notRegex(await stacks.pulumi("stack", "ls"), /tokyo-drills/);

  // A file for "scalar-backup check", say.
  await stacks.pulumi("config", "set", "scalar-backup:databases", "[]", "--stack", "tokyo");
  await refused(/the program of the stack tokyo does not read scalar-backup:restore/, "--stack", "tokyo");
});
