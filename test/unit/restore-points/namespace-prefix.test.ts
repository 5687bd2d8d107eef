import test from "ava";
import { indexName, prefixed, renamedIndex } from "../../../restore-points/namespace-prefix";

test("a table of one namespace prefix has the same name under another, and back", (t) => {
  t.is(prefixed({ from: "", to: "restored_" }, "ledger.accounts"), "restored_ledger.accounts");
  t.is(prefixed({ from: "prod_", to: "restored_" }, "prod_ledger.accounts"), "restored_ledger.accounts");
  t.is(prefixed({ from: "restored_", to: "" }, "restored_ledger.accounts"), "ledger.accounts");
});

test("ScalarDB's index of a column is renamed with its table; other indexes keep their names", (t) => {
  const index = indexName("ledger.accounts", "owner");
  t.is(index, "ledger.accounts.global_index.owner");
  const renamed = (name: string) => renamedIndex(name, "ledger.accounts", "restored_ledger.accounts");
  t.is(renamed(index), "restored_ledger.accounts.global_index.owner");
  for (const other of ["by-owner", "ledger.accounts.owner", "ledger.accounts2.global_index.owner"])
    t.is(renamed(other), other);
});
