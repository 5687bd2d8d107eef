import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";
import { PROGRAM } from "../../rehearsal/engines";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import type { StackResult } from "../../simulator/engine/stack";
import { buildExisting } from "./existing";
import { errors, REGION, rehearsed } from "./rehearsed";

const ledger = { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } };
const customers = { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } };
const created = {
  name: "customers",
  auroraPostgresql: { create: { instances: [{ instnaceClass: "db.r7g.large" }] } },
};
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };

/** What a stack trace, or Pulumi's report of a program that failed, looks like. */
const STACK_TRACE = /\\n\s+at |unhandled exception/;

function warnings(result: StackResult): string[] {
  return result.diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message);
}

test("an up shows what may be a mistake in the configuration, and goes on", async (t) => {
  const { cloud, stack } = await rehearsed(t, {
    "kubernetes:context": "scalar-prod",
    "scalar-backup:databases": [ledger],
    "scalar-backup:pause": { schedule: "0 3 1 * *", suspend: true, releases: [RELEASE] },
  });
  buildExisting(cloud, [ledger]);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.deepEqual(warnings(up).sort(), [
    'pause.schedule: up to 31 days pass between two pauses ("0 3 1 * *"), and ledger reaches back 35 days: only 1 of 2 restore points is always available; pause at least every 17 days, or let ledger reach back further',
    "pause.suspend: the schedule is suspended, so that no pods are paused and no new restore point is made: set suspend to false, or remove it",
  ]);
});

/** A preview as the CLI makes one, in a process of its own: what it prints of an error is what users see. */
async function previewed(config: Record<string, unknown>): Promise<StackResult> {
  const environment = () => ({ AWS_REGION: "", AWS_DEFAULT_REGION: "" });
  return new EmbeddedStack({ program: PROGRAM, providers: [], environment, config }).preview();
}

test("a misspelt argument of a created resource is reported without a stack trace", async (t) => {
  const preview = await previewed({ "aws:region": REGION, "scalar-backup:databases": [created] });
  t.is(
    errors(preview),
    'the stack\'s configuration has a problem:\n  scalar-backup:databases[0].auroraPostgresql.create.instances[0].instnaceClass: unknown argument of aws.rds.ClusterInstance; did you mean "instanceClass"?',
  );
  t.notRegex(JSON.stringify(preview.diagnostics), STACK_TRACE);
});

test("a stack without a region is reported without a stack trace", async (t) => {
  const preview = await previewed({ "scalar-backup:databases": [customers] });
  t.is(
    errors(preview),
    'the stack\'s configuration has a problem:\n  aws:region: is missing, and customers names no region; expected a region such as ap-northeast-1: run "pulumi config set aws:region <region>", or give region under existing or create; in a program of your own, the argument aws: { region } does the same',
  );
  t.notRegex(JSON.stringify(preview.diagnostics), STACK_TRACE);
});

test("two runs in one process report the same problem, each by itself", async (t) => {
  t.timeout(180_000);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [require.resolve("../../register/index.cjs"), require.resolve("./inline-runs")],
    // Without an end, a run that never settles would be waited for.
    { timeout: 150_000, env: { ...process.env, NODE_OPTIONS: "" } },
  );
  const message =
    "database customers: there is no Aurora cluster customers-prod in ap-northeast-1; correct databases[].auroraPostgresql";
  t.deepEqual(JSON.parse(stdout), [[message], [message]]);
});
