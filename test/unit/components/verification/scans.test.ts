import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { type JobTargets, scansAny } from "../../../../components/verification/verification-jobs";

const LEDGER = { namespace: "scalar", name: "ledger" };
const AUDITOR = { namespace: "scalar", name: "auditor", transactions: false };

test("no scan is made of copies that only releases without transactions use: they may have no coordinator", (t) => {
  const scanned = (given: Partial<JobTargets>) =>
    scansAny({
      name: "restore",
      instant: "2026-11-22T03:00:12Z",
      copies: pulumi.output([]),
      releases: [LEDGER, AUDITOR],
      // Cast: no child is declared.
      parent: undefined as unknown as pulumi.ComponentResource,
      ...given,
    });
  t.true(scanned({ properties: "all" }));
  t.true(scanned({ properties: "all", releases: [] }), "the set is one");
  t.false(scanned({ properties: "all", releases: [AUDITOR] }));
  t.true(scanned({ propertiesByRelease: { ledger: "a", auditor: "b" } }));
  t.false(scanned({ propertiesByRelease: { "scalar/auditor": "b" } }));
});
