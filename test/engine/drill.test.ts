import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { stringify } from "yaml";
import { type Evidence, evidenceSchema, isKnown } from "../../cli/report/evidence";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { REGION } from "../programs/rehearsed";
import { DrillStacks, ended } from "./drill-stacks";

/** `scalar-backup drill` as a user runs it, on the real engine; the clouds are simulated. */

const MINUTE = 60_000;
const BEHIND = 72 * MINUTE;
const DRILL = ["drill", "--stack", "prod-drills", "--from", "prod", "--yes"];

const hasPulumi = findPulumi() !== undefined;
const withPulumi = hasPulumi ? test : test.skip;
if (!hasPulumi) console.error(`skipped: these tests need a Pulumi CLI: ${HOW_TO_GET_PULUMI}`);

withPulumi("a drill of a stack that is not deployed, or has no window yet, says so and changes nothing", async (t) => {
  t.timeout(600_000);
  const stacks = await DrillStacks.start(t, BEHIND);
  const drill = () => stacks.scalarBackup("drill", "--stack", "prod", "--yes");
  await stacks.makeProduction();
  const early = await drill();
  t.is(early.code, 1, early.stderr);
  t.regex(early.stderr, /restore points are not known .*"pulumi up"/);
  await stacks.up();
  const state = await stacks.pulumi("stack", "export", "--stack", "prod");
  const empty = await drill();
  t.is(empty.code, 1, empty.stderr);
  t.regex(empty.stderr, /no instant can be restored \(read at .*\): no pause window/);
  t.is(await stacks.pulumi("stack", "export", "--stack", "prod"), state);
});

withPulumi(
  "a drill that was killed in the middle goes on, proves, reports and cleans up, and leaves production as it was",
  async (t) => {
    t.timeout(1_200_000);
    const stacks = await DrillStacks.start(t, BEHIND);
    const { cloud } = stacks;
    const at = await stacks.production();
    const production = await stacks.pulumi("stack", "export", "--stack", "prod");
    const copies = () => cloud.aws.dynamodb.region("ap-northeast-3").tableNames();

    // Killed with all that it has started, as a CI system kills a job, when some copies are there.
    const first = stacks.begin(...DRILL);
    const killed = ended(first);
    await new Promise<void>((resolve) => {
      first.on("close", () => resolve());
      first.stderr?.on("data", (data) => {
        // The first table may be the coordinator's later copy, which is not there.
        if (!/\] created Table/.test(String(data)) || copies().length === 0) return;
        process.kill(-(first.pid as number), "SIGKILL");
        resolve();
      });
    });
    const { code, stderr: said } = await killed;
    t.is(code, null, said);
    t.regex(said, /made the stack prod-drills/);
    t.true(copies().length > 0);
    // Commands without --stack are still production's.
    t.regex(await stacks.pulumi("stack", "ls"), /^prod\*/m);

    const locked = await stacks.scalarBackup(...DRILL);
    t.is(locked.code, 3, locked.stderr);
    t.regex(locked.stderr, /going on with the drill of .*--take-over/s);

    const second = await stacks.scalarBackup(...DRILL, "--take-over", "--json");
    t.is(second.code, 0, second.stderr);
    t.regex(second.stderr, /going on with the drill of/);
    t.notRegex(second.stderr, /made the stack/);
    const evidence: Evidence = evidenceSchema.parse(JSON.parse(second.stdout));
    t.is(evidence.instant, at);
    t.is(evidence.verdict.verdict, "pause proven, records not scanned");
    t.true(evidence.checks.every(({ passed }) => passed));
    t.deepEqual(
      evidence.databases.map(({ name, kind }) => [name, kind]),
      [
        ["ledger", "dynamodb"],
        ["customers", "aurora-postgresql"],
      ],
    );
    const resources = evidence.databases.flatMap(({ resources }) => resources);
    // The first run's times are still known; what it asked for and did not see the end of was taken over.
    t.true(resources.every(({ ended }) => isKnown(ended)));
    t.true(resources.some(({ begun }) => isKnown(begun) && begun.source === "engine"));
    const begun = isKnown(evidence.begun) ? Date.parse(evidence.begun.at) : Number.NaN;
    for (const { begun: each } of resources) if (isKnown(each)) t.true(Date.parse(each.at) >= begun, each.at);
    t.true(isKnown(evidence.cleanedUp));

    t.deepEqual(copies(), []);
    t.is(await stacks.pulumi("stack", "export", "--stack", "prod"), production);
    t.is((await stacks.pulumi("stack", "output", "lastDrill", "--stack", "prod-drills")).trim(), verifiedAt(evidence));
    const name = `scalar-backup-prod-drills-${at.replaceAll(/[-:]/g, "").toLowerCase()}`;
    t.deepEqual(stacks.files(), [
      `${name}.html`,
      `${name}.json`,
      "scalar-backup-prod-drills.prom",
      "scalar-backup-prod-drills.svg",
    ]);

    const report = await stacks.scalarBackup("report", "--evidence", `drills/${name}.json`, "--html", "again.html");
    t.is(report.code, 0, report.stderr);
    t.is(
      readFileSync(join(stacks.project, "again.html"), "utf8"),
      readFileSync(join(stacks.project, "drills", `${name}.html`), "utf8"),
    );
    const stack = await stacks.scalarBackup("report", "--stack", "prod-drills");
    t.is(stack.code, 0, stack.stderr);
    t.true(stack.stdout.includes(`last verified restorable: ${verifiedAt(evidence)}`), stack.stdout);
  },
);

withPulumi("a stack that backs databases up itself, or is about to, does not become one for drills", async (t) => {
  t.timeout(600_000);
  const stacks = await DrillStacks.start(t, BEHIND);
  await stacks.makeProduction();
  await stacks.pulumi("stack", "init", "orders");
  const file = join(stacks.project, "Pulumi.orders.yaml");
  const databases = [{ name: "orders", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } }];
  const set = { "aws:region": REGION, "scalar-backup:databases": databases };
  appendFileSync(file, stringify({ config: set }));
  const own = readFileSync(file, "utf8");
  const drill = async () => {
    const { code, stderr } = await stacks.scalarBackup("drill", "--stack", "orders", "--from", "prod", "--yes");
    t.is(code, 2, stderr);
    t.is(readFileSync(file, "utf8"), own);
    return stderr;
  };
  t.regex(await drill(), /the stack orders has other databases in its configuration than prod; name another one/);
  await stacks.pulumi("up", "--stack", "orders", "--yes", "--skip-preview");
  t.regex(await drill(), /the stack orders backs databases up itself; name another one with --stack/);
});

function verifiedAt({ verified }: Evidence): string {
  return isKnown(verified) ? verified.at : verified.unknownBecause;
}
