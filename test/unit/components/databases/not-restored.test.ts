import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import {
  leftToCompare,
  leftToSetAgain,
  NOT_RESTORED,
  NOT_RESTORED_ON_AZURE,
} from "../../../../components/databases/not-restored";

test("a copy's notes name what its source has, and ask for the rest without what a look-up shows it not to have", (t) => {
  t.deepEqual(leftToSetAgain("multiAzCluster", { "read replicas": ["customers-replica"] }), [
    "the source has read replicas (customers-replica): no restore brings that back, so set it again on the copy",
    "set again on the copy what the source has of these, since no restore brings them back: targets of RDS Proxy, event subscriptions, CloudWatch alarms",
  ]);
  t.deepEqual(leftToSetAgain("multiAzCluster", { "read replicas": [] }), [
    "set again on the copy what the source has of these, since no restore brings them back: targets of RDS Proxy, event subscriptions, CloudWatch alarms",
  ]);
  // Nothing is known of a deleted source.
  t.regex(leftToSetAgain("multiAzCluster", {})[0] ?? "", /: read replicas, targets of RDS Proxy/);
});

test("after a switch-over, each database's kind decides what production may lack", (t) => {
  const rds = { service: "rds" as const, name: "customers", region: "ap-northeast-1" };
  const names = { identifier: "a", copyIdentifier: "b", replacedIdentifier: "c" };
  const cluster = { ...rds, ...names, what: "cluster" as const };
  t.regex(
    leftToCompare(cluster, "auroraMysql"),
    /^customers: production may lack .*: IAM roles of the cluster, .*; look,/,
  );
  t.regex(leftToCompare(cluster, "rdsMysql"), /: read replicas, targets of RDS Proxy, event subscriptions, CloudWatch/);
  t.regex(leftToCompare({ ...cluster, what: "instance" }, "rdsMysql"), /: IAM roles of the instance, /);
});

test("docs/not-restored.md lists everything that no restore brings back", (t) => {
  const text = readFileSync(join(__dirname, "../../../../docs/not-restored.md"), "utf8").toLowerCase();
  const all = [...new Set([NOT_RESTORED, NOT_RESTORED_ON_AZURE].flatMap((each) => Object.values(each).flat()))];
  t.deepEqual(
    all.filter((what) => !text.includes(what.toLowerCase())),
    [],
  );
});
