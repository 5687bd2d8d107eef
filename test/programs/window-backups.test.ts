import test, { type ExecutionContext } from "ava";
import { SCHEMA_LOADER_KEYS } from "../../rehearsal/sets/dynamodb";
import { formatInstant } from "../../restore-points/instant";
import type { RestorePoints } from "../../restore-points/points";
import { backupName } from "../../restore-points/window-backups";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { changes, errors, REGION, recordWindow, rehearsed } from "./rehearsed";

const ELSEWHERE = "ap-northeast-3";
const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const TABLES = ["ledger.accounts", "coordinator.state"];

/** A set of two tables in DynamoDB, protected, with backups in windows. */
async function protectedSet(t: ExecutionContext, dynamodb: object = {}) {
  t.timeout(120_000);
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": [
      {
        name: "ledger",
        dynamodb: {
          existing: { namespaces: ["ledger"], tables: ["coordinator.state"], scalardbTables: false },
          restoreTo: { region: ELSEWHERE },
          windowBackups: { deleteAfter: 400, everyDays: 30 },
          ...dynamodb,
        },
      },
    ],
    "scalar-backup:pause": {
      schedule: "0 3 * * *",
      releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
      aws: { eksCluster: "payments" },
    },
  });
  cloud.kubernetes.createNamespace("scalar");
  cloud.aws.eks.region(REGION).createCluster("payments");
  const source = cloud.aws.dynamodb.region(REGION);
  for (const TableName of TABLES)
    source.createTable({ TableName, ...SCHEMA_LOADER_KEYS, BillingMode: "PAY_PER_REQUEST" });
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  return { cloud, stack, source, up };
}

/** A window in which backups are made as the pauser makes them; answers its middle and the backups' name. */
function backUp(cloud: SimulatedCloud, tables = TABLES): { at: string; backup: string } {
  const dynamodb = cloud.aws.dynamodb.region(REGION);
  const text = () => formatInstant(cloud.clock.now(), { millis: true });
  const began = cloud.clock.now();
  const backup = backupName("scalar-backup-rehearsal-scalar-pause", text());
  cloud.clock.advance(62 * SECOND);
  const requested = text();
  for (const TableName of tables) dynamodb.createBackup({ TableName, BackupName: backup });
  const accepted = text();
  cloud.clock.advance(62 * SECOND);
  const databases = [{ name: "ledger", region: REGION, tables: tables.length, deleteAfter: 400 }];
  const end = cloud.clock.now();
  const backups = { name: backup, requested, accepted, databases };
  const at = recordWindow(cloud, "scalar", ["scalardb-cluster"], (end - began) / SECOND, end, backups);
  return { at, backup };
}

test("a window's backups restore it when point-in-time recovery has forgotten it, elsewhere under the tables' own names", async (t) => {
  const { cloud, stack, source } = await protectedSet(t);
  const [table, copies] = [source.table("ledger.accounts"), cloud.aws.dynamodb.region(ELSEWHERE)];
  table.putItem("a", { balance: 1 });
  cloud.clock.advance(DAY);
  const { at } = backUp(cloud);
  cloud.clock.advance(SECOND);
  table.putItem("a", { balance: 2 });
  cloud.clock.advance(100 * DAY);

  const { outputs } = await stack.up();
  const { points, noneBecause } = outputs.restorePoints as unknown as RestorePoints;
  t.like(points[0], { instant: at, restorable: false, restorableFromBackups: true });
  t.regex(points[0]?.databases[0]?.backedUpUntil ?? "", /^20\d\d-/);
  t.regex(
    noneBecause ?? "",
    new RegExp(`${at} can be restored from its window's backups, by restore.from.ledger.windowBackups: true`),
  );

  stack.config["scalar-backup:restore"] = { at };
  t.regex(
    errors(await stack.preview()),
    /ledger can be restored from .*; its backups of that window are kept: set restore.from.ledger.windowBackups to true/,
  );

  stack.config["scalar-backup:restore"] = { at, mode: "recovery", from: { ledger: { windowBackups: true } } };
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));
  t.deepEqual(copies.tableNames(), [...TABLES].sort());
  t.deepEqual(copies.table("ledger.accounts").items().get("a"), { balance: 1 });
  t.is(copies.table("ledger.accounts").recoveryPeriodInDays, 35);
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");

  for (const { BackupArn } of source.backups.list()) source.backups.delete(BackupArn as string);
  t.deepEqual(changes(await stack.preview()), [], "copies that exist need their backups no more");
  delete stack.config["scalar-backup:restore"];
  const removed = await stack.up();
  t.true(removed.succeeded, errors(removed));
  t.deepEqual(copies.tableNames(), [...TABLES].sort(), "a recovery's copies stay");

  // The program deletes backups that are past their days, and no others.
  source.createBackup({ TableName: "ledger.accounts", BackupName: "by-hand" });
  backUp(cloud);
  cloud.clock.advance(300 * DAY);
  const { backup: second } = backUp(cloud);
  t.deepEqual(changes(await stack.preview()), [], "nothing has expired");
  cloud.clock.advance(101 * DAY);
  t.deepEqual(changes(await stack.up()), ["update Command ledger-window-backups"]);
  t.deepEqual(
    [...new Set(source.backups.list().map(({ BackupName }) => BackupName))].sort(),
    ["by-hand", second].sort(),
  );
  t.deepEqual(changes(await stack.preview()), [], "and then it is done");
});

test("refuses backups that are incomplete, unfinished, or of another window", async (t) => {
  const { cloud, stack, source, up } = await protectedSet(t, { restoreTo: undefined });
  t.regex(
    JSON.stringify(up.outputs.databases),
    /every 30 days gets DynamoDB backups, kept for 400 days: .*no vault lock protects them/,
  );
  assertRole(t, cloud);
  cloud.clock.advance(DAY);
  const { at } = backUp(cloud);
  const without = recordWindow(cloud, "scalar", ["scalardb-cluster"], 10, cloud.clock.now() + 60 * SECOND);
  const refusal = async (instant: string) => {
    stack.config["scalar-backup:restore"] = { at: instant, from: { ledger: { windowBackups: true } } };
    return errors(await stack.preview());
  };
  t.regex(
    await refusal(at),
    /windowBackups: the backup of (ledger.accounts|coordinator.state), \S+ in ap-northeast-1 \(scalar-backup-rehearsal-scalar-pause-\w+\) is not available yet/,
  );
  cloud.clock.advance(DAY);
  t.regex(
    await refusal(without),
    new RegExp(`no recorded pause window with ${without} in it has backups of ledger that are kept still`),
  );

  source.createTable({ TableName: "ledger.later", ...SCHEMA_LOADER_KEYS, BillingMode: "PAY_PER_REQUEST" });
  t.is(await refusal(at), "");
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));
  const suffix = at.replaceAll(/[-:]/g, "").toLowerCase();
  t.deepEqual(
    source.tableNames().filter((name) => name.endsWith(suffix)),
    [...TABLES].sort().map((name) => `${name}-${suffix}`),
    "next to the sources; a table that is younger than the window is left out",
  );
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
  delete stack.config["scalar-backup:restore"];
  await stack.up();
  const [first] = source.backups.list();
  source.backups.delete(first?.BackupArn as string);
  t.regex(await refusal(at), /of the 2 backups \S+ in ap-northeast-1 only 1 are left/);
});

/** The pauser's role may ask for backups of these tables, from its own pod, and do nothing else. */
function assertRole(t: ExecutionContext, { aws: { iam, eks, sessions } }: SimulatedCloud): void {
  const [association] = eks.region(REGION).associations();
  const role = iam.role(association?.roleArn.split("/").at(-1) as string);
  const may = (action: string, table: string) =>
    iam.allows(role, action, `arn:aws:dynamodb:${REGION}:123456789012:table/${table}`);
  for (const table of TABLES) t.true(may("dynamodb:CreateBackup", table));
  t.true(iam.allows(role, "dynamodb:ListTables", "*"));
  t.false(may("dynamodb:CreateBackup", "payroll"));
  for (const action of ["DeleteBackup", "DescribeTable", "GetItem", "Scan", "RestoreTableFromBackup", "DeleteTable"])
    t.false(may(`dynamodb:${action}`, "ledger.accounts"), action);
  const session = (name: string) => () => sessions.forPod(role.arn, { namespace: "scalar", name }, "payments");
  t.notThrows(session(association?.serviceAccount as string));
  t.throws(session("default"), { name: "AccessDeniedException" });
}
