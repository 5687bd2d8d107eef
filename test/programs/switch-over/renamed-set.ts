import type { ExecutionContext } from "ava";
import { multiAzClusterPart } from "../../../rehearsal/sets/rds";
import { REGION, recordWindow, rehearsed } from "../rehearsed";
import { MINUTE, RELEASE, suffixed } from "../verified-set";

/**
 * An RDS instance `stock-prod` and a Multi-AZ DB cluster `orders-prod` with the verified copies of a recovery: the balances are 5 in
 * these, and 7 in production.
 */
export async function copiedRenamedSet(t: ExecutionContext) {
  t.timeout(600_000);
  const { cloud, stack, up, asProcesses, goingOnFrom } = await rehearsed(t, {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
    "scalar-backup:databases": [
      { name: "stock", rdsPostgresql: { existing: { instanceIdentifier: "stock-prod" } } },
      { name: "orders", rdsPostgresql: { existing: { clusterIdentifier: "orders-prod" } } },
    ],
  });
  const rds = cloud.aws.rds.region(REGION);
  rds.createDBInstance({
    DBInstanceIdentifier: "stock-prod",
    Engine: "postgres",
    DBInstanceClass: "db.m7g.large",
    AllocatedStorage: 100,
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    BackupRetentionPeriod: 7,
  });
  multiAzClusterPart("orders", { key: "rdsPostgresql", engine: "postgres" }, REGION).build(cloud);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const stock = (name: string) => rds.instances.find(name)?.rows("accounts").get("a")?.balance;
  const orders = (name: string) =>
    rds
      .clusters()
      .find(({ identifier }) => identifier === name)
      ?.rows("accounts")
      .get("a")?.balance;
  const write = (balance: number) => {
    rds.instances.instance("stock-prod").put("accounts", "a", { balance });
    rds.cluster("orders-prod").put("accounts", "a", { balance });
  };
  await up();
  cloud.clock.advance(60 * MINUTE);
  write(5);
  cloud.clock.advance(20 * MINUTE);
  const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
  cloud.clock.advance(20 * MINUTE);
  write(7);
  const suffix = `-${suffixed(at)}`;
  const restore = { at, mode: "recovery", acceptUnproven: at };
  stack.config["scalar-backup:restore"] = restore;
  const restored = await up();
  const { confirm } = restored.outputs.switchOver as unknown as { confirm: string };
  const confirmed = { ...restore, switchOver: { confirm } };
  return { cloud, stack, asProcesses, goingOnFrom, rds, stock, orders, suffix, restore, confirmed };
}
