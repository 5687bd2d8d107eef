import test from "ava";
import { type CoordinatorRecord, prepared, rolledBack, rolledForward } from "../../../../rehearsal/scalardb/record";
import { recordOfDocument, toDocument } from "../../../../rehearsal/scalardb/stores/cosmosdb-layout";
import { recordOfItem, toItem } from "../../../../rehearsal/scalardb/stores/dynamodb-layout";

const ROW: CoordinatorRecord = { tx_id: "5f0c", tx_state: 3, tx_created_at: 1_795_734_000_123 };

const COMMITTED = {
  account: "ledger-001",
  balance: 10_000,
  tx_id: "5f0c",
  tx_state: 3,
  tx_version: 1,
  tx_prepared_at: 1_795_734_000_000,
  tx_committed_at: 1_795_734_000_123,
} as const;

const PREPARED = prepared(COMMITTED, 9_900, "77aa", 1_795_734_001_000);

test("a coordinator row is a DynamoDB item with the key as text and as bytes", (t) => {
  t.deepEqual(toItem(ROW), {
    concatenatedPartitionKey: { B: "NWYwYwA=" },
    tx_id: { S: "5f0c" },
    tx_state: { N: "3" },
    tx_created_at: { N: "1795734000123" },
  });
});

test("a coordinator row is a Cosmos DB document with its state in values", (t) => {
  t.deepEqual(toDocument(ROW), {
    id: "5f0c",
    concatenatedPartitionKey: "5f0c",
    partitionKey: { tx_id: "5f0c" },
    clusteringKey: {},
    values: { tx_state: 3, tx_created_at: 1_795_734_000_123 },
  });
});

test("a prepared record holds the whole committed one before it", (t) => {
  t.deepEqual(PREPARED, {
    account: "ledger-001",
    balance: 9_900,
    tx_id: "77aa",
    tx_state: 1,
    tx_version: 2,
    tx_prepared_at: 1_795_734_001_000,
    tx_committed_at: 1_795_734_000_123,
    before_balance: 10_000,
    before_tx_id: "5f0c",
    before_tx_state: 3,
    before_tx_version: 1,
    before_tx_prepared_at: 1_795_734_000_000,
    before_tx_committed_at: 1_795_734_000_123,
  });
  t.deepEqual(rolledBack(PREPARED), COMMITTED);
});

test("a commit removes the value before", (t) => {
  const committed = rolledForward(PREPARED, 1_795_734_001_050);
  t.deepEqual(Object.keys(toItem(committed)).sort(), [
    "account",
    "balance",
    "concatenatedPartitionKey",
    "tx_committed_at",
    "tx_id",
    "tx_prepared_at",
    "tx_state",
    "tx_version",
  ]);
  t.is(committed.tx_committed_at, 1_795_734_001_050);
});

test("records are read from both layouts as they were written", (t) => {
  for (const record of [ROW, COMMITTED, PREPARED]) {
    t.deepEqual(recordOfItem(toItem(record)), { ...record });
    t.deepEqual(recordOfDocument(toDocument(record)), { ...record });
  }
});
