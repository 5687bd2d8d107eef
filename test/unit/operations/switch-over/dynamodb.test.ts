import test from "ava";
import { selfPacedDynamodbClient } from "../../../../operations/dynamodb-client";
import { runSwitchOver } from "../../../../operations/switch-over/protocol";
import { attach } from "../../../../operations/switch-over/tables";
import { dynamodbWorld, TABLES } from "./dynamodb-world";
import { ACCESS, INSTANT, obedientPods, REGION, SUFFIX } from "./world";

const MINUTE = 60_000;

test.serial(
  "tables are replaced by their copies, with all that a restore drops, and the copies are kept",
  async (t) => {
    const { dynamodb, member, balance, tags, clock } = await dynamodbWorld(t);
    const pods = obedientPods();
    const said: string[] = [];
    const before = clock.now();
    const former = dynamodb.table("ledger.accounts").describe().TableId;
    const result = await runSwitchOver(INSTANT, { pods, members: [member(pods)] }, (line) => said.push(line));
    t.log(`${Math.round((clock.now() - before) / MINUTE)} simulated minutes`, said);
    for (const table of TABLES) {
      t.is(balance(table), 5, table);
      t.is(balance(`${table}${SUFFIX}`), 5, table);
      const { DeletionProtectionEnabled, TableClassSummary } = dynamodb.table(table).describe();
      t.true(DeletionProtectionEnabled, table);
      t.is(TableClassSummary?.TableClass, "STANDARD_INFREQUENT_ACCESS", table);
      t.is(dynamodb.table(table).recoveryPeriodInDays, 21, table);
      t.deepEqual(tags(table), { team: "ledger" }, table);
      t.is(tags(`${table}${SUFFIX}`)["scalar-backup:production-name"], table);
      t.truthy(tags(`${table}${SUFFIX}`)["scalar-backup:switched-over"], table);
    }
    t.not(dynamodb.table("ledger.accounts").describe().TableId, former);
    t.is(tags(`ledger.accounts${SUFFIX}`)["scalar-backup:replaces"], former);
    t.is(dynamodb.describeTimeToLive("ledger.accounts").AttributeName, "expires");
    clock.pass(MINUTE);
    const accounts = dynamodb.table("ledger.accounts");
    t.truthy(accounts.attachments.getResourcePolicy(accounts.describe().TableArn ?? "", clock.now()).Policy);
    t.deepEqual(pods.log, ["lock", "stop", "start", "unlock"]);
    t.is(result.endpoints.ledger, "ap-northeast-1");
    // The bad writes, and every good one after the instant.
    const systemBackups = dynamodb.backups.list().filter(({ BackupType }) => BackupType === "SYSTEM");
    t.deepEqual(systemBackups.map(({ TableName }) => TableName).sort(), [...TABLES].sort());
    t.regex(result.kept.join("\n"), /ledger: .*written after .*35 days.*--region ap-northeast-1 --backup-type SYSTEM/);

    const ids = TABLES.map((table) => dynamodb.table(table).describe().TableId);
    pods.log.length = 0;
    said.length = 0;
    await runSwitchOver(INSTANT, { pods, members: [member(pods)] }, (line) => said.push(line));
    t.true(said.some((line) => /are in production already: no database is changed/.test(line)));
    t.deepEqual(pods.log, ["lock", "unlock"], "a further run finds nothing to do");
    t.deepEqual(
      TABLES.map((table) => dynamodb.table(table).describe().TableId),
      ids,
    );
  },
);

test.serial(
  "tables of which nothing would be kept, or that come back as others, are problems with their fixes",
  async (t) => {
    const { dynamodb, member } = await dynamodbWorld(t, undefined, 1);
    t.deepEqual(await member(obedientPods()).problems(), []);
    dynamodb.updateContinuousBackups({
      TableName: "coordinator.state",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    });
    const StreamArn = `arn:aws:kinesis:${REGION}:123456789012:stream/changes`;
    dynamodb
      .table("ledger.accounts")
      .attachments.enableKinesisStreamingDestination({ TableName: "ledger.accounts", StreamArn });
    dynamodb.table("ledger.t0").replicas.push({ RegionName: "ap-northeast-3" });
    dynamodb.updateTable({
      TableName: "scalardb.metadata",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    });
    const withoutStream = [
      "ledger: table coordinator.state has no point-in-time recovery, so that AWS keeps nothing of it when it is replaced; turn that on first: aws dynamodb update-continuous-backups --region ap-northeast-1 --table-name coordinator.state --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
      "ledger: table ledger.accounts sends its changes to Kinesis, which a restored table does not; disable that first, and enable it again afterwards",
      "ledger: table ledger.t0 is a global table with replicas in ap-northeast-3, which a restore does not have; remove the replicas first, and add them again afterwards",
    ];
    t.deepEqual((await member(obedientPods()).problems()).sort(), [
      ...withoutStream,
      "ledger: table scalardb.metadata has a stream, whose readers do not find the restored table's: its ARN is another. Stop them, and set restore.switchOver.newStreams to true; afterwards give them the new ARN",
    ]);
    t.deepEqual((await member(obedientPods(), true).problems()).sort(), withoutStream);
  },
);

test.serial("a run after an interrupted one leaves alone the time to live that was just switched on", async (t) => {
  const { dynamodb } = await dynamodbWorld(t);
  const client = selfPacedDynamodbClient(REGION, ACCESS);
  const table = `ledger.accounts${SUFFIX}`;
  const pair = {
    table,
    copy: table,
    completion: { name: table, tags: {}, deletionProtection: true },
    recoveryPeriodInDays: 35,
    timeToLiveAttribute: "expires",
  };
  for (let run = 0; run < 2; run++) await attach(client, pair, dynamodb.table(table).describe());
  t.is(dynamodb.describeTimeToLive(table).AttributeName, "expires");
});
