import test from "ava";
import { buildDynamodb, TABLES } from "../../rehearsal/sets/dynamodb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { changes, errors, REGION, recordWindow } from "../programs/rehearsed";
import { BothEngines } from "./both-engines";

/**
 * Copies that keep their sources' names in another region: `deleteBeforeReplace` together with `retainOnDelete`, on both
 * engines. On the real one a retained table leaves the state before the creation fails.
 */
const onEngines = findPulumi() ? test.serial : test.serial.skip;
const ELSEWHERE = "ap-northeast-3";
const MINUTE = 60_000;

if (!findPulumi())
  test.skip(`recovered tables are not tried on the real engine, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});

onEngines("a recovery's copies are neither replaced nor forgotten for another instant, a drill's are", async (t) => {
  t.timeout(10 * MINUTE);
  const config = {
    "aws:region": REGION,
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: ELSEWHERE } } },
    ],
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
  };
  const both = await BothEngines.start(t, config, (cloud) => {
    buildDynamodb(cloud, REGION);
    cloud.kubernetes.createNamespace("scalar");
  });
  const write = (balance: number) => {
    for (const { aws } of both.clouds) aws.dynamodb.region(REGION).table("ledger.accounts").putItem("a", { balance });
    both.advance(10 * MINUTE);
    const end = Math.floor(Math.min(...both.clouds.map(({ clock }) => clock.now())) / 1000) * 1000;
    const [at] = both.clouds.map((cloud) => recordWindow(cloud, "scalar", ["scalardb-cluster"], 20, end));
    both.advance(20 * MINUTE);
    return at as string;
  };
  const copies = ({ aws }: SimulatedCloud) => aws.dynamodb.region(ELSEWHERE);
  const balances = () => both.clouds.map((cloud) => copies(cloud).find("ledger.accounts")?.items().get("a")?.balance);
  const restore = (at: string, mode: string) => both.configure({ "scalar-backup:restore": { at, mode } });
  const tablesInState = async () =>
    (await both.real.stack.exportState()).deployment.resources.filter(({ type }: { type: string }) =>
      type.endsWith(":Table"),
    ).length;

  await both.run(t, "up");
  const older = write(1);
  const newer = write(2);

  restore(older, "drill");
  await both.run(t, "up");
  t.deepEqual(balances(), [1, 1]);
  restore(newer, "recovery");
  const moved = changes(await both.run(t, "up"));
  t.true(moved.includes("replace Table ledger-copy-ledger.accounts"), moved.join("\n"));
  t.deepEqual(balances(), [2, 2]);

  for (const run of ["preview", "up"] as const) {
    restore(older, "recovery");
    const refused = await both.runBoth(run);
    for (const engine of ["real", "embedded"] as const) {
      t.false(refused[engine].succeeded);
      t.regex(errors(refused[engine]), new RegExp(`tables that exist in ${ELSEWHERE}: copies of ${newer}: `), engine);
    }
  }
  t.deepEqual(balances(), [2, 2]);
  t.is(await tablesInState(), TABLES.length + 1, "the state of the real engine still has the copies");

  // What the refusal says to do.
  restore(newer, "drill");
  await both.run(t, "up");
  restore(older, "recovery");
  await both.run(t, "up");
  t.deepEqual(balances(), [1, 1]);
});
