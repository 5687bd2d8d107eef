import test from "ava";
import { keepsRestored } from "../../../../cli/drill/keeps-restored";

const asked = (vault: unknown) => keepsRestored({ "scalar-backup:vault": { value: JSON.stringify(vault) } });

test("a drill that removes its copies says so only where the vault is to keep them", (t) => {
  t.true(asked({ aws: { name: "payments", keepRestored: { lifecycle: { deleteAfter: 400 } } } }));
  t.false(asked({ aws: { name: "payments" } }));
  t.false(asked({ azure: { name: "payments" } }));
  t.false(keepsRestored({}));
  t.false(keepsRestored({ "scalar-backup:vault": { value: "[not JSON" } }), "the preview reports it");
});
