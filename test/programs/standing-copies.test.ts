import test from "ava";
import { buildExisting } from "./existing";
import { changes, errors, recordWindow, rehearsed } from "./rehearsed";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };

/** Sets of databases whose copies exist for weeks, in which backups of the sources go on. */
const SETS = {
  AWS: [
    { name: "tables", dynamodb: { existing: { namespaces: ["ledger"] } } },
    { name: "aurora", auroraPostgresql: { existing: { clusterIdentifier: "aurora-prod" } } },
    { name: "aurora-mysql", auroraMysql: { existing: { clusterIdentifier: "aurora-mysql-prod" } } },
    { name: "stock", rdsMysql: { existing: { instanceIdentifier: "stock-prod" } } },
    { name: "orders", rdsPostgresql: { existing: { clusterIdentifier: "orders-prod" } } },
  ],
  Azure: [
    {
      name: "documents",
      cosmosdb: { existing: { accountName: "documents-prod", resourceGroupName: "scalar-databases" } },
    },
    { name: "mysql", azureMysql: { existing: { serverName: "mysql-prod", resourceGroupName: "scalar-databases" } } },
    {
      name: "postgresql",
      azurePostgresql: { existing: { serverName: "postgresql-prod", resourceGroupName: "scalar-databases" } },
    },
  ],
};

for (const [cloudName, databases] of Object.entries(SETS))
  for (const mode of ["drill", "recovery"])
    test(`a preview plans nothing while the copies of a ${mode} on ${cloudName} exist, also 40 days on`, async (t) => {
      t.timeout(240_000);
      const { cloud, stack } = await rehearsed(t, {
        "scalar-backup:databases": databases,
        "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
      });
      buildExisting(cloud, databases);
      await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
      const declared = await stack.up();
      t.true(declared.succeeded, errors(declared));
      // Before AWS Backup's first run, which raises the days of its databases.
      cloud.clock.advance(HOUR);
      const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
      cloud.clock.advance(HOUR);
      stack.config["scalar-backup:restore"] = { at, mode, acceptUnproven: at };
      const restored = await stack.up();
      t.true(restored.succeeded, errors(restored));
      for (const days of [0, 2, 40]) {
        cloud.clock.advance(days * DAY);
        const preview = await stack.preview();
        t.true(preview.succeeded, errors(preview));
        t.deepEqual(changes(preview), [], `${days} days on`);
      }
      const refreshed = await stack.refresh();
      t.true(refreshed.succeeded, errors(refreshed));
      const preview = await stack.preview();
      t.true(preview.succeeded, errors(preview));
      t.deepEqual(changes(preview), [], "after a refresh");
    });
