import test, { type ExecutionContext } from "ava";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb, TABLES } from "../../rehearsal/sets/dynamodb";
import { errors, REGION, recordWindow, rehearsed } from "./rehearsed";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };

const suffixed = (at: string) => at.replaceAll(/[-:]/g, "").toLowerCase();

/** ScalarDB's tables, protected for a day, and whatever else the configuration has. */
async function protectedTables(t: ExecutionContext, config: Record<string, unknown>, restoreTo?: { region: string }) {
  t.timeout(240_000);
  const ledger = { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo } };
  const databases = (config["scalar-backup:databases"] ?? []) as object[];
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
    ...config,
    "scalar-backup:databases": [ledger, ...databases],
  });
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  const source = cloud.aws.dynamodb.region(REGION);
  const window = () => {
    cloud.clock.advance(10 * MINUTE);
    const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
    cloud.clock.advance(20 * MINUTE);
    return at;
  };
  const up = async () => {
    const result = await stack.up();
    t.true(result.succeeded, errors(result));
    cloud.clock.advance(result.simulatedMillis);
    return result;
  };
  await up();
  cloud.clock.advance(DAY);
  return { cloud, stack, source, window, up };
}

test("a drill to an instant at which an earlier drill's copies existed is not refused", async (t) => {
  const { cloud, stack, source, window, up } = await protectedTables(t, {});
  const first = window();
  stack.config["scalar-backup:restore"] = { at: first };
  await up();
  cloud.clock.advance(60 * MINUTE);
  const during = window();
  stack.config["scalar-backup:restore"] = undefined;
  await up();
  t.deepEqual(source.tableNames(), [...TABLES].sort(), "the first drill is over");
  t.is(source.backups().filter(({ BackupType }) => BackupType === "SYSTEM").length, TABLES.length);

  stack.config["scalar-backup:restore"] = { at: during };
  await up();
  const copies = TABLES.map((name) => `${name}-${suffixed(during)}`);
  t.deepEqual(source.tableNames(), [...TABLES, ...copies].sort(), "copies of the tables, and none of copies");
});
