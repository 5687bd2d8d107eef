/** What the provider does with databases whose names have moved to their copies, outside the program. */
import test from "ava";
import type { PropertyMap } from "../../../../../simulator/providers/provider";
import { type Deployed, REGION, Scene } from "./deployed";

const INSTANCE = "aws:rds/instance:Instance";
const CLUSTER = "aws:rds/cluster:Cluster";
const CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const TABLE = "aws:dynamodb/table:Table";
const MINUTE = 60 * 1000;

const LEDGER: PropertyMap = {
  identifier: "ledger",
  engine: "mysql",
  instanceClass: "db.m7g.large",
  allocatedStorage: 100,
  username: "scalar",
  password: "secret",
  skipFinalSnapshot: true,
  applyImmediately: true,
};
const CUSTOMERS: PropertyMap = {
  clusterIdentifier: "customers",
  engine: "aurora-postgresql",
  masterUsername: "scalar",
  masterPassword: "secret",
  skipFinalSnapshot: true,
};

const WRITER: PropertyMap = {
  identifier: "writer",
  clusterIdentifier: "customers",
  engine: "aurora-postgresql",
  instanceClass: "db.r6g.large",
};

async function setUp() {
  const scene = await Scene.start();
  const rds = scene.aws.rds.region(REGION);
  const rename = (from: string, to: string) => {
    rds.modifyDBInstance({ DBInstanceIdentifier: from, NewDBInstanceIdentifier: to, ApplyImmediately: true });
    scene.clock.advance(10 * MINUTE);
  };
  const renameCluster = (from: string, to: string) => {
    rds.modifyDBCluster({ DBClusterIdentifier: from, NewDBClusterIdentifier: to, ApplyImmediately: true });
    scene.clock.advance(2 * MINUTE);
  };
  return { scene, rds, rename, renameCluster };
}

/** An instance, and its copy under its name. */
async function switched() {
  const { scene, rds, rename } = await setUp();
  const source = await scene.create(INSTANCE, LEDGER, "source");
  const copy = await scene.create(INSTANCE, { ...LEDGER, identifier: "copy" }, "copy");
  rename("ledger", "ledger-replaced");
  rename("copy", "ledger");
  return { scene, rds, source, copy };
}

const identifierOf = ({ outputs }: Deployed) => outputs.identifier;

test("another identifier renames an instance, whose endpoint is new in the same update", async (t) => {
  const { scene, rds } = await setUp();
  const instance = await scene.create(INSTANCE, LEDGER);
  await instance.update({ ...LEDGER, identifier: "other" });
  t.is(identifierOf(instance), "other");
  t.regex(String(instance.outputs.endpoint), /^other\./);
  t.is(rds.instances.find("ledger"), undefined);
  t.is(rds.instances.instance("other").resourceId, instance.id);
  t.is(await instance.verdict({ ...LEDGER, identifier: "other" }), "no change");
});

test("without applyImmediately the identifier stays, and differs again", async (t) => {
  const { scene } = await setUp();
  const inputs = { ...LEDGER, applyImmediately: false };
  const instance = await scene.create(INSTANCE, inputs);
  await instance.update({ ...inputs, identifier: "other" });
  t.is(identifierOf(instance), "ledger");
  t.deepEqual(await instance.diff({ ...inputs, identifier: "other" }), { identifier: "update" });
});

test("mid-way, a refresh finds an instance by its id, and plans to rename it back", async (t) => {
  const { scene, rename } = await setUp();
  const instance = await scene.create(INSTANCE, LEDGER);
  rename("ledger", "ledger-replaced");
  t.true(await instance.refresh());
  t.is(identifierOf(instance), "ledger-replaced");
  t.deepEqual(await instance.diff(LEDGER), { identifier: "update" });
});

test("afterwards, a refresh and an update of the source fail on production's name, and those of the copy rename it away", async (t) => {
  const { rds, source, copy } = await switched();
  await source.refresh();
  await t.throwsAsync(source.update(LEDGER), { message: /DBInstanceAlreadyExists/ });
  await copy.refresh();
  t.is(identifierOf(copy), "ledger");
  await copy.update({ ...LEDGER, identifier: "copy" });
  t.is(rds.instances.find("ledger"), undefined);
  await source.update(LEDGER);
  t.is(rds.instances.instance("ledger").resourceId, source.id);
});

test("afterwards, an unrelated change to the source changes its copy, by the name in the state", async (t) => {
  const { rds, source, copy } = await switched();
  await source.update({ ...LEDGER, instanceClass: "db.m7g.xlarge", deletionProtection: true, tags: { team: "x" } });
  const production = rds.instances.instance("ledger");
  t.is(production.resourceId, copy.id);
  t.is(production.settings.class, "db.m7g.xlarge");
  t.true(production.settings.deletionProtection);
  t.deepEqual(production.tags, { team: "x" });
  const replaced = rds.instances.instance("ledger-replaced");
  t.is(replaced.settings.class, "db.m7g.large");
  t.deepEqual(replaced.tags, {});
  t.is(identifierOf(source), "ledger-replaced");
});

test("any change of an instance sets its deletion protection again", async (t) => {
  const { scene, rds } = await setUp();
  const instance = await scene.create(INSTANCE, LEDGER);
  rds.modifyDBInstance({ DBInstanceIdentifier: "ledger", DeletionProtection: true });
  await instance.update({ ...LEDGER, instanceClass: "db.m7g.xlarge" });
  t.false(rds.instances.instance("ledger").settings.deletionProtection);
});

test("afterwards, deleting the source without a refresh deletes its copy, and then waits in vain", async (t) => {
  const { rds, source } = await switched();
  await t.throwsAsync(source.delete(), { message: /still available/ });
  t.is(rds.instances.find("ledger"), undefined);
  t.is(rds.instances.instance("ledger-replaced").resourceId, source.id);
});

test("an instance whose name in the state does not exist is deleted from the state alone", async (t) => {
  const { scene, rds, rename } = await setUp();
  const instance = await scene.create(INSTANCE, LEDGER);
  rename("ledger", "ledger-replaced");
  await t.notThrowsAsync(instance.delete());
  t.is(rds.instances.instance("ledger-replaced").resourceId, instance.id);
});

test("an instance is imported by its name or its resource id, and is known by its resource id then", async (t) => {
  const { scene, rds, rename } = await setUp();
  await scene.create(INSTANCE, LEDGER, "source");
  await scene.create(INSTANCE, { ...LEDGER, identifier: "copy" }, "copy");
  const { resourceId } = rds.instances.instance("ledger");
  const urn = "urn:pulumi:test::test::aws:rds/instance:Instance::imported";
  for (const id of ["ledger", resourceId]) {
    const read = await scene.provider.read({ urn, type: INSTANCE, id });
    t.is(read?.id, resourceId);
    t.like(read?.outputs, { id: resourceId, identifier: "ledger" });
  }
  t.is(await scene.provider.read({ urn, type: INSTANCE, id: "none" }), undefined);
  const imported = await scene.provider.read({ urn, type: INSTANCE, id: "ledger" });
  rename("ledger", "ledger-replaced");
  rename("copy", "ledger");
  const refreshed = await scene.provider.read({ urn, type: INSTANCE, ...(imported as NonNullable<typeof imported>) });
  t.is(refreshed?.outputs.identifier, "ledger-replaced");
});

test("a cluster is known by its name: a refresh in the gap drops it, and one afterwards takes up the copy", async (t) => {
  const { scene, rds, renameCluster } = await setUp();
  const cluster = await scene.create(CLUSTER, CUSTOMERS, "source");
  const copy = await scene.create(CLUSTER, { ...CUSTOMERS, clusterIdentifier: "copy" }, "copy");
  t.is(cluster.id, "customers");
  renameCluster("customers", "customers-replaced");
  t.false(await cluster.refresh());
  renameCluster("copy", "customers");
  t.true(await cluster.refresh());
  t.is(cluster.outputs.clusterResourceId, rds.cluster("customers").resourceId);
  t.false(await copy.refresh());
  await cluster.update({ ...CUSTOMERS, deletionProtection: true, tags: { team: "x" } });
  t.true(rds.cluster("customers").settings.deletionProtection);
  t.deepEqual(rds.cluster("customers").tags, { team: "x" });
  t.false(rds.cluster("customers-replaced").settings.deletionProtection);
});

test("another identifier replaces a cluster, and a cluster's instance", async (t) => {
  const { scene } = await setUp();
  const cluster = await scene.create(CLUSTER, CUSTOMERS);
  t.is(await cluster.verdict({ ...CUSTOMERS, clusterIdentifier: "other" }), "replace");
  const writer = await scene.create(CLUSTER_INSTANCE, WRITER);
  t.is(await writer.verdict({ ...WRITER, identifier: "other" }), "replace");
});

test("a cluster's instances of a renamed cluster stay, and want to be replaced", async (t) => {
  const { scene, renameCluster } = await setUp();
  await scene.create(CLUSTER, CUSTOMERS, "source");
  const writer = await scene.create(CLUSTER_INSTANCE, WRITER, "writer");
  t.is(writer.id, "writer");
  renameCluster("customers", "customers-replaced");
  t.true(await writer.refresh());
  t.is(writer.outputs.clusterIdentifier, "customers-replaced");
  t.is(await writer.verdict(WRITER), "replace");
});

test("a table is known by its name: a refresh in the gap drops it, and one afterwards takes up the restored one", async (t) => {
  const { scene } = await setUp();
  const dynamodb = scene.aws.dynamodb.region(REGION);
  const inputs: PropertyMap = {
    name: "ledger.accounts",
    attributes: [{ name: "id", type: "S" }],
    hashKey: "id",
    billingMode: "PAY_PER_REQUEST",
    tags: { team: "ledger" },
  };
  const table = await scene.create(TABLE, inputs);
  t.is(table.id, "ledger.accounts");
  scene.clock.advance(2 * MINUTE);
  const { arn } = dynamodb.createBackup({ TableName: "ledger.accounts", BackupName: "switch-over" });
  scene.clock.advance(5 * MINUTE);
  dynamodb.deleteTable("ledger.accounts");
  t.false(await table.refresh());
  dynamodb.restoreTableFromBackup({ TargetTableName: "ledger.accounts", BackupArn: arn });
  t.true(await table.refresh());
  t.deepEqual(await table.diff(inputs), { "tags.team": "add" });
});
