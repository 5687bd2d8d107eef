import test from "ava";
import { PARALLEL, PROGRAM } from "../../rehearsal/engines";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import { CommandProvider } from "../../simulator/providers/command";
import type { PropertyMap } from "../../simulator/providers/provider";
import { buildReadmeSet } from "./readme-set";
import { changes, errors, REGION, recordWindow, rehearsed } from "./rehearsed";
import { StackReferences } from "./stack-references";
import { WarmProgram } from "./warm";

/** The stack program with `backup.stack`: drills in a stack of their own, by production's configuration and one more key. */

const MINUTE = 60_000;
const SET = {
  "scalar-backup:databases": [
    {
      name: "ledger",
      dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: "ap-northeast-3" } },
    },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  ],
  "scalar-backup:pause": {
    schedule: "0 3 * * *",
    releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
  },
};

test("a stack with backup.stack drills by another stack's restore points, and leaves a verdict and nothing else", async (t) => {
  t.timeout(300_000);
  const { cloud, stack: production } = await rehearsed(t, SET);
  await buildReadmeSet(cloud, REGION);
  let outputs: PropertyMap = {};
  const named: string[] = [];
  const warm = new WarmProgram();
  t.teardown(() => warm.close());
  const environment = () => cloud.environment();
  const drill = new EmbeddedStack({
    program: PROGRAM,
    environment,
    parallel: PARALLEL,
    source: warm.source,
    providers: [
      ...cloud.providers(),
      new CommandProvider({ environment, directory: PROGRAM, run: warm.operation }),
      new StackReferences((stack) => {
        named.push(stack);
        return outputs;
      }),
    ],
    config: { "aws:region": REGION, ...SET, "scalar-backup:backup": { stack: "prod" } },
  });

  cloud.clock.advance(2 * MINUTE);
  t.true((await production.up()).succeeded);
  const early = await drill.preview();
  t.false(early.succeeded);
  t.regex(
    errors(early),
    /scalar-backup:backup\.stack: organization\/scalar-backup\/prod: the stack has no outputs yet/,
  );

  cloud.clock.advance(60 * MINUTE);
  const at = recordWindow(cloud, "scalar", ["scalardb-cluster"]);
  cloud.clock.advance(10 * MINUTE);
  const up = await production.up();
  t.true(up.succeeded, errors(up));
  outputs = up.outputs as PropertyMap;
  const before = JSON.stringify(production.state);

  const idle = await drill.up();
  t.true(idle.succeeded, errors(idle));
  t.deepEqual(
    changes(idle),
    ["create Stack scalar-backup-rehearsal"],
    "without restore.at, the stack has its outputs only",
  );
  t.is((idle.outputs.restorePoints as PropertyMap).latest, at);

  drill.config["scalar-backup:restore"] = { at, drill: { begun: "2026-11-22T03:10:00Z", by: "a test" } };
  const restored = await drill.up();
  t.true(restored.succeeded, errors(restored));
  cloud.clock.advance(restored.simulatedMillis);
  t.is((restored.outputs.verification as PropertyMap).verdict, "pause proven, records not scanned");
  t.deepEqual(
    drill.state.map(({ type }) => type).filter((type) => /^kubernetes:|:(ScalarBackup|PauseSchedule)$/.test(type)),
    [],
  );
  const verified = restored.outputs.lastDrill;
  t.is(typeof verified, "string");

  drill.config["scalar-backup:restore"] = { verify: { enabled: true } };
  const removed = await drill.up();
  t.true(removed.succeeded, errors(removed));
  t.deepEqual(cloud.aws.dynamodb.region("ap-northeast-3").tableNames(), []);
  t.is(removed.outputs.lastDrill, verified, "the verdict outlives the copies");
  t.deepEqual([...new Set(named)], ["organization/scalar-backup/prod"]);
  t.is(JSON.stringify(production.state), before);
});
