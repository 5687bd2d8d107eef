import test from "ava";
import { checkCopies } from "../../../../rehearsal/scalardb/check";
import { type AccountRecord, prepared, TransactionState } from "../../../../rehearsal/scalardb/record";

const account = (name: string, balance: number, txId = "t1"): AccountRecord => ({
  account: name,
  balance,
  tx_id: txId,
  tx_state: TransactionState.COMMITTED,
  tx_version: 1,
  tx_prepared_at: 0,
  tx_committed_at: 0,
});

const copy = (name: string, ...records: AccountRecord[]) => ({
  name,
  accounts: new Map(records.map((record) => [record.account, record])),
});

const coordinator = new Map([["t1", { tx_id: "t1", tx_state: TransactionState.COMMITTED, tx_created_at: 0 }]]);

test("copies of one state of things are consistent", (t) => {
  const databases = [copy("ledger", account("a", 60)), copy("customers", account("b", 40))];
  t.deepEqual(checkCopies({ databases, coordinator }, 100), {
    consistent: true,
    total: 100,
    expectedTotal: 100,
    unfinished: 0,
    reasons: [],
  });
});

test("a transaction caught in the middle is not, even where the sum is right", (t) => {
  const half = prepared(account("b", 40), 50, "t2", 1);
  const verdict = checkCopies(
    { databases: [copy("ledger", account("a", 60)), copy("customers", half)], coordinator },
    100,
  );
  t.like(verdict, { consistent: false, total: 100, unfinished: 1 });
  t.deepEqual(verdict.reasons, ["customers: 1 account was being written when the copy was taken"]);
});

test("a transaction that is in one copy only shows in the sum", (t) => {
  const databases = [copy("ledger", account("a", 50)), copy("customers", account("b", 40))];
  t.deepEqual(checkCopies({ databases, coordinator }, 100).reasons, [
    "the balances add up to 90 instead of 100: 10 lost",
  ]);
});

test("a copy that is ahead of the coordinator's is not consistent with it", (t) => {
  const databases = [copy("ledger", account("a", 60, "t9")), copy("customers", account("b", 40, "t9"))];
  const { consistent, reasons } = checkCopies({ databases, coordinator }, 100);
  t.false(consistent);
  t.regex(reasons[0] ?? "", /ledger: 1 account has a state that is newer than the copy of the coordinator table/);
});

test("an empty copy is no copy", (t) => {
  const { reasons } = checkCopies(
    { databases: [copy("ledger"), copy("customers", account("b", 100))], coordinator },
    100,
  );
  t.deepEqual(reasons, ["ledger: there are no accounts in the copy"]);
});
