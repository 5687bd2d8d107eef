import test, { type ExecutionContext } from "ava";
import { instantSuffix } from "../../components/databases/kind";
import { TABLES } from "../../rehearsal/sets/dynamodb";
import { COPY_TAG, INSTANT_TAG, STACK_TAG } from "../../restore-points/rules/tag-keys";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { buildExisting } from "./existing";
import { interruptCreations, interruptUpdates } from "./interruption";
import { changes, changesMade, errors, REGION, recordWindow, rehearsed } from "./rehearsed";

const HOUR = 60 * 60_000;
const ELSEWHERE = "ap-northeast-3";
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const TABLE = "aws:dynamodb/table:Table";
const CLUSTER = "aws:rds/cluster:Cluster";
const CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const INSTANCE = "aws:rds/instance:Instance";

const tables = (restoreTo?: { region: string }) => ({
  name: "tables",
  dynamodb: { existing: { namespaces: ["ledger"] }, ...(restoreTo && { restoreTo }) },
});
const aurora = { name: "aurora", auroraPostgresql: { existing: { clusterIdentifier: "aurora-prod" } } };
const orders = { name: "orders", rdsMysql: { existing: { instanceIdentifier: "orders-prod" } } };

/** A protected set, with two instants that it can be restored to. */
async function protectedSet(t: ExecutionContext, databases: Parameters<typeof buildExisting>[1]) {
  t.timeout(240_000);
  const set = await rehearsed(t, {
    "scalar-backup:databases": databases,
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
    "scalar-backup:tags": { service: "payments" },
  });
  const { cloud, stack } = set;
  buildExisting(cloud, databases);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
  const declared = await stack.up();
  t.true(declared.succeeded, errors(declared));
  const instants: string[] = [];
  for (let pause = 0; pause < 2; pause++) {
    cloud.clock.advance(25 * HOUR);
    instants.push(recordWindow(cloud, RELEASE.namespace, [RELEASE.name]));
  }
  cloud.clock.advance(HOUR);
  const [older, newer] = instants as [string, string];
  return { ...set, older, newer };
}

function namesIn(cloud: SimulatedCloud, region = REGION): string[] {
  const rds = cloud.aws.rds.region(region);
  return [
    ...cloud.aws.dynamodb.region(region).tableNames(),
    ...rds.clusters().map(({ identifier }) => identifier),
    ...rds.clusters().flatMap(({ instances }) => instances.map(({ identifier }) => identifier)),
    ...rds.instances.all().map(({ identifier }) => identifier),
  ].sort();
}

test("an up that is killed while it creates copies goes on with the next one, and leaves nothing behind", async (t) => {
  const { cloud, stack, providers, newer } = await protectedSet(t, [tables(), aurora, orders]);
  const sources = namesIn(cloud);
  stack.config["scalar-backup:restore"] = { at: newer };

  let goOn = interruptCreations(providers, [TABLE, CLUSTER, INSTANCE], TABLES.length + 3);
  const killed = await stack.up();
  goOn();
  t.regex(errors(killed), /signal: killed/);
  t.true(namesIn(cloud).length > sources.length, "copies exist");
  const inState = new Set(stack.state.map(({ type }) => type));
  t.false(
    [TABLE, CLUSTER, INSTANCE].some((type) => inState.has(type)),
    "the state does not know them",
  );

  goOn = interruptCreations(providers, [CLUSTER_INSTANCE], 2);
  const again = await stack.up();
  goOn();
  t.regex(errors(again), /signal: killed/);
  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  const last = await stack.up();
  t.true(last.succeeded, errors(last));
  const made = (type: string) =>
    [...changesMade(again), ...changes(last)].filter(
      (change) => change.split(" ")[1] === type && !/^update/.test(change),
    );
  const suffix = instantSuffix(newer);
  t.deepEqual(made("Table"), [
    ...[...TABLES].sort().map((table) => `import Table tables-copy-${suffix}-${table}`),
    `import Table tables-late-${suffix}-coordinator.state`,
  ]);
  t.deepEqual(made("Cluster"), [`import Cluster aurora-copy-${suffix}`]);
  t.deepEqual(made("Instance"), [`import Instance orders-copy-${suffix}`]);
  t.deepEqual(
    made("ClusterInstance"),
    [1, 2].map((number) => `import ClusterInstance aurora-copy-${suffix}-${number}`),
  );
  t.deepEqual(
    [...changesMade(again), ...changes(last)].filter((change) => /^(replace|delete)/.test(change)),
    [],
    "nothing is made twice",
  );
  t.deepEqual(changes(await stack.preview()), [], "a preview right after it shows no change");
  t.like(cloud.aws.rds.region(REGION).cluster(`aurora-prod-${suffix}`).tags, {
    [COPY_TAG]: "drill",
    [INSTANT_TAG]: newer,
    [STACK_TAG]: "organization/scalar-backup/rehearsal",
  });

  delete stack.config["scalar-backup:restore"];
  const cleaned = await stack.up();
  t.true(cleaned.succeeded, errors(cleaned));
  t.deepEqual(namesIn(cloud), sources, "the copies are gone");
});

test("copies in another region are taken over from there, and replaced for another instant", async (t) => {
  const { cloud, stack, providers, older, newer } = await protectedSet(t, [tables({ region: ELSEWHERE })]);
  stack.config["scalar-backup:restore"] = { at: newer };
  const goOn = interruptCreations(providers, [TABLE], TABLES.length + 1);
  t.regex(errors(await stack.up()), /signal: killed/);
  goOn();
  const again = await stack.up();
  t.true(again.succeeded, errors(again));
  t.deepEqual(
    changes(again).filter((change) => /^(replace|delete)/.test(change)),
    [],
  );
  t.is(changes(again).filter((change) => change.startsWith("import Table tables-copy-")).length, TABLES.length);
  t.deepEqual(changes(await stack.preview()), []);
  t.deepEqual(namesIn(cloud, ELSEWHERE), [...TABLES].sort());

  stack.config["scalar-backup:restore"] = { at: older };
  const moved = await stack.up();
  t.true(moved.succeeded, errors(moved));
  t.is(changes(moved).filter((change) => change.startsWith("replace Table tables-copy-")).length, TABLES.length);
  t.deepEqual(changes(await stack.preview()), []);
  const copy = cloud.aws.dynamodb.region(ELSEWHERE).table("ledger.accounts");
  t.is(copy.restoredFrom?.RestoreDateTime?.toISOString().replace(".000Z", "Z"), older);

  delete stack.config["scalar-backup:restore"];
  t.true((await stack.up()).succeeded);
  t.deepEqual(namesIn(cloud, ELSEWHERE), []);
});

test("reports a replacement in another region that was killed half-way, with the way out", async (t) => {
  const { cloud, stack, providers, older, newer } = await protectedSet(t, [tables({ region: ELSEWHERE })]);
  stack.config["scalar-backup:restore"] = { at: newer };
  t.true((await stack.up()).succeeded);
  stack.config["scalar-backup:restore"] = { at: older };
  const goOn = interruptCreations(providers, [TABLE], TABLES.length + 1);
  t.regex(errors(await stack.up()), /signal: killed/);
  goOn();

  // The state has the deleted copies still: no import is possible, and each creation would find a table of its name.
  const stuck = await stack.preview();
  t.false(stuck.succeeded);
  const message = errors(stuck);
  t.true(message.includes(`copies of ${older} were being created in place of those of ${newer}`), message);
  t.true(message.includes(`pulumi config rm restore`), message);

  // The way out that the message names.
  delete stack.config["scalar-backup:restore"];
  const letGo = await stack.up();
  t.true(letGo.succeeded, errors(letGo));
  t.deepEqual(namesIn(cloud, ELSEWHERE), [...TABLES].sort(), "what is being restored stays");
  stack.config["scalar-backup:restore"] = { at: older };
  const again = await stack.up();
  t.true(again.succeeded, errors(again));
  t.is(changes(again).filter((change) => change.startsWith("import Table tables-copy-")).length, TABLES.length);
  t.deepEqual(changes(await stack.preview()), []);
  delete stack.config["scalar-backup:restore"];
  t.true((await stack.up()).succeeded);
  t.deepEqual(namesIn(cloud, ELSEWHERE), []);
});

test("what somebody else has made under a copy's name is not touched, and the message says whose it is", async (t) => {
  const { cloud, stack, newer } = await protectedSet(t, [tables(), aurora, orders]);
  const rds = cloud.aws.rds.region(REGION);
  const dynamodb = cloud.aws.dynamodb.region(REGION);
  const suffix = instantSuffix(newer);
  stack.config["scalar-backup:restore"] = { at: newer };
  const other = [
    { Key: COPY_TAG, Value: "drill" },
    { Key: INSTANT_TAG, Value: newer },
    { Key: STACK_TAG, Value: "organization/scalar-backup/other" },
  ];

  const refused = async (message: RegExp) => {
    const before = namesIn(cloud);
    for (const run of ["preview", "up"] as const) {
      const result = await stack[run]();
      t.false(result.succeeded);
      t.regex(errors(result), message);
    }
    // What does not depend on it may have been created before the program ended.
    t.true(before.every((name) => namesIn(cloud).includes(name)));
    delete stack.config["scalar-backup:restore"];
    t.true((await stack.up()).succeeded);
    stack.config["scalar-backup:restore"] = { at: newer };
  };

  const table = `ledger.accounts-${suffix}`;
  dynamodb.restoreTableToPointInTime({
    SourceTableName: "ledger.accounts",
    TargetTableName: table,
    RestoreDateTime: new Date(newer),
  });
  dynamodb.tagResource(dynamodb.table(table).arn, other);
  await refused(
    /database tables: DynamoDB table ledger\.accounts-\S+ in ap-northeast-1 exists already and is not changed: it is a copy of the stack organization\/scalar-backup\/other, which a drill has made: remove that drill.s copies first \(scalar-backup drill --stack other --clean-up; in a program of your own, its update without the restore\)\. Delete it/,
  );
  dynamodb.deleteTable(table);

  dynamodb.createTable({
    TableName: table,
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    BillingMode: "PAY_PER_REQUEST",
  });
  await refused(
    /DynamoDB table ledger\.accounts-\S+ in ap-northeast-1 exists already .* it was not restored from anything/,
  );
  dynamodb.deleteTable(table);

  rds.restoreDBClusterToPointInTime({
    DBClusterIdentifier: `aurora-prod-${suffix}`,
    SourceDBClusterIdentifier: "aurora-prod",
    RestoreToTime: new Date(newer),
    Tags: other,
  });
  await refused(
    /database aurora: cluster aurora-prod-\S+ in ap-northeast-1 exists already .* it is a copy of the stack/,
  );
  rds.deleteDBCluster({ DBClusterIdentifier: `aurora-prod-${suffix}`, SkipFinalSnapshot: true });

  rds.instances.restoreToPointInTime({
    TargetDBInstanceIdentifier: `orders-prod-${suffix}`,
    SourceDBInstanceIdentifier: "orders-prod",
    RestoreTime: new Date(newer),
    Tags: [{ Key: "team", Value: "orders" }],
  });
  await refused(
    /database orders: instance orders-prod-\S+ in ap-northeast-1 exists already .* it has no tag scalar-backup:copy/,
  );
});

test("a reader that somebody adds to a copied cluster is none of the copies, and stops nothing", async (t) => {
  const { cloud, stack, newer } = await protectedSet(t, [aurora, tables({ region: ELSEWHERE })]);
  stack.config["scalar-backup:restore"] = { at: newer, mode: "recovery" };
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  const copy = `aurora-prod-${instantSuffix(newer)}`;
  const rds = cloud.aws.rds.region(REGION);
  t.deepEqual(
    rds.cluster(copy).instances.map(({ identifier }) => identifier),
    [`${copy}-1`, `${copy}-2`],
  );
  rds.createDBInstance({
    DBInstanceIdentifier: `${copy}-3`,
    DBClusterIdentifier: copy,
    Engine: "aurora-postgresql",
    DBInstanceClass: "db.r7g.large",
  });
  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  t.deepEqual(changes(preview), []);
});

test("a recovery's copies that the stack has left for good are not taken for a drill's", async (t) => {
  const { cloud, stack, newer } = await protectedSet(t, [orders, tables({ region: ELSEWHERE })]);
  const copy = `orders-prod-${instantSuffix(newer)}`;
  stack.config["scalar-backup:restore"] = { at: newer, mode: "recovery" };
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  delete stack.config["scalar-backup:restore"];
  t.true((await stack.up()).succeeded);
  stack.config["scalar-backup:restore"] = { at: newer };
  const drill = await stack.up();
  t.false(drill.succeeded);
  // The first look-up that finds one ends the program.
  t.regex(
    errors(drill),
    /(instance orders-prod-|DynamoDB table )\S+ in \S+ exists already .* it is the copy of a recovery/,
  );
  delete stack.config["scalar-backup:restore"];
  t.true((await stack.up()).succeeded);
  t.true(namesIn(cloud).includes(copy), "it exists");
  t.deepEqual(namesIn(cloud, ELSEWHERE), [...TABLES].sort());

  stack.config["scalar-backup:restore"] = { at: newer, mode: "recovery" };
  const again = await stack.up();
  t.true(again.succeeded, errors(again));
  t.true(changes(again).includes(`import Instance orders-copy-${instantSuffix(newer)}`));
});

test("two databases whose copies would have one identifier are refused: the one is never taken for the other", async (t) => {
  // RDS identifiers have 63 characters, and a copy's ends in its instant: these differ in what is cut off.
  const base = "acme-payments-production-tokyo-scalar-database-of";
  const named = (name: string) => ({ name, rdsMysql: { existing: { instanceIdentifier: `${base}-${name}` } } });
  const { cloud, stack, newer } = await protectedSet(t, [named("ledger"), named("auditor")]);
  const sources = namesIn(cloud);
  stack.config["scalar-backup:restore"] = { at: newer };
  for (const run of ["preview", "up"] as const) {
    const result = await stack[run]();
    t.false(result.succeeded);
    t.regex(
      errors(result),
      /database (ledger|auditor): its copy would be instance acme-payments-\S+ in ap-northeast-1, and so would the copy of database (ledger|auditor)/,
    );
  }
  // The one that was first may have been created before the program ended.
  t.true(namesIn(cloud).length <= sources.length + 1);
});

test("a promotion that is killed is taken back as docs/using-copies.md says, and the copies can be removed", async (t) => {
  const { cloud, stack, providers, newer } = await protectedSet(t, [tables(), aurora, orders]);
  const sources = namesIn(cloud);
  stack.config["scalar-backup:restore"] = { at: newer };
  const drill = await stack.up();
  t.true(drill.succeeded, errors(drill));

  const protectedOnes = [TABLE, CLUSTER, INSTANCE];
  const undo = interruptUpdates(providers, protectedOnes);
  stack.config["scalar-backup:restore"] = { at: newer, mode: "recovery" };
  const killed = await stack.up();
  undo();
  t.regex(errors(killed), /signal: killed/);

  delete stack.config["scalar-backup:restore"];
  const refused = await stack.up();
  t.regex(errors(refused), /Cannot delete protected|currently protected against deletion/);

  stack.config["scalar-backup:restore"] = { at: newer, mode: "drill" };
  await stack.refresh();
  const again = await stack.up();
  t.true(again.succeeded, errors(again));
  delete stack.config["scalar-backup:restore"];
  const removed = await stack.up();
  t.true(removed.succeeded, errors(removed));
  t.deepEqual(namesIn(cloud), sources);
});
