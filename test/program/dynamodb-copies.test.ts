import test, { type ExecutionContext } from "ava";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb, TABLES } from "../../rehearsal/sets/dynamodb";
import { changes, errors, REGION, recordWindow, rehearsed } from "./rehearsed";

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

const tagsOf = (tags: { Key?: string; Value?: string }[] = []) =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

test("copies get no tags that AWS keeps to itself, nor those by which they would be selected for backups", async (t) => {
  const { cloud, stack, source, window, up } = await protectedTables(t, {
    "scalar-backup:databases": [
      { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
    ],
    "scalar-backup:vault": {
      aws: {
        name: "payments",
        selectByTag: { key: "vaulted", value: "yes" },
        rules: [{ name: "daily", lifecycle: { deleteAfter: 35 } }],
      },
    },
    "scalar-backup:tags": { service: "payments", vaulted: "yes" },
  });
  // AWS sets its own tags, such as CloudFormation's, without a request of a user.
  const own = { "aws:cloudformation:stack-name": "ledger", "AWS:upper": "case", vaulted: "yes", plan: "daily" };
  for (const name of TABLES) Object.assign(source.table(name).tags, own);
  const clusters = cloud.aws.rds.region(REGION);
  Object.assign(clusters.cluster("customers-prod").tags, own, { "rds:own": "too", team: "ledger" });
  const at = window();
  stack.config["scalar-backup:restore"] = { at };
  await up();

  const marks = { "scalar-backup:copy": "drill", "scalar-backup:restored-to": at };
  const copy = source.table(`ledger.accounts-${suffixed(at)}`);
  const cluster = clusters.cluster(`customers-prod-${suffixed(at)}`);
  const expected = { team: "ledger", service: "payments", plan: "daily", ...marks };
  t.deepEqual(tagsOf(source.tagsOf(copy.arn)), expected);
  t.deepEqual(tagsOf(cluster.describe().TagList), expected);

  // An organisation's plan is seen to select the copies: they lose the key.
  stack.config["scalar-backup:tagsNotCopied"] = ["plan"];
  await up();
  const { plan: _, ...without } = expected;
  t.deepEqual(tagsOf(source.tagsOf(copy.arn)), without);
  t.deepEqual(tagsOf(cluster.describe().TagList), without);
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
  t.is(tagsOf(source.tagsOf(source.table("ledger.accounts").arn)).plan, "daily", "the source keeps its tags");
});
