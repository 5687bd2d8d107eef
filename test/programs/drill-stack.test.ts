import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import type { StackResult } from "../../simulator/engine/stack";
import { CommandProvider } from "../../simulator/providers/command";
import type { PropertyMap } from "../../simulator/providers/provider";
import { buildReadmeSet } from "./readme-set";
import { changes, errors, REGION, recordWindow } from "./rehearsed";
import { StackReferences } from "./stack-references";

/** docs/library.md, "A drill in a stack of its own": a stack that only restores, with another stack's outputs. */

const MINUTE = 60_000;
const PRODUCTION = "acme/payments/prod";
const FOLDER = join(__dirname, "drill-stack");
const DOCUMENT = readFileSync(join(__dirname, "../../docs/library.md"), "utf8");

async function twoStacks(t: ExecutionContext) {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  await buildReadmeSet(cloud, REGION);
  const environment = () => cloud.environment();
  let outputs: PropertyMap = {};
  const stackOf = (name: string, config: Record<string, unknown>) => {
    const program = join(FOLDER, name);
    return new EmbeddedStack({
      program,
      environment,
      parallel: 4,
      providers: [
        ...cloud.providers(),
        new CommandProvider({ environment, directory: program }),
        new StackReferences((stack) => (stack === PRODUCTION ? outputs : undefined)),
      ],
      config: { "aws:region": REGION, ...config },
    });
  };
  const production = stackOf("production", {});
  return {
    cloud,
    production,
    drill: stackOf("drill", { "drill:production": PRODUCTION }),
    /** `pulumi up` in production, whose outputs the drill then reads. */
    async upProduction(): Promise<StackResult> {
      const up = await production.up();
      t.true(up.succeeded, errors(up));
      // Outputs in a result are shown as JSON.
      outputs = up.outputs as PropertyMap;
      return up;
    },
    output(change: PropertyMap) {
      outputs = { ...outputs, ...change };
    },
  };
}

test("a stack that only restores makes copies by another stack's outputs, and removes them", async (t) => {
  t.timeout(300_000);
  const { cloud, production, drill, upProduction, output } = await twoStacks(t);
  cloud.clock.advance(2 * MINUTE);
  await upProduction();
  cloud.clock.advance(60 * MINUTE);
  const at = recordWindow(cloud, "scalar", ["scalardb-cluster"]);
  cloud.clock.advance(10 * MINUTE);
  const { outputs } = await upProduction();
  t.deepEqual(Object.keys(outputs).sort(), ["pauseProblems", "ranges", "restorePoints", "windows"]);
  const [backup] = production.state.filter(({ type }) => type === "scalar-backup:index:ScalarBackup");
  t.deepEqual(Object.keys(backup?.outputs ?? {}).sort(), [
    "databases",
    "pauseRequired",
    "ranges",
    "restorePoints",
    "vaults",
    "windows",
  ]);

  drill.config["drill:at"] = new Date(Date.parse(at) - 20 * MINUTE).toISOString().replace(".000Z", "Z");
  const outside = await drill.preview();
  t.false(outside.succeeded);
  t.regex(errors(outside), new RegExp(`is in no pause window[^]*${at}`));

  drill.config["drill:at"] = at;
  const { ranges = [], windows = [] } = outputs as PropertyMap;
  // Outputs of another version, or of another set.
  output({ windows: [{ cluster: "default" }] });
  const malformed = await drill.preview();
  t.false(malformed.succeeded);
  t.regex(errors(malformed), /ScalarRestore: backup\.windows\[0\]\.pauseCompleted: is missing/);
  output({ windows, ranges: (ranges as PropertyMap[]).filter(({ name }) => name !== "customers") });
  const unknown = await drill.preview();
  t.false(unknown.succeeded);
  t.regex(errors(unknown), /the restorable range of customers is not known: backup\.ranges does not have it/);

  output({ ranges: [...(ranges as PropertyMap[]), { name: "orders" }] });
  const part = await drill.preview();
  t.false(part.succeeded);
  t.regex(errors(part), /ScalarRestore: backup\.databases lacks orders, which the stack that backs the set up has/);

  output({ ranges });
  const restored = await drill.up();
  t.true(restored.succeeded, errors(restored));
  const copies = cloud.aws.dynamodb.region("ap-northeast-3");
  const copy = `customers-prod-${at.replaceAll(/[-:]/g, "").toLowerCase()}`;
  t.true(copies.tableNames().includes("ledger.accounts"));
  t.truthy(cloud.aws.rds.region(REGION).find(copy));
  const types = drill.state.map(({ type }) => type);
  t.true(types.includes("scalar-backup:index:ScalarRestore"));
  t.deepEqual(
    types.filter((type) => /^kubernetes:|:(ScalarBackup|PauseSchedule|ManagedDatabase)$/.test(type)),
    [],
  );
  const again = await drill.preview();
  t.true(again.succeeded, errors(again));
  t.deepEqual(changes(again), []);

  const removed = await drill.destroy();
  t.true(removed.succeeded, errors(removed));
  t.deepEqual(drill.state, []);
  t.deepEqual(copies.tableNames(), []);
  t.is(cloud.aws.rds.region(REGION).find(copy), undefined);
  t.deepEqual(changes(await production.preview()), []);
});

test("docs/library.md shows the two programs that this test runs", (t) => {
  const drill = readFileSync(join(FOLDER, "drill/index.ts"), "utf8").replace(/"[./]+components"/, '"scalar-backup"');
  t.true(DOCUMENT.includes(`\`\`\`ts\n${drill}\`\`\``), "docs/library.md does not have drill/index.ts");
  const production = readFileSync(join(FOLDER, "production/index.ts"), "utf8");
  const [, exported = ""] = /^(export const \{.*)$/m.exec(production) ?? [];
  t.true(exported !== "" && DOCUMENT.includes(`\`\`\`ts\n${exported}\n`), `docs/library.md does not have ${exported}`);
});
