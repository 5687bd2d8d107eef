import test, { type ExecutionContext } from "ava";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb, TABLES } from "../../rehearsal/sets/dynamodb";
import { changes, errors, REGION, recordWindow, rehearsed } from "./rehearsed";
import { ELSEWHERE, MINUTE, RELEASE, suffixed, warnings } from "./verified-set";

const DAY = 24 * 60 * MINUTE;

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
  t.is(source.backups.list().filter(({ BackupType }) => BackupType === "SYSTEM").length, TABLES.length);

  stack.config["scalar-backup:restore"] = { at: during };
  await up();
  const copies = [...TABLES, "coordinator.state-late"].map((name) => `${name}-${suffixed(during)}`);
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

  const marks = {
    "scalar-backup:copy": "drill",
    "scalar-backup:restored-to": at,
    "scalar-backup:stack": "organization/scalar-backup/rehearsal",
  };
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

test("a recovery's copies in another region are never lost to another instant", async (t) => {
  const { cloud, stack, source, window, up } = await protectedTables(t, {}, { region: ELSEWHERE });
  const copies = cloud.aws.dynamodb.region(ELSEWHERE);
  const balance = () => copies.find("ledger.accounts")?.items().get("a")?.balance;
  source.table("ledger.accounts").putItem("a", { balance: 1 });
  const older = window();
  source.table("ledger.accounts").putItem("a", { balance: 2 });
  const newer = window();

  // A drill's copies are replaced, be it by a recovery's.
  stack.config["scalar-backup:restore"] = { at: older };
  await up();
  t.is(balance(), 1);
  stack.config["scalar-backup:restore"] = { at: newer, mode: "recovery" };
  const planned = await stack.preview();
  t.is(balance(), 1, "nothing has been restored yet");
  t.regex(
    warnings(planned).join("\n"),
    /scalar-backup:restore\.mode: the copies of this recovery cannot take the production names: ledger: its copies are in another region.* remove restoreTo\.region/,
  );
  await up();
  t.is(balance(), 2);
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");

  const refusal = new RegExp(
    `database ledger: the copies need the names of tables that exist in ${ELSEWHERE}: copies of ${newer}: coordinator.state, ledger.accounts, scalardb.metadata, scalardb.namespaces. .* set restore.at to "${newer}" and restore.mode to drill`,
  );
  const state = stack.state;
  for (const mode of ["drill", "recovery"]) {
    stack.config["scalar-backup:restore"] = { at: older, mode };
    t.regex(errors(await stack.preview()), refusal);
    t.regex(errors(await stack.up()), refusal);
    t.is(balance(), 2, `${mode}: nothing is built`);
  }
  const tablesIn = (resources: typeof state) => resources.filter(({ type }) => type.endsWith(":Table")).length;
  t.is(tablesIn(stack.state), tablesIn(state), "the state still has the copies");

  // What the message says to do.
  stack.config["scalar-backup:restore"] = { at: newer, mode: "drill" };
  await up();
  stack.config["scalar-backup:restore"] = { at: older, mode: "recovery" };
  await up();
  t.is(balance(), 1);

  // Once the restore has left the configuration, only their owner can delete them.
  stack.config["scalar-backup:restore"] = undefined;
  await up();
  stack.config["scalar-backup:restore"] = { at: newer };
  t.regex(errors(await stack.preview()), /copies of .* delete each by hand \("aws dynamodb update-table --region/);
  for (const TableName of copies.tableNames()) {
    copies.updateTable({ TableName, DeletionProtectionEnabled: false });
    copies.deleteTable(TableName);
  }
  await up();
  t.is(balance(), 2);
});

test("tables of another origin in the region of the copies are refused at preview", async (t) => {
  const { cloud, stack, window } = await protectedTables(t, {}, { region: ELSEWHERE });
  const other = cloud.aws.dynamodb.region(ELSEWHERE);
  buildDynamodb(cloud, ELSEWHERE);
  other.deleteTable("coordinator.state");
  stack.config["scalar-backup:restore"] = { at: window() };
  t.regex(
    errors(await stack.preview()),
    /exist in ap-northeast-3 and are not copies of this database: ledger.accounts, scalardb.metadata, scalardb.namespaces; restore to another region/,
  );
  for (const name of other.tableNames()) other.deleteTable(name);
  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
});
