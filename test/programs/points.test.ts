import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { stringify } from "yaml";
import { allKinds } from "../../rehearsal/sets/all-kinds";
import type { RestorePoints } from "../../restore-points/points";
import { changes, errors, recordWindow, rehearsed } from "./rehearsed";

const ROOT = join(__dirname, "../..");

/** Runs `scalar-backup` as a user does, in a process and a folder of its own. */
function run(args: string[], cwd: string, env: NodeJS.ProcessEnv) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, "cli/bin.cjs"), ...args],
      { cwd, env: { PATH: process.env.PATH, ...env } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), "scalar-backup-points-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("points reads of every kind of database what pulumi up reports, and changes nothing", async (t) => {
  t.timeout(600_000);
  const { cloud, stack } = await rehearsed(t, allKinds.config);
  allKinds.build(cloud);
  await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "scalardb-cluster",
    product: "scalardb-cluster",
    replicas: 1,
  });
  cloud.clock.advance(86_400_000);
  const protectedSet = await stack.up();
  t.true(protectedSet.succeeded, errors(protectedSet));
  const { outputs } = await stack.preview();
  const none = outputs.restorePoints as unknown as RestorePoints;
  t.regex(none.noneBecause ?? "", /no pause window/, "a preview before the first window knows that there is none");
  cloud.clock.advance(86_400_000);
  // AWS Backup's first run switches instances' backups on: their ranges begin with it.
  await stack.preview();
  cloud.clock.advance(600_000);
  recordWindow(cloud, "scalar", ["scalardb-cluster"]);
  cloud.clock.advance(3_600_000);

  const folder = folderOf(t);
  writeFileSync(join(folder, "Pulumi.prod.yaml"), stringify({ config: stack.config }));
  const before = await stack.up();
  t.true(before.succeeded, errors(before));
  const reported = before.outputs.restorePoints as unknown as RestorePoints;
  const live = await run(["points", "Pulumi.prod.yaml", "--json"], folder, await cloud.environment());
  t.is(live.code, 0, live.stderr + live.stdout);
  const read: RestorePoints = JSON.parse(live.stdout);
  t.is(read.databases.length, 12);
  t.is(read.points.length, 1);
  t.true(read.points[0]?.restorable);
  // The clock goes on between the two: what it moves is compared to the minute.
  t.deepEqual(minutes(read), minutes(reported));
  const after = await stack.preview();
  t.deepEqual(changes(after), []);

  const page = await run(["points", "Pulumi.prod.yaml", "--html", "points.html"], folder, await cloud.environment());
  t.is(page.code, 0, page.stderr);
  t.regex(page.stderr, /wrote points\.html/);

  // A cloud that cannot be reached hides nothing else.
  const { AWS_ENDPOINT_URL: _, ...offline } = await cloud.environment();
  const partly = await run(["points", "Pulumi.prod.yaml"], folder, {
    ...offline,
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_MAX_ATTEMPTS: "1",
  });
  t.is(partly.code, 3, partly.stdout);
  t.regex(partly.stderr, /^ledger was not read: connect ECONNREFUSED/m);
  t.regex(partly.stdout, /azure-mysql +20/);
});

/** Without seconds, and without what depends on the instant of the look-up. */
function minutes({ asOf: _, ...rest }: RestorePoints): unknown {
  return JSON.parse(JSON.stringify(rest).replaceAll(/(T\d\d):\d\d:\d\d(\.\d+)?Z/g, "$1"));
}
