import test, { type ExecutionContext } from "ava";
import { dynamodbDrill } from "../../bench/sets";
import { changes, rehearsed } from "./rehearsed";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A drill of so many tables that are protected already, with an engine that runs so many operations at a time. */
async function drillOf(t: ExecutionContext, tables: number, parallel: number) {
  const set = dynamodbDrill(tables);
  // No pods are paused, so that no window is needed.
  const { "scalar-backup:restore": restore, ...config } = set.config;
  const at = (restore as { at: string }).at;
  config["scalar-backup:restore"] = { at, acceptInconsistentCopiesAt: at };
  const { cloud, stack } = await rehearsed(t, config, parallel);
  set.build(cloud);
  await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "scalardb-cluster",
    product: "scalardb-cluster",
    replicas: 1,
  });
  cloud.clock.advance(HOUR);
  return { cloud, stack };
}

const OF_PARALLEL = /"--parallel" is/;

test("a restore of 104 tables keeps within AWS's 50 restores at a time, whatever the engine's parallelism", async (t) => {
  const { cloud, stack } = await drillOf(t, 104, 200);
  const up = await stack.up();
  t.true(up.succeeded, JSON.stringify(up.diagnostics.filter(({ severity }) => severity === "error")));
  t.is(cloud.aws.dynamodb.operations.mostRestores, 50);
  t.is(cloud.aws.dynamodb.operations.refusedRestores, 0);
  // Three rounds of 20 minutes, and switching recovery on in each; then the copies are completed.
  t.true(up.simulatedMillis >= 60 * MINUTE && up.simulatedMillis < 65 * MINUTE, `${up.simulatedMillis / MINUTE}`);
  t.false(up.diagnostics.some(({ message }) => OF_PARALLEL.test(message)));
  cloud.clock.advance(up.simulatedMillis);

  const again = await stack.preview();
  t.true(again.succeeded);
  t.deepEqual(changes(again), [], "waiting for another copy is no change");
});

test("a preview warns of a --parallel that slows the restore, until the copies exist", async (t) => {
  const { cloud, stack } = await drillOf(t, 12, 8);
  const preview = await stack.preview();
  const [warning, ...others] = preview.diagnostics.filter(({ message }) => OF_PARALLEL.test(message));
  t.regex(
    warning?.message ?? "",
    /"--parallel" is 8, so the 13 restores run in 2 consecutive rounds.*"pulumi up --parallel 20"/,
  );
  t.is(warning?.severity, "warning");
  t.deepEqual(others, []);

  const up = await stack.up();
  t.true(up.succeeded, JSON.stringify(up.diagnostics));
  cloud.clock.advance(up.simulatedMillis);
  const again = await stack.preview();
  t.false(again.diagnostics.some(({ message }) => OF_PARALLEL.test(message)));
});
