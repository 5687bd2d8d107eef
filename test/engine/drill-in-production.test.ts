import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { type Evidence, evidenceSchema, isKnown } from "../../cli/report/evidence";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { REGION } from "../programs/rehearsed";
import { hasPty } from "../unit/cli/pty";
import type { Slow } from "./drill-stacks";
import { production, stateOf } from "./drilled-production";

/** `scalar-backup drill` in the stack that backs the databases up, on the real engine; the clouds are simulated. */

const DRILL = ["drill", "--stack", "prod"];
const CTRL_C = "\u0003";

const hasPulumi = findPulumi() !== undefined;
const withPulumi = hasPulumi ? test.serial : test.serial.skip;
if (!hasPulumi) console.error(`skipped: these tests need a Pulumi CLI: ${HOW_TO_GET_PULUMI}`);

withPulumi(
  "killed in each of its stages, a drill ends, and leaves configuration and resources as they were",
  async (t) => {
    const { stacks, at, config, before, copies } = await production(t);
    const stages: [stage: RegExp, noted: boolean][] = [
      // Until somebody agrees, nothing is noted that a colleague's "pulumi up" would restore.
      [/reading the restore points/, false],
      [/previewing a restore of/, false],
      [/\] created Table/, true],
      [/verdict: /, true],
      [/removing the copies/, true],
    ];
    for (const [stage, noted] of stages) {
      const { code, stderr } = await stacks.killedWhen((said) => stage.test(said), [...DRILL, "--yes", "--take-over"]);
      t.is(code, null, `${stage}: ${stderr}`);
      t.regex(stderr, stage);
      t.is(config() !== before.config, noted, `${stage}: ${config()}`);
      if (noted) t.regex(stderr, stage.source.includes("created") ? /previewing/ : /going on with the drill/);
    }
    const { code, stderr } = await stacks.killedWhen(
      (said) => said.includes("] deleted"),
      [...DRILL, "--yes", "--take-over"],
    );
    t.is(code, null, stderr);
    t.is(config(), before.config);
    t.true(copies().length > 0);

    const last = await stacks.scalarBackup(...DRILL, "--yes", "--take-over", "--json");
    t.is(last.code, 0, last.stderr);
    t.regex(last.stderr, /an earlier drill's copies are left/);
    const evidence: Evidence = evidenceSchema.parse(JSON.parse(last.stdout));
    t.like(evidence, { instant: at, passed: true, leftToDo: [] });
    t.true(isKnown(evidence.cleanedUp), "the evidence of the killed drill is completed");
    t.deepEqual(copies(), []);
    t.is(config(), before.config);
    t.deepEqual(await stateOf(stacks), before.state);
    t.regex(await stacks.pulumi("preview", "--stack", "prod"), /Resources:\s+\d+ unchanged/);
  },
);

withPulumi("a clean-up takes copies with it that a killed run has asked for and not seen", async (t) => {
  // Longer than the run lives, on any machine: what it has asked for is never reported to it.
  let isReported = false;
  const slow: Slow = (type) => (!isReported && /dynamodb\/table|clusterInstance/.test(type) ? 600_000 : 0);
  const { stacks, config, before, copies } = await production(t, slow);
  // The cluster is known to Pulumi; the cloud has also begun to create its instances and the tables.
  const { rds } = stacks.cloud.aws;
  const killed = await stacks.killedWhen(
    (said) =>
      /\] created Cluster /.test(said) &&
      copies().length >= 3 &&
      rds
        .region(REGION)
        .clusters()
        .some(({ identifier, instances }) => identifier !== "customers-prod" && instances.length > 0),
    [...DRILL, "--yes"],
  );
  t.is(killed.code, null, killed.stderr);
  t.notDeepEqual(await stateOf(stacks), before.state);
  isReported = true;

  // As in a CI job's next run, whose fresh checkout has no note of the drill.
  writeFileSync(join(stacks.project, "Pulumi.prod.yaml"), before.config);
  const removed = await stacks.scalarBackup(...DRILL, "--clean-up", "--yes", "--take-over");
  t.is(removed.code, 0, removed.stderr);
  for (const name of [/ledger-copy-/, /customers-copy-\S+-1/])
    t.regex(removed.stderr, new RegExp(`taking over what a killed run has asked for, to remove it: .*${name.source}`));
  t.deepEqual(copies(), []);
  t.is(config(), before.config);
  t.deepEqual(await stateOf(stacks), before.state);
});

(hasPty ? withPulumi : test.serial.skip)(
  "a person's Ctrl-C at the question leaves nothing, and one in the middle leaves what the next call goes on with",
  async (t) => {
    const slow: Slow = (type) => (/dynamodb\/table/.test(type) ? 3000 : 0);
    const { stacks, config, before, copies } = await production(t, slow);
    for (const [answer, said] of [
      [CTRL_C, /nothing was created/],
      ["n\r", /nothing was created/],
    ] as const) {
      const { code, stdout } = await stacks.onTerminal([["[y/N]", answer]], ...DRILL);
      t.is(code, 1, stdout);
      t.regex(stdout, said);
      t.is(config(), before.config);
    }

    const steps: [string, string][] = [
      ["[y/N]", "y\r"],
      ["] created Cluster ", CTRL_C],
    ];
    const interrupted = await stacks.onTerminal(steps, ...DRILL);
    t.is(interrupted.code, 3, interrupted.stdout);
    t.regex(interrupted.stdout, /interrupted: call the same command again[\s\S]*the drill has not ended/);
    t.not(config(), before.config);

    // Pulumi has ended in an orderly way: there is no lock.
    const ended = await stacks.onTerminal([["[y/N]", "y\r"]], ...DRILL);
    t.is(ended.code, 0, ended.stdout);
    t.regex(ended.stdout, /going on with the drill/);
    t.deepEqual(copies(), []);
    t.is(config(), before.config);
    t.deepEqual(await stateOf(stacks), before.state);
  },
);
