import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { parse } from "yaml";
import { judge } from "../../../cli/check/judge";
import { stackText } from "../../../cli/init/stack-text";
import type { FoundRds } from "../../../operations/discovery";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../../rehearsal/sets/dynamodb";
import { SimulatedCloud } from "../../../simulator/cloud/cloud";

const REGION = "ap-northeast-1";
const schedule = "0 3 * * *";
const release = { namespace: "scalar", name: "scalardb-cluster", product: "scalardb-cluster" };

/** Runs `scalar-backup init` in an empty folder, which it returns, as a user without a terminal does. */
function run(t: ExecutionContext, env: NodeJS.ProcessEnv) {
  const folder = mkdtempSync(join(tmpdir(), "scalar-backup-init-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const init = (...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(
        process.execPath,
        [join(__dirname, "../../../cli/bin.cjs"), "init", ...args],
        { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: "true", ...env } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  return { init, written: (file: string) => readFileSync(join(folder, file), "utf8") };
}

test("finds namespaces, clusters and releases in the cloud, and writes a file that check accepts", async (t) => {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  buildAurora(cloud, REGION, "other");
  await cloud.kubernetes.installRelease({ ...release, product: "scalardb-cluster", replicas: 1 });
  const { init, written } = run(t, await cloud.environment());
  const { code, stderr } = await init("--region", REGION, "--databases", "ledger,customers-prod");
  t.is(code, 0, stderr);
  const text = written("Pulumi.prod.yaml");
  t.deepEqual(judge(text, {}), []);
  const { config } = parse(text);
  t.deepEqual(config["scalar-backup:databases"], [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, recoveryPeriodInDays: 35 } },
    {
      name: "customers-prod",
      auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" }, backupRetentionPeriod: 35 },
    },
  ]);
  t.deepEqual(config["scalar-backup:pause"].releases, [{ namespace: "scalar", name: "scalardb-cluster" }]);
  t.is(typeof config["kubernetes:context"], "string");

  const again = await init("--region", REGION);
  t.is(again.code, 2);
  t.regex(again.stderr, /Pulumi\.prod\.yaml exists already/);
  t.is(written("Pulumi.prod.yaml"), text);

  const unknown = await init("--stack", "test", "--region", REGION, "--databases", "leger");
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /leger was not found; found were ledger, customers-prod, other/);
});

test("writes an example that check accepts where nothing can be reached", async (t) => {
  const { init, written } = run(t, {});
  const { code, stdout, stderr } = await init();
  t.is(code, 0, stderr);
  t.regex(stderr, /^not read: AWS: no region is known/m);
  t.regex(stderr, /^not read: the cluster's releases: there is no kubeconfig/m);
  t.regex(stdout, /an example, because no database was found/);
  const text = written("Pulumi.prod.yaml");
  t.deepEqual(judge(text, {}), []);
  t.regex(text, /# edit: nothing was found/);
});

test("every kind and every odd name becomes a file that check accepts", (t) => {
  const kinds: FoundRds["kind"][] = [
    "auroraMysql",
    "auroraPostgresql",
    "rdsMysql",
    "rdsPostgresql",
    "rdsOracle",
    "rdsSqlserver",
  ];
  const rds = kinds.flatMap((kind): FoundRds[] => [
    { kind, identifier: `db-${kind}`.toLowerCase(), cluster: kind.startsWith("aurora") },
  ]);
  for (const found of [
    { namespaces: [], rds: rds.slice(1, 2), releases: [] },
    { namespaces: [], rds, releases: [release] },
    { namespaces: ["a", "b_c"], rds: [], releases: [release] },
    {
      namespaces: ["Ledger_2"],
      rds: [{ kind: "rdsMysql" as const, identifier: "ledger-2", cluster: false }],
      releases: [],
    },
    {
      namespaces: [],
      rds: ["x", "y"].map((end) => ({
        kind: "rdsMysql" as const,
        identifier: `a-very-long-identifier-of-an-instance-${end}`,
        cluster: false,
      })),
      releases: [release],
    },
  ]) {
    const text = stackText(found, { region: REGION, context: "scalar: prod", schedule, timeZone: "Asia/Tokyo" });
    t.deepEqual(judge(text, {}), [], text);
  }
  t.notRegex(
    stackText({ namespaces: [], rds: rds.slice(0, 1), releases: [] }, { schedule }),
    /^ {2}scalar-backup:pause/m,
  );
});

test("a schedule that Kubernetes refuses is refused, and nothing is written", async (t) => {
  const { init, written } = run(t, {
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_MAX_ATTEMPTS: "1",
  });
  const { code, stderr } = await init("--schedule", "60 3 * * *");
  t.is(code, 2);
  t.regex(stderr, /scalar-backup:pause\.schedule: "60 3 \* \* \*" is not a valid cron schedule/);
  t.regex(stderr, /not read: DynamoDB in ap-northeast-1: /);
  t.throws(() => written("Pulumi.prod.yaml"));
});
