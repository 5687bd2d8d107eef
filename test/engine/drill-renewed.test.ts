import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { type Evidence, evidenceSchema } from "../../cli/report/evidence";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { REGION } from "../programs/rehearsed";
import { production } from "./drilled-production";

/** The configuration of a stack for drills, while production's changes or its own is lost, on the real engine; the clouds are simulated. */

const DRILL = ["drill", "--stack", "prod-drills", "--from", "prod"];

const hasPulumi = findPulumi() !== undefined;
const withPulumi = hasPulumi ? test.serial : test.serial.skip;
if (!hasPulumi) console.error(`skipped: these tests need a Pulumi CLI: ${HOW_TO_GET_PULUMI}`);

withPulumi(
  "a drill runs again where the stack's file is lost, and with production's databases where it is old",
  async (t) => {
    const { stacks, at, copies } = await production(t);
    const file = join(stacks.project, "Pulumi.prod-drills.yaml");
    const selected = () => stacks.pulumi("stack", "ls");
    const first = await stacks.scalarBackup(...DRILL, "--yes");
    t.is(first.code, 0, first.stderr);
    t.regex(first.stderr, /made the stack prod-drills, with the configuration of prod/);
    t.regex(await selected(), /^prod\*/m);

    // As in a CI job's next run, whose fresh checkout lacks the file.
    const made = readFileSync(file, "utf8");
    rmSync(file);
    const second = await stacks.scalarBackup(...DRILL, "--yes", "--json");
    t.is(second.code, 0, second.stderr);
    t.regex(second.stderr, /prod-drills: the configuration of the stack was not here, and is made again/);
    const evidence: Evidence = evidenceSchema.parse(JSON.parse(second.stdout));
    t.like(evidence, { instant: at, passed: true });
    t.is(evidence.backedUpBy, "organization/scalar-backup/prod");
    for (const [name, identifier] of [
      ["ledger", "ledger.accounts"],
      ["customers", "customers-prod"],
    ]) {
      const { sources = [] } = evidence.databases.find((each) => each.name === name) ?? {};
      const source = sources.find((each) => each.identifier === identifier);
      t.is(source?.region, REGION, JSON.stringify(sources));
      t.regex(source?.account ?? "", /^\d{12}$/);
    }
    t.deepEqual(copies(), []);

    // As if production had got the other database since.
    const old = made.replace(/ {4}- auroraPostgresql:[\s\S]*?name: customers\n/, "");
    t.notRegex(old, /customers/);
    writeFileSync(file, old);
    await stacks.pulumi("config", "set", "--path", "scalar-backup:restore.at", at, "--stack", "prod-drills");
    const byHand = await t.throwsAsync(stacks.pulumi("preview", "--stack", "prod-drills"));
    t.regex(
      byHand?.message ?? "",
      /scalar-backup:databases lacks customers, which the stack that backs the set up has/,
    );
    writeFileSync(file, old);
    const asked = await stacks.scalarBackup(...DRILL);
    t.not(asked.code, 0, asked.stderr);
    t.regex(asked.stderr, /renewed scalar-backup:databases of the stack prod-drills: prod has another value now/);
    t.regex(readFileSync(file, "utf8"), /customers-prod/);
    t.regex(await selected(), /^prod\*/m);
  },
);
