import test from "ava";
import { INSTANT_TAG } from "../../../restore-points/rules/tag-keys";
import { changes, errors, recordWindow } from "../rehearsed";
import { keptSet, RELEASE, TABLE } from "../vaults/kept-set";
import { killedAt, switchedOver } from "./play";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

test("copies of AWS Backup's backups take the production names, after everything else knows nothing of the instant", async (t) => {
  t.timeout(600_000);
  const { cloud, stack, up, asProcesses, goingOnFrom, backup, rds, dynamodb } = await keptSet(t);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const write = (balance: number) => {
    rds.cluster("customers-prod").put("accounts", "a", { balance });
    rds.cluster("orders-prod").put("accounts", "a", { balance });
    dynamodb.table(TABLE).putItem("a", { balance });
  };
  const balances = (suffix = "") => [
    dynamodb.table(`${TABLE}${suffix}`).items().get("a")?.balance,
    ...["customers-prod", "orders-prod"].map(
      (name) => rds.cluster(`${name}${suffix}`).rows("accounts").get("a")?.balance,
    ),
  ];
  write(5);
  await up();
  cloud.clock.advance(DAY);
  const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
  cloud.clock.advance(HOUR);
  write(7);
  const suffix = `-${at.replaceAll(/[-:]/g, "").toLowerCase()}`;

  // A drill, whose copies the vault keeps; then 100 days.
  stack.config["scalar-backup:restore"] = { at };
  await up();
  cloud.clock.advance(HOUR);
  delete stack.config["scalar-backup:restore"];
  await up();
  t.true([...backup.vault("payments").recoveryPoints.values()].some(({ tags }) => tags[INSTANT_TAG] === at));
  cloud.clock.advance(100 * DAY);
  const snapshot = (of: string) =>
    rds.snapshots.all().find(({ source }) => source.identifier === `${of}${suffix}`)?.arn;
  const ofTable = dynamodb.backups.list().find(({ TableName }) => TableName === `${TABLE}${suffix}`)?.BackupArn;
  const from = {
    ledger: { tables: { [TABLE]: ofTable } },
    customers: { backupArn: snapshot("customers-prod") },
    orders: { backupArn: snapshot("orders-prod") },
  };

  stack.config["scalar-backup:restore"] = { at, mode: "recovery", from };
  const restored = await up();
  t.deepEqual(balances(suffix), [5, 5, 5]);
  t.deepEqual(balances(), [7, 7, 7]);
  t.deepEqual(changes(await stack.preview()), []);
  const { confirm } = restored.outputs.switchOver as unknown as { confirm: string };
  stack.config["scalar-backup:restore"] = {
    ...{ at, mode: "recovery", from, acceptUnproven: at },
    switchOver: { confirm, newStreams: true },
  };

  const first = asProcesses();
  await killedAt(t, cloud, first, /RestoreTableFromBackup/);
  // The vault may lose them in the middle.
  if (ofTable !== undefined) dynamodb.backups.release(ofTable);
  const processes = goingOnFrom(first.state);
  await switchedOver(t, cloud, processes);
  t.deepEqual(balances(), [5, 5, 5]);

  delete stack.config["scalar-backup:restore"];
  const next = goingOnFrom(processes.state);
  const last = await next.up();
  t.true(last.succeeded, errors(last));
  t.deepEqual(
    changes(last).filter((change) => !/Command|ScalarRestore/.test(change)),
    [],
  );
  await next.refresh();
  t.deepEqual(changes(await next.preview()), []);
  t.deepEqual(balances(), [5, 5, 5]);
});
