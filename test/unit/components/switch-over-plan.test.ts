import test from "ava";
import { planText, refusedText, switchOverPlan } from "../../../components/switch-over/plan";
import type { SwitchedDatabase } from "../../../operations/switch-over/request";

const INSTANT = "2026-11-22T03:00:00Z";
const SUFFIX = "-20261122t030000z";
const databases: SwitchedDatabase[] = [
  {
    service: "dynamodb",
    name: "ledger",
    region: "ap-northeast-1",
    tables: ["ledger.accounts"],
    prefixes: [],
    suffix: SUFFIX,
    newStreams: false,
  },
];
const address = { what: "account" as const, resourceGroupName: "databases", accountName: "documents" };
const onAzure: SwitchedDatabase = {
  service: "azure",
  name: "documents",
  source: address,
  copy: { ...address, accountName: `documents${SUFFIX}` },
};
const plan = switchOverPlan(databases, [{ namespace: "scalar", name: "scalardb-cluster" }], INSTANT);
const unconfirmed = { databases, properties: false };

test("a confirmed plan says which resources that Pulumi lists as deleted stay in the cloud, and which do not", (t) => {
  const text = planText(plan);
  t.regex(text, /^Pulumi lists as deleted, but keeps in the cloud: the copies \(-copy-\)/m);
  t.regex(text, /^Really deleted: .*\(-late-\), of Cosmos DB two accounts \(-early- and -late-\)/m);
  t.regex(text, /^Really deleted with vault\.aws\.keepRestored, too: .*plans and selections, and IAM roles .*-kept-/m);
  t.regex(text, /listed as deleted, answer "no"\.$/);
  t.notRegex(planText(plan, unconfirmed), /as deleted/, "nothing is listed before it is confirmed");
});

test("a plan names the cluster of releases that have the same name", (t) => {
  const release = { namespace: "scalar", name: "scalardb-cluster" };
  const both = switchOverPlan(
    databases,
    ["tokyo", "osaka"].map((cluster) => ({ ...release, cluster })),
    INSTANT,
  );
  t.regex(planText(both), /stop all pods of tokyo: scalar\/scalardb-cluster, osaka: scalar\/scalardb-cluster,/);
});

test("a plan that deletes tables says where later writes are kept, and for how long", (t) => {
  t.regex(
    planText(plan, unconfirmed),
    /delete each table .*ends its point-in-time recovery: what was written after 2026-11-22T03:00:00Z is then only in the backup .* 35 days/,
  );
});

test("a plan for copies that are not proven says so first, and how they are accepted", (t) => {
  const text = planText(plan, { ...unconfirmed, acceptUnproven: INSTANT });
  t.regex(text, /^the copies are NOT PROVEN to fit together/);
  t.regex(
    text,
    /To do it:\n {2}pulumi config set --path scalar-backup:restore\.acceptUnproven 2026-11-22T03:00:00Z\n {2}pulumi config set --path scalar-backup:restore\.switchOver\.confirm "/,
  );
  const proven = planText(plan, unconfirmed);
  t.regex(proven, /^the copies can replace production\./);
  t.notRegex(proven, /acceptUnproven/);
});

test("refused copies have no plan: the text says that nothing accepts them, and what replaces production", (t) => {
  const text = refusedText(INSTANT, ["ledger: 1 transaction was committed"]);
  t.regex(
    text,
    /^the copies of 2026-11-22T03:00:00Z CANNOT replace production: .*\(ledger: 1 transaction was committed\)$/m,
  );
  t.regex(text, /set restore\.at to it, and remove restore\.acceptInconsistentCopiesAt/);
  t.notRegex(text, /switchOver\.confirm|To do it/);
});

test("a plan with a database of Azure says to write the releases' values before it is confirmed", (t) => {
  const text = planText(plan, { databases: [...databases, onAzure], properties: false });
  t.regex(
    text,
    /^Before it, write the values of each release .*scalar-backup:properties is not set: set it first\.\nTo do it:/m,
  );
  const withProperties = planText(plan, { databases: [onAzure], properties: true });
  t.regex(withProperties, /^Before it, write the values/m);
  t.notRegex(withProperties, /is not set/);
  t.notRegex(planText(plan, unconfirmed), /Before it/, "names stay on AWS");
});
