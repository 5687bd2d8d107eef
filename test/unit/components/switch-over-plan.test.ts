import test from "ava";
import { planText, switchOverPlan } from "../../../components/switch-over/plan";

const INSTANT = "2026-11-22T03:00:00Z";
const SUFFIX = "-20261122t030000z";
const plan = switchOverPlan(
  [
    {
      service: "dynamodb",
      name: "ledger",
      region: "ap-northeast-1",
      tables: ["ledger.accounts"],
      prefixes: [],
      suffix: SUFFIX,
      newStreams: false,
    },
  ],
  [{ namespace: "scalar", name: "scalardb-cluster" }],
  INSTANT,
);

test("a confirmed plan says that the copies which Pulumi lists as deleted stay in the cloud", (t) => {
  t.regex(planText(plan, true), /Pulumi lists the copies as deleted\. They are not: .* stay in the cloud/);
  t.notRegex(planText(plan, false), /as deleted/, "nothing is listed before it is confirmed");
});

test("a plan that deletes tables says where later writes are kept, and for how long", (t) => {
  t.regex(
    planText(plan, false),
    /delete each table .*ends its point-in-time recovery: what was written after 2026-11-22T03:00:00Z is then only in the backup .* 35 days/,
  );
});
