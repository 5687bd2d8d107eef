import test from "ava";
import { AZURE_RESOURCE_GROUP, azureResource } from "../../rehearsal/sets/azure";
import { copiesOf } from "../../rehearsal/sets/copies";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { revealed } from "../../simulator/engine/stack";
import { buildExisting } from "./existing";
import { changes, errors, REGION, recordWindow, rehearsed } from "./rehearsed";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const BUILD = {
  instanceClass: "db.r7g.large",
  subnetGroupName: "scalar-databases",
  securityGroupIds: ["sg-0123456789abcdef0"],
};

/** A user-assigned identity that may read the key of the account. */
function identity(name: string): string {
  return `/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/${AZURE_RESOURCE_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
}

/** The set before its databases are deleted, and after. */
function databases(deleted?: true) {
  const to = deleted && { restoreTo: BUILD };
  return [
    { name: "tables", dynamodb: { existing: { namespaces: ["ledger"] } } },
    { name: "aurora", auroraPostgresql: { existing: { clusterIdentifier: "aurora-prod", deleted }, ...to } },
    { name: "orders", rdsMysql: { existing: { instanceIdentifier: "orders-prod", deleted }, ...to } },
    {
      name: "documents",
      cosmosdb: {
        existing: { accountName: "documents-prod", resourceGroupName: AZURE_RESOURCE_GROUP, deleted },
        ...(deleted && {
          restoreTo: {
            network: { publicNetworkAccess: "Enabled", ipRules: ["203.0.113.0/24"] },
            keyIdentity: identity("copies"),
          },
        }),
      },
    },
  ];
}

function write(cloud: SimulatedCloud, value: number): void {
  const rds = cloud.aws.rds.region(REGION);
  rds.cluster("aurora-prod").put("accounts", "a", { value });
  rds.instances.instance("orders-prod").put("accounts", "a", { value });
  cloud.azure.cosmosdb.account("documents-prod").putItem("ledger", "accounts", "a", { value });
}

/** A deletion by mistake leaves the automated backups, because it did not ask for their deletion. */
function deleteSources(cloud: SimulatedCloud): void {
  const rds = cloud.aws.rds.region(REGION);
  const gone = { SkipFinalSnapshot: true, DeleteAutomatedBackups: false };
  rds.modifyDBCluster({ DBClusterIdentifier: "aurora-prod", DeletionProtection: false });
  for (const { identifier } of [...rds.cluster("aurora-prod").instances])
    rds.deleteDBInstance({ DBInstanceIdentifier: identifier, SkipFinalSnapshot: true });
  rds.deleteDBCluster({ DBClusterIdentifier: "aurora-prod", ...gone });
  rds.modifyDBInstance({ DBInstanceIdentifier: "orders-prod", DeletionProtection: false, ApplyImmediately: true });
  rds.deleteDBInstance({ DBInstanceIdentifier: "orders-prod", ...gone });
  azureResource(cloud, "Microsoft.DocumentDB/databaseAccounts", "documents-prod", "2025-10-15").send("DELETE", "");
  const tables = cloud.aws.dynamodb.region(REGION);
  tables.updateTable({ TableName: "scalardb.namespaces", DeletionProtectionEnabled: false });
  tables.deleteTable("scalardb.namespaces");
}

test("databases that were deleted are restored from what the clouds retain of them", async (t) => {
  t.timeout(300_000);
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": databases(),
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
  });
  buildExisting(cloud, databases() as never);
  azureResource(cloud, "Microsoft.DocumentDB/databaseAccounts", "documents-prod", "2025-10-15").send("PATCH", "", {
    identity: { type: "UserAssigned", userAssignedIdentities: { [identity("source")]: {} } },
    properties: {
      keyVaultKeyUri: "https://scalar.vault.azure.net/keys/documents",
      defaultIdentity: `UserAssignedIdentity=${identity("source")}`,
    },
  });
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
  const protectedOnce = await stack.up();
  t.true(protectedOnce.succeeded, errors(protectedOnce));
  cloud.clock.advance(protectedOnce.simulatedMillis + DAY + 60 * MINUTE);
  write(cloud, 1);
  cloud.clock.advance(30 * MINUTE);
  const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
  cloud.clock.advance(30 * MINUTE);
  write(cloud, 2);
  cloud.clock.advance(30 * MINUTE);
  deleteSources(cloud);

  const surprised = await stack.preview();
  t.false(surprised.succeeded);
  t.regex(errors(surprised), /any more, but (AWS retains its automated backups, from|Azure keeps what it held from) 2/);
  t.regex(errors(surprised), /deleted: true/);

  // A table that went after the instant can't be had as of the instant: its absence has to be accepted.
  stack.config["scalar-backup:databases"] = databases(true);
  stack.config["scalar-backup:restore"] = { at };
  const incomplete = await stack.preview();
  t.false(incomplete.succeeded);
  t.regex(
    errors(incomplete),
    /database tables: scalardb\.namespaces \(deleted 2.*, backup arn:.*\) existed at 2.*Choose an instant after it, or accept copies without it by acceptInconsistentCopiesAt/,
  );

  // Nothing of the protection changes but Cosmos DB's, of which no part is left.
  stack.config["scalar-backup:restore"] = { at, acceptInconsistentCopiesAt: at };
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));
  t.deepEqual(
    changes(restored).filter((change) => !change.startsWith("create ")),
    ["delete Command documents-protection"],
  );
  const copies = new Map(copiesOf(restored).map((copy) => [copy.name, copy]));
  t.regex(copies.get("tables")?.notes[0] ?? "", /^INCOMPLETE: scalardb\.namespaces/);
  const rds = cloud.aws.rds.region(REGION);
  const suffix = at.replaceAll(/[-:]/g, "").toLowerCase();
  const aurora = rds.cluster(`aurora-prod-${suffix}`);
  const orders = rds.instances.instance(`orders-prod-${suffix}`);
  for (const copy of [aurora, orders]) {
    t.deepEqual(copy.rows("accounts").get("a"), { value: 1 }, copy.identifier);
    t.like(copy.settings, { securityGroups: BUILD.securityGroupIds, subnetGroup: BUILD.subnetGroupName });
    t.is(copy.settings.backupRetentionPeriod, 35, copy.identifier);
  }
  t.deepEqual(
    aurora.instances.map((instance) => instance.class),
    [BUILD.instanceClass],
    "a writer",
  );
  t.is(orders.settings.class, BUILD.instanceClass);
  t.regex(
    copies.get("orders")?.notes.join() ?? "",
    /the source is deleted.*restoreTo says nothing: parameterGroupName/s,
  );
  const account = cloud.azure.cosmosdb.account(`documents-prod-${suffix}`);
  t.deepEqual(account.items("ledger", "accounts").get("a"), { value: 1 });
  t.is(account.properties.defaultIdentity, `UserAssignedIdentity=${identity("copies")}`);
  t.like(account.properties, {
    publicNetworkAccess: "Enabled",
    ipRules: [{ ipAddressOrRange: "203.0.113.0/24" }],
    consistencyPolicy: { defaultConsistencyLevel: "Strong" },
  });
  t.is(
    (revealed(copies.get("documents")?.properties) as Record<string, string>)?.[
      "scalar.db.multi_storage.storages.documents.contact_points"
    ],
    account.endpoint,
  );
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
});

test("refuses to restore a deleted Multi-AZ DB cluster to an instant", async (t) => {
  const trio = [{ name: "trio", rdsPostgresql: { existing: { clusterIdentifier: "trio-prod" } } }];
  const { cloud, stack } = await rehearsed(t, { "scalar-backup:databases": trio });
  buildExisting(cloud, trio);
  const rds = cloud.aws.rds.region(REGION);
  const { resourceId } = rds.cluster("trio-prod");
  rds.modifyDBCluster({ DBClusterIdentifier: "trio-prod", DeletionProtection: false });
  rds.deleteDBCluster({ DBClusterIdentifier: "trio-prod", SkipFinalSnapshot: true, DeleteAutomatedBackups: false });
  const lost = await stack.preview();
  t.false(lost.succeeded);
  t.regex(
    errors(lost),
    /no Multi-AZ DB cluster trio-prod .* AWS restores no deleted one to an instant; restore a snapshot/,
  );

  // What AWS itself answers.
  t.throws(
    () =>
      rds.restoreDBClusterToPointInTime({
        DBClusterIdentifier: "copy",
        SourceDbClusterResourceId: resourceId,
        UseLatestRestorableTime: true,
        DBClusterInstanceClass: "db.m6gd.large",
      }),
    { name: "InvalidRestoreFault" },
  );
});
