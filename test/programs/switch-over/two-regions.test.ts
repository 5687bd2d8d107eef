import test from "ava";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { buildDynamodb, TABLES } from "../../../rehearsal/sets/dynamodb";
import { changes, errors, REGION, recordNextWindow, rehearsed } from "../rehearsed";
import { ELSEWHERE, infos, MINUTE, RELEASE, suffixed } from "../verified-set";
import { endsQuietly, killedAt, switchedOver } from "./play";

test("databases of one set in two regions are switched over, and others of the same names are not touched", async (t) => {
  t.timeout(600_000);
  const { cloud, stack, up, asProcesses, goingOnFrom } = await rehearsed(t, {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
      {
        name: "archive",
        dynamodb: { existing: { region: ELSEWHERE, tables: ["archive.entries"], scalardbTables: false } },
      },
      { name: "customers", auroraPostgresql: { existing: { region: ELSEWHERE, clusterIdentifier: "customers-prod" } } },
    ],
  });
  const { dynamodb, rds } = cloud.aws;
  const [here, there] = [dynamodb.region(REGION), dynamodb.region(ELSEWHERE)];
  // Each region also has databases of somebody else, under the names that the set's have in the other one.
  for (const region of [REGION, ELSEWHERE]) {
    buildDynamodb(cloud, region);
    dynamodb.region(region).createTable({
      TableName: "archive.entries",
      KeySchema: [{ AttributeName: "concatenatedPartitionKey", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "concatenatedPartitionKey", AttributeType: "B" }],
      BillingMode: "PAY_PER_REQUEST",
    });
    buildAurora(cloud, region, "customers-prod");
  }
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const clusterIn = (region: string) => rds.region(region).cluster("customers-prod");
  const write = (balance: number) => {
    for (const tables of [here, there])
      for (const name of ["ledger.accounts", "archive.entries"]) tables.table(name).putItem("a", { balance });
    for (const region of [REGION, ELSEWHERE]) clusterIn(region).put("accounts", "a", { balance });
  };
  const balances = () => ({
    ledger: here.find("ledger.accounts")?.items().get("a")?.balance,
    archive: there.find("archive.entries")?.items().get("a")?.balance,
    customers: clusterIn(ELSEWHERE).rows("accounts").get("a")?.balance,
  });
  const others = () => ({
    ids: [...TABLES.map((name) => there.table(name)), here.table("archive.entries")].map(
      (table) => table.describe().TableId,
    ),
    cluster: clusterIn(REGION).describe().DbClusterResourceId,
    protection: here.table("archive.entries").describe().DeletionProtectionEnabled,
    balances: [there.table("ledger.accounts"), here.table("archive.entries")].map(
      (table) => table.items().get("a")?.balance,
    ),
    rows: clusterIn(REGION).rows("accounts").get("a")?.balance,
    names: [
      ...here.tableNames().filter((name) => /^archive\.entries/.test(name)),
      ...there.tableNames().filter((name) => !/^archive\.entries/.test(name)),
      ...rds
        .region(REGION)
        .clusters()
        .map(({ identifier }) => identifier),
    ],
  });
  await up();
  cloud.clock.advance(60 * MINUTE);
  write(5);
  const at = recordNextWindow(cloud, RELEASE.namespace, [RELEASE.name]);
  cloud.clock.advance(20 * MINUTE);
  write(7);
  const foreign = others();

  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  await up();
  const read = await stack.preview();
  t.deepEqual(changes(read), [], errors(read));
  t.true(infos(read).some((text) => text.includes("the copies can replace production")));
  const confirm = `replace ledger, archive, customers as of ${at}`;
  const confirmed = { at, mode: "recovery", switchOver: { confirm, newStreams: true } };
  stack.config["scalar-backup:restore"] = confirmed;

  // Killed once where everything is closed, and once where one region is open: the journal holds both regions' tables.
  let state = stack.state;
  for (const kill of [/RestoreTableFromBackup/, /dynamodb UpdateContinuousBackups/]) {
    const processes = asProcesses(state);
    await killedAt(t, cloud, processes, kill);
    t.deepEqual(others(), foreign);
    const between = goingOnFrom(processes.state);
    await between.refresh();
    const preview = await between.preview();
    t.true(preview.succeeded, errors(preview));
    t.deepEqual(
      changes(preview).filter((change) => !/^(delete|create Command restore-switch-over)/.test(change)),
      [],
    );
    state = between.state;
  }
  const last = asProcesses(state);
  await switchedOver(t, cloud, last);
  t.deepEqual(balances(), { ledger: 5, archive: 5, customers: 5 });
  t.deepEqual(others(), foreign);
  const kept = rds.region(ELSEWHERE).cluster(`customers-prod-replaced-${suffixed(at)}`);
  t.is(kept.rows("accounts").get("a")?.balance, 7);
  t.is(cloud.kubernetes.pods(RELEASE.namespace, RELEASE.name).length, 2);

  const next = goingOnFrom(last.state);
  t.deepEqual(changes(await next.preview()), []);
  await endsQuietly(t, next);
});
