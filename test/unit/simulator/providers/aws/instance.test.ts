import test from "ava";
import type { PropertyMap } from "../../../../../simulator/providers/provider";
import { REGION, Refused, Scene, type Verdict } from "./deployed";

const INSTANCE = "aws:rds/instance:Instance";
const HOUR = 60 * 60 * 1000;

const CUSTOMERS: PropertyMap = {
  identifier: "customers",
  engine: "mysql",
  instanceClass: "db.m7g.large",
  allocatedStorage: 100,
  username: "scalar",
  password: "secret",
  backupRetentionPeriod: 7,
  skipFinalSnapshot: true,
};

async function restored(more: PropertyMap = {}) {
  const scene = await Scene.start();
  const { instances } = scene.aws.rds.region(REGION);
  await scene.create(INSTANCE, CUSTOMERS);
  instances.instance("customers").put("accounts", "a", { balance: 1 });
  scene.clock.advance(2 * HOUR);
  const inputs: PropertyMap = {
    identifier: "copy",
    engine: "mysql",
    instanceClass: "db.m7g.large",
    skipFinalSnapshot: true,
    restoreToPointInTime: {
      sourceDbInstanceIdentifier: "customers",
      restoreTime: new Date(scene.clock.now() - HOUR).toISOString(),
    },
    ...more,
  };
  return { scene, instances, inputs, copy: await scene.create(INSTANCE, inputs) };
}

test("an instance is known by its resource id, and found by it", async (t) => {
  const { instances, copy } = await restored();
  t.is(copy.id, instances.instance("copy").resourceId);
  t.true(await copy.refresh());
  await copy.delete();
  t.is(instances.find("copy"), undefined);
  t.false(await copy.refresh());
});

test("a changed time of a restore is accepted, and restores nothing", async (t) => {
  const { scene, instances, inputs, copy } = await restored();
  const later = {
    ...inputs,
    restoreToPointInTime: {
      sourceDbInstanceIdentifier: "customers",
      restoreTime: new Date(scene.clock.now()).toISOString(),
    },
  };
  t.deepEqual(await copy.diff(later), { "restoreToPointInTime.restoreTime": "update" });
  const before = instances.instance("copy").createdAt;
  await copy.update(later);
  t.is(instances.instance("copy").createdAt, before);
  t.deepEqual(instances.instance("copy").rows("accounts").get("a"), { balance: 1 });
});

const VERDICTS: [what: string, changes: PropertyMap, ignored: string[], verdict: Verdict][] = [
  ["nothing changed", {}, [], "no change"],
  ["the block of the restore taken away", { restoreToPointInTime: null }, [], "replace"],
  ["the block taken away, but ignored", { restoreToPointInTime: null }, ["restoreToPointInTime"], "no change"],
  ["another identifier", { identifier: "other" }, [], "in place"],
  ["another class", { instanceClass: "db.m7g.xlarge" }, [], "in place"],
  ["encryption", { storageEncrypted: true }, [], "replace"],
];
for (const [what, changes, ignored, verdict] of VERDICTS)
  test(`${what}: ${verdict}`, async (t) => {
    const { inputs, copy } = await restored();
    t.is(await copy.verdict({ ...inputs, allocatedStorage: 100, username: "scalar", ...changes }, ignored), verdict);
  });

test("what a restore neither sends nor sets is a difference in the next run", async (t) => {
  const { inputs, copy } = await restored({ backupRetentionPeriod: 35, backupWindow: "02:00-02:30" });
  t.deepEqual(Object.keys(await copy.diff(inputs)).sort(), ["backupRetentionPeriod", "backupWindow"]);
});

test("what the provider sets after a restore is none", async (t) => {
  const { instances, inputs, copy } = await restored({
    monitoringInterval: 30,
    monitoringRoleArn: "arn:aws:iam::123456789012:role/monitoring",
  });
  t.is(instances.instance("copy").settings.monitoringInterval, 30);
  t.deepEqual(await copy.diff(inputs), {});
});

const REFUSED: [what: string, inputs: PropertyMap, property: string][] = [
  ["two kinds of password", { manageMasterUserPassword: true }, "password"],
  ["a property that isn't simulated", { domainFqdn: "example.com" }, "domainFqdn"],
  [
    "a time that isn't RFC 3339",
    { restoreToPointInTime: { sourceDbInstanceIdentifier: "a", restoreTime: "2026-11-22 03:00" } },
    "restoreToPointInTime.restoreTime",
  ],
];
for (const [what, inputs, property] of REFUSED)
  test(`${what} is refused, by its property`, async (t) => {
    const scene = await Scene.start();
    const refused = await t.throwsAsync<Refused>(scene.create(INSTANCE, { ...CUSTOMERS, ...inputs }), {
      instanceOf: Refused,
    });
    t.true(refused?.properties.includes(property), refused?.message);
  });

test("no engine is refused by the creation, not before: what is imported needs none", async (t) => {
  const scene = await Scene.start();
  await t.throwsAsync(scene.create(INSTANCE, { ...CUSTOMERS, engine: null }), {
    message: /"engine": required field is not set/,
  });
});
