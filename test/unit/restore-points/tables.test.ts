import test from "ava";
import { tablesOf } from "../../../restore-points/tables";

const copy = "ledger.accounts-20261122t030012z";

test("a database has its named tables, and those of its namespaces but their copies", (t) => {
  const names = [
    "orders",
    "ledger.transfers",
    copy,
    "ledger.accounts",
    "ledger2.accounts",
    "ledger.accounts-20261122t0300z",
  ];
  t.deepEqual(tablesOf({ tables: [], prefixes: ["ledger."] }, names), [
    "ledger.accounts",
    "ledger.accounts-20261122t0300z",
    "ledger.transfers",
  ]);
  t.deepEqual(tablesOf({ tables: ["orders"], prefixes: ["ledger2.", "none."] }, names), ["ledger2.accounts", "orders"]);
  t.deepEqual(tablesOf({ tables: [copy], prefixes: [] }, names), [copy], "a copy that is named belongs to it");
  t.deepEqual(tablesOf({ tables: ["lost"], prefixes: [] }, names), [], "only tables that exist");
});
