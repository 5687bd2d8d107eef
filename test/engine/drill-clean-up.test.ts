import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { production, stateOf } from "./drilled-production";

/** What the clean-up of a drill does to the rest of production's stack, on the real engine; the clouds are simulated. */

const DRILL = ["drill", "--stack", "prod", "--yes"];

const hasPulumi = findPulumi() !== undefined;
const withPulumi = hasPulumi ? test.serial : test.serial.skip;
if (!hasPulumi) console.error(`skipped: these tests need a Pulumi CLI: ${HOW_TO_GET_PULUMI}`);

withPulumi("a clean-up deploys no change that was made during the drill", async (t) => {
  const { stacks, outputs, edit, keptDrill, cleanedUp } = await drilled(t);
  await keptDrill();
  const shown = await outputs();
  edit("0 3 * * *", "0 4 * * *");
  const said = await cleanedUp();
  t.regex(said, /without an update of the stack, which would deploy other changes: update /);
  t.deepEqual(await outputs(), shown, "no output is lost");

  // The next update of the stack is one as always, and ends what outputs show of the drill.
  t.regex(await stacks.pulumi("preview", "--stack", "prod"), /~ \d to update/);
  await stacks.pulumi("up", "--stack", "prod", "--yes", "--skip-preview");
  const after = await outputs();
  t.is(after.lastDrill, shown.lastDrill);
  t.is(after.restored, undefined);
});

withPulumi("a clean-up needs no program that works", async (t) => {
  const { edit, keptDrill, cleanedUp } = await drilled(t);
  await keptDrill();
  edit("0 3 * * *", "61 3 * * *");
  const said = await cleanedUp();
  t.regex(said, /without an update of the stack, which would fail: [\s\S]*pause\.schedule: "61 3/);
});

withPulumi("--with-changes deploys them with the clean-up", async (t) => {
  const { stacks, config, copies } = await production(t);
  t.is((await stacks.scalarBackup(...DRILL, "--keep")).code, 0);
  writeFileSync(join(stacks.project, "Pulumi.prod.yaml"), config().replace("0 3 * * *", "0 4 * * *"));
  const { code, stderr } = await stacks.scalarBackup(...DRILL, "--clean-up", "--with-changes");
  t.is(code, 0, stderr);
  t.deepEqual(copies(), []);
  t.regex(await stacks.pulumi("preview", "--stack", "prod"), /Resources:\s+\d+ unchanged/);
});

/** A production stack in which a drill keeps its copies, the file is edited, and the copies are removed. */
async function drilled(t: ExecutionContext) {
  const { stacks, config, before, copies } = await production(t);
  const file = join(stacks.project, "Pulumi.prod.yaml");
  let edited = before.config;
  return {
    stacks,
    outputs: async () => JSON.parse(await stacks.pulumi("stack", "output", "--json", "--stack", "prod")),
    edit: (from: string, to: string) => {
      edited = edited.replace(from, to);
      writeFileSync(file, config().replace(from, to));
    },
    keptDrill: async () => {
      const { code, stderr } = await stacks.scalarBackup(...DRILL, "--keep");
      t.is(code, 0, stderr);
      t.true(copies().length > 0);
    },
    cleanedUp: async () => {
      const { code, stderr } = await stacks.scalarBackup(...DRILL, "--clean-up");
      t.is(code, 0, stderr);
      t.deepEqual(copies(), []);
      t.is(config(), edited);
      t.deepEqual(await stateOf(stacks), before.state, "nothing else has changed");
      return stderr;
    },
  };
}
