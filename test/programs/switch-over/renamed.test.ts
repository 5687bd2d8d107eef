import test from "ava";
import { multiAzClusterPart } from "../../../rehearsal/sets/rds";
import { changes, errors, REGION, recordWindow, rehearsed } from "../rehearsed";
import { MINUTE, RELEASE, suffixed, warnings } from "../verified-set";
import { endsQuietly, killedAt, switchedOver } from "./play";

test("an instance and a Multi-AZ DB cluster are switched over through a refresh in the gap, and an up without the restore", async (t) => {
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
  const unproven = { acceptUnproven: at };
  stack.config["scalar-backup:restore"] = { at, mode: "recovery", ...unproven };
  const restored = await up();
  const { confirm } = restored.outputs.switchOver as unknown as { confirm: string };
  const confirmed = { at, mode: "recovery", ...unproven, switchOver: { confirm } };
  stack.config["scalar-backup:restore"] = confirmed;
  const planned = await stack.preview();
  t.true(planned.succeeded, errors(planned));

  // Both names are closed, and the instance's copy was not asked for its new name.
  const first = asProcesses();
  let renames = 0;
  await killedAt(t, cloud, first, (request) => {
    if (/rds ModifyDB(Instance|Cluster)$/.test(request)) renames += 1;
    return renames > 2;
  });
  t.deepEqual([stock("stock-prod"), orders("orders-prod")], [undefined, undefined]);
  t.deepEqual([stock(`stock-prod-replaced${suffix}`), orders(`orders-prod-replaced${suffix}`)], [7, 7]);

  // Somebody removes the restore, and runs an update: nothing of any database changes, and the way on is named.
  delete stack.config["scalar-backup:restore"];
  const middle = goingOnFrom(first.state);
  const removed = await middle.up();
  t.true(removed.succeeded, errors(removed));
  t.true(
    warnings(removed).some((text) => /a switch-over is not complete/.test(text)),
    warnings(removed).join("\n"),
  );
  t.deepEqual([stock(`stock-prod${suffix}`), orders(`orders-prod${suffix}`)], [5, 5]);
  t.deepEqual([stock("stock-prod"), orders("orders-prod")], [undefined, undefined]);

  stack.config["scalar-backup:restore"] = confirmed;
  // The component of the restore left the state.
  const known = [...changes(planned), "create ScalarRestore restore"];
  const unknown = (all: string[]) => all.filter((change) => !known.includes(change));
  t.deepEqual(unknown(changes(await middle.preview())), []);
  const seen = await middle.refresh();
  t.true(seen.succeeded, errors(seen));
  const refreshed = await middle.preview();
  t.true(refreshed.succeeded, errors(refreshed));
  t.deepEqual(unknown(changes(refreshed)), []);

  const processes = asProcesses(middle.state);
  await switchedOver(t, cloud, processes);
  t.deepEqual([stock("stock-prod"), orders("orders-prod")], [5, 5]);
  await endsQuietly(t, goingOnFrom(processes.state));
  t.deepEqual([stock("stock-prod"), orders("orders-prod")], [5, 5]);
});
