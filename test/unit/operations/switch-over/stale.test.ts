import {
  BackupInUseException,
  BackupNotFoundException,
  ResourceNotFoundException,
  TableAlreadyExistsException,
} from "@aws-sdk/client-dynamodb";
import test, { type ExecutionContext } from "ava";
import { runSwitchOver } from "../../../../operations/switch-over/protocol";
import { accepted, chosenBackup } from "../../../../operations/switch-over/tables";
import { dynamodbWorld, TABLES } from "./dynamodb-world";
import { INSTANT, obedientPods, SUFFIX } from "./world";

const MINUTE = 60_000;
const quiet = () => {};

/** The same world, whose tables were there at the instant of the copies. */
async function worldAtInstant(t: ExecutionContext) {
  const now = Date.now;
  t.teardown(() => {
    Date.now = now;
  });
  const behind = now() - (Date.parse(INSTANT) - 5 * MINUTE);
  Date.now = () => now() - behind;
  return await dynamodbWorld(t);
}

test.serial("a table that existed at the instant, and has no copy, is not left next to restored ones", async (t) => {
  const { dynamodb, member, balance } = await worldAtInstant(t);
  const copy = `ledger.accounts${SUFFIX}`;
  dynamodb.updateTable({ TableName: copy, DeletionProtectionEnabled: false });
  dynamodb.deleteTable(copy);
  const pods = obedientPods();
  const error = await t.throwsAsync(runSwitchOver(INSTANT, { pods, members: [member(pods)] }, quiet));
  t.regex(error?.message ?? "", /ledger\.accounts existed at .*, but there is no copy of it/);
  t.deepEqual(TABLES.map(balance), [7, 7, 7]);
  t.deepEqual(pods.log, []);
});

test.serial("tables that have been restored are not replaced again where the journal is gone", async (t) => {
  const { dynamodb, member, balance } = await dynamodbWorld(t);
  const pods = obedientPods();
  await runSwitchOver(INSTANT, { pods, members: [member(pods)] }, quiet);
  const ids = TABLES.map((table) => dynamodb.table(table).describe().TableId);
  for (const table of TABLES) dynamodb.table(table).putItem("a", { balance: 9 });
  // docs/recovery.md: the ConfigMap "may be deleted when its state is started".
  const others = obedientPods();
  await runSwitchOver(INSTANT, { pods: others, members: [member(others)] }, quiet);
  t.deepEqual(TABLES.map(balance), [9, 9, 9]);
  t.deepEqual(
    TABLES.map((table) => dynamodb.table(table).describe().TableId),
    ids,
  );
  t.deepEqual(others.log, ["lock", "unlock"]);
});

test("of several backups of a copy, the one that tables are opened from stays", (t) => {
  const backup = (arn: string, available: boolean) => ({ arn, tableId: "id", available });
  const both = [backup("first", true), backup("second", true)];
  t.is(chosenBackup(both, "second")?.arn, "second");
  t.is(chosenBackup(both, "deleted")?.arn, "first");
  t.is(chosenBackup([backup("first", false), backup("second", true)], undefined)?.arn, "second");
  t.is(chosenBackup([backup("first", false), backup("second", true)], "first")?.arn, "first");
});

test("what a request meets that was sent again after a lost answer is looked at again, and ends nothing", async (t) => {
  const about = { message: "ledger.accounts", $metadata: {} };
  for (const error of [
    new TableAlreadyExistsException(about),
    new ResourceNotFoundException(about),
    new BackupInUseException(about),
  ])
    t.false(await accepted(() => Promise.reject(error)), error.name);
  await t.throwsAsync(accepted(() => Promise.reject(new BackupNotFoundException(about))));
});

test.serial("a backup of an earlier table of the copy's name is not what a table is opened from", async (t) => {
  const { dynamodb, member, balance, clock } = await dynamodbWorld(t);
  const pods = obedientPods();
  const copy = `ledger.accounts${SUFFIX}`;
  const tags = dynamodb.tagsOf(dynamodb.table(copy).describe().TableArn ?? "");
  // Another restore to the same instant: its copy was removed, its backup stayed.
  dynamodb.table(copy).putItem("a", { balance: 3 });
  clock.pass(2 * MINUTE);
  dynamodb.createBackup({ TableName: copy, BackupName: `scalar-switch-over${SUFFIX}` });
  clock.pass(10 * MINUTE);
  dynamodb.updateTable({ TableName: copy, DeletionProtectionEnabled: false });
  dynamodb.deleteTable(copy);
  clock.pass(10 * MINUTE);
  dynamodb.createTable({
    TableName: copy,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    DeletionProtectionEnabled: true,
    Tags: tags,
  });
  dynamodb.table(copy).putItem("a", { balance: 5 });
  clock.pass(10 * MINUTE);
  await runSwitchOver(INSTANT, { pods, members: [member(pods)] }, quiet);
  t.deepEqual(TABLES.map(balance), [5, 5, 5]);
});

test.serial("a process that has lost its Leases deletes and restores no table", async (t) => {
  for (const step of [4, 6]) {
    const { dynamodb, member } = await dynamodbWorld(t);
    const pods = obedientPods();
    const tables = () => dynamodb.tableNames().filter((name) => TABLES.includes(name));
    let before: string[] = [];
    const run = runSwitchOver(INSTANT, { pods, members: [member(pods)] }, (line) => {
      if (!line.startsWith(`step ${step} of`)) return;
      before = tables();
      pods.keep = async () => {
        throw new Error("the Lease is held by another");
      };
    });
    await t.throwsAsync(run, { message: "the Lease is held by another" });
    t.deepEqual(tables(), before);
    t.is(before.length, step === 4 ? TABLES.length : 0);
  }
});

test.serial("a process that loses its Leases in the middle of a round deletes no further table", async (t) => {
  const { dynamodb, member, tables: all } = await dynamodbWorld(t, 1, 20);
  const pods = obedientPods();
  const left = () => {
    const there = dynamodb.tableNames().filter((name) => all.includes(name));
    return there.filter((name) => dynamodb.table(name).describe().TableStatus !== "DELETING").length;
  };
  let before = 0;
  let guarded = 0;
  const run = runSwitchOver(INSTANT, { pods, members: [member(pods)] }, (line) => {
    if (!line.startsWith("step 4 of")) return;
    before = left();
    pods.keep = async () => {
      guarded += 1;
      // The first round takes the tables' protection away. The second begins, and deletes one.
      if (guarded > 3) throw new Error("the Lease is held by another");
    };
  });
  await t.throwsAsync(run, { message: "the Lease is held by another" });
  t.is(before, all.length);
  t.is(left(), all.length - 1);
});
