import test from "ava";
import { TransactionState } from "../../../rehearsal/scalardb/record";
import { toItem } from "../../../rehearsal/scalardb/stores/dynamodb-layout";
import { SCHEMA_LOADER_KEYS } from "../../../rehearsal/sets/dynamodb";
import { changes, errors, REGION, recordWindow, rehearsed } from "../rehearsed";

const ELSEWHERE = "ap-northeast-3";
const HOUR = 60 * 60_000;
const TABLE = "ledger.accounts";
const TABLES = [TABLE, "coordinator.state"];
const key = (region: string) => `arn:aws:kms:${region}:123456789012:key/12345678-90ab-cdef-1234-567890abcdef`;

test("DynamoDB takes no key of another region", async (t) => {
  const { cloud } = await rehearsed(t, {});
  t.throws(
    () =>
      cloud.aws.dynamodb.region(REGION).createTable({
        TableName: TABLE,
        ...SCHEMA_LOADER_KEYS,
        BillingMode: "PAY_PER_REQUEST",
        SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId: key(ELSEWHERE) },
      }),
    { name: "ValidationException", message: /is not in ap-northeast-1/ },
  );
});

for (const { to, asked, expected } of [
  { to: ELSEWHERE, asked: key(ELSEWHERE), expected: key(ELSEWHERE) },
  // The simulated AWS names no AWS managed key.
  { to: ELSEWHERE, asked: undefined, expected: undefined },
  { to: REGION, asked: undefined, expected: key(REGION) },
])
  test(`copies in ${to} of tables with a key are encrypted with ${asked ? "the key that is named" : to === REGION ? "their source's" : "the AWS managed one"}`, async (t) => {
    t.timeout(120_000);
    const { cloud, stack } = await rehearsed(t, {
      "scalar-backup:databases": [
        {
          name: "ledger",
          dynamodb: {
            existing: { tables: TABLES, scalardbTables: false },
            restoreTo: { ...(to === REGION ? {} : { region: to }), kmsKeyArn: asked },
          },
        },
      ],
      "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
    });
    cloud.kubernetes.createNamespace("scalar");
    for (const TableName of TABLES)
      cloud.aws.dynamodb.region(REGION).createTable({
        TableName,
        ...SCHEMA_LOADER_KEYS,
        BillingMode: "PAY_PER_REQUEST",
        SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId: key(REGION) },
      });
    const row = { tx_id: "first", tx_state: TransactionState.COMMITTED, tx_created_at: cloud.clock.now() };
    const item = { ...toItem(row), concatenatedClusteringKey: { B: "AA==" } };
    cloud.aws.dynamodb.region(REGION).table("coordinator.state").putItem("first", item);
    const up = await stack.up();
    t.true(up.succeeded, errors(up));
    cloud.clock.advance(HOUR);
    const at = recordWindow(cloud, "scalar", ["scalardb-cluster"]);
    cloud.clock.advance(HOUR);
    stack.config["scalar-backup:restore"] = { at };
    const drilled = await stack.up();
    t.true(drilled.succeeded, errors(drilled));
    const tables = cloud.aws.dynamodb.region(to);
    const copy = tables
      .tableNames()
      .find((name) => name.startsWith(TABLE) && (to !== REGION || name !== TABLE)) as string;
    t.is(tables.table(copy).settings.encryption?.KMSMasterKeyId, expected);
    // The coordinator's late copy is always next to its source.
    const late = cloud.aws.dynamodb.region(REGION);
    const lateCopy = late.tableNames().find((name) => name.startsWith("coordinator.state-late-")) as string;
    t.is(late.table(lateCopy).settings.encryption?.KMSMasterKeyId, key(REGION));
    t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
  });
