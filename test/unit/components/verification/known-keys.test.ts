import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { withKnownKeys } from "../../../../components/release-values";

const RELEASES = [
  { namespace: "scalar", name: "ledger" },
  { namespace: "scalar", name: "auditor" },
];

test("a map stays as it is, with its keys", (t) => {
  const given = { ledger: pulumi.secret("a=b") };
  t.is(withKnownKeys(given, RELEASES), given);
  t.is(withKnownKeys(undefined, RELEASES), undefined);
});

test("an output of a map, as a language SDK makes of a secret one, has a text for each release", async (t) => {
  const found = withKnownKeys(pulumi.secret({ ledger: "a=b", "scalar/auditor": "c=d" }), RELEASES) ?? {};
  t.deepEqual(Object.keys(found), ["scalar/ledger", "scalar/auditor"]);
  const ledger = pulumi.output(found["scalar/ledger"]);
  t.true(await pulumi.isSecret(ledger));
  const texts = await new Promise((resolve) => pulumi.all(Object.values(found)).apply(resolve));
  t.deepEqual(texts, ["a=b", "c=d"]);
});
