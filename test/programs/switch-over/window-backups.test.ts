import test from "ava";
import { SCHEMA_LOADER_KEYS } from "../../../rehearsal/sets/dynamodb";
import { formatInstant } from "../../../restore-points/instant";
import { backupName } from "../../../restore-points/window-backups";
import { changes, errors, REGION, recordWindow, rehearsed } from "../rehearsed";
import { killedAt, switchedOver } from "./play";

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const TABLES = ["ledger.accounts", "coordinator.state"];
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };

test("copies from a window's backups take the production names, after point-in-time recovery has forgotten the window", async (t) => {
  t.timeout(600_000);
  const { cloud, stack, up, asProcesses, goingOnFrom } = await rehearsed(t, {
    "scalar-backup:databases": [
      {
        name: "ledger",
        dynamodb: {
          existing: { namespaces: ["ledger"], tables: ["coordinator.state"], scalardbTables: false },
          windowBackups: { deleteAfter: 400, everyDays: 30 },
        },
      },
    ],
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE], aws: { eksCluster: "payments" } },
  });
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  cloud.aws.eks.region(REGION).createCluster("payments");
  const tables = cloud.aws.dynamodb.region(REGION);
  for (const TableName of TABLES)
    tables.createTable({ TableName, ...SCHEMA_LOADER_KEYS, BillingMode: "PAY_PER_REQUEST" });
  await up();
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  tables.table("ledger.accounts").putItem("a", { balance: 5 });
  cloud.clock.advance(DAY);

  // A window as the pauser holds it, with a backup of each table.
  const began = cloud.clock.now();
  const text = () => formatInstant(cloud.clock.now(), { millis: true });
  const name = backupName("scalar-backup-rehearsal-scalar-pause", text());
  cloud.clock.advance(62 * SECOND);
  const requested = text();
  for (const TableName of TABLES) tables.createBackup({ TableName, BackupName: name });
  const accepted = text();
  cloud.clock.advance(62 * SECOND);
  const end = cloud.clock.now();
  const backups = {
    name,
    requested,
    accepted,
    databases: [{ name: "ledger", region: REGION, tables: 2, deleteAfter: 400 }],
  };
  const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name], (end - began) / SECOND, end, backups);
  cloud.clock.advance(SECOND);
  tables.table("ledger.accounts").putItem("a", { balance: 7 });
  cloud.clock.advance(100 * DAY);

  const from = { ledger: { windowBackups: true } };
  stack.config["scalar-backup:restore"] = { at, mode: "recovery", from };
  const restored = await up();
  const suffix = `-${at.replaceAll(/[-:]/g, "").toLowerCase()}`;
  t.is(tables.table(`ledger.accounts${suffix}`).items().get("a")?.balance, 5);
  t.deepEqual(changes(await stack.preview()), []);
  const { confirm } = restored.outputs.switchOver as unknown as { confirm: string };

  // Nothing proves copies of backups but their window: that is accepted by hand.
  const switchOver = { confirm };
  stack.config["scalar-backup:restore"] = { at, mode: "recovery", from, switchOver };
  t.regex(errors(await stack.preview()), /not proven to fit together .* set restore.acceptUnproven to/);
  stack.config["scalar-backup:restore"] = { at, mode: "recovery", from, switchOver, acceptUnproven: at };

  const first = asProcesses();
  await killedAt(t, cloud, first, /RestoreTableFromBackup/);
  // The backups of the window may expire in the middle: the tables are opened from those of the copies.
  for (const { BackupArn = "", BackupName } of tables.backups.list())
    if (BackupName === name) tables.backups.delete(BackupArn);
  const processes = goingOnFrom(first.state);
  await switchedOver(t, cloud, processes);
  t.is(tables.table("ledger.accounts").items().get("a")?.balance, 5);
  t.is(tables.table(`ledger.accounts${suffix}`).items().get("a")?.balance, 5);

  delete stack.config["scalar-backup:restore"];
  const next = goingOnFrom(processes.state);
  const last = await next.up();
  t.true(last.succeeded, errors(last));
  t.deepEqual(
    changes(last).filter((change) => /Table/.test(change)),
    [],
  );
  t.deepEqual(changes(await next.preview()), []);
});
