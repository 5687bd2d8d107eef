import test from "ava";
import type { PropertyMap } from "../../../../../simulator/providers/provider";
import { REGION, Scene } from "./deployed";

const VAULT = "aws:backup/vault:Vault";
const LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration";
const DAY = 24 * 60 * 60 * 1000;
const document = (action: string) =>
  JSON.stringify({ Statement: [{ Effect: "Deny", Principal: "*", Action: action, Resource: "*" }] });

test("a lock goes with its resource, until its grace is over", async (t) => {
  const scene = await Scene.start();
  await scene.create(VAULT, { name: "vault" });
  const inputs: PropertyMap = { backupVaultName: "vault", minRetentionDays: 7, changeableForDays: 3 };
  const lock = await scene.create(LOCK, inputs);
  await lock.refresh();
  t.deepEqual(await lock.diff(inputs), {}, "how long it can be changed is not described, and not missed");
  await lock.delete();
  t.is(scene.aws.backup.region(REGION).vault("vault").lock, undefined);
  const again = await scene.create(LOCK, inputs);
  scene.clock.advance(3 * DAY);
  await t.throwsAsync(again.delete(), { message: /InvalidRequestException: Vault Lock .* is immutable/ });
});

test("a vault's policy and a rule with its target are read back, and go with their resources", async (t) => {
  const scene = await Scene.start();
  await scene.create(VAULT, { name: "vault" });
  const topic = await scene.create("aws:sns/topic:Topic", { name: "alarm" });
  const policyInputs = { backupVaultName: "vault", policy: document("backup:DeleteRecoveryPoint") };
  const policy = await scene.create("aws:backup/vaultPolicy:VaultPolicy", policyInputs);
  await policy.update({ ...policyInputs, policy: document("backup:*") });
  t.is(scene.aws.backup.region(REGION).vault("vault").policy, document("backup:*"));
  const pattern = JSON.stringify({ source: ["aws.backup"] });
  const rule = await scene.create("aws:cloudwatch/eventRule:EventRule", { name: "bad", eventPattern: pattern });
  const target = await scene.create("aws:cloudwatch/eventTarget:EventTarget", { rule: "bad", arn: topic.id });
  await t.throwsAsync(rule.delete(), { message: /Rule can't be deleted since it has targets/ });
  for (const resource of [policy, target, rule]) {
    t.true(await resource.refresh());
    await resource.delete();
    t.false(await resource.refresh());
  }
});

test("copies of a plan are returned as they were declared", async (t) => {
  const scene = await Scene.start();
  await scene.create(VAULT, { name: "vault" });
  const far = await scene.create(VAULT, { name: "far", region: "ap-northeast-3" });
  const copy = { destinationVaultArn: far.outputs.arn as string };
  const rules = (lifecycle?: PropertyMap) => [
    { ruleName: "daily", targetVaultName: "vault", copyActions: [{ ...copy, ...(lifecycle && { lifecycle }) }] },
  ];
  const plan = await scene.create("aws:backup/plan:Plan", { name: "plan", rules: rules() });
  await plan.refresh();
  t.deepEqual(await plan.diff({ name: "plan", rules: rules() }), {});
  await plan.update({ name: "plan", rules: rules({ deleteAfter: 90 }) });
  await plan.refresh();
  t.deepEqual(await plan.diff({ name: "plan", rules: rules({ deleteAfter: 90 }) }), {});
  t.is(await plan.verdict({ name: "plan", rules: rules({ deleteAfter: 30 }) }), "in place");
});

test("an automatic name of a restore testing plan has a hyphen, which AWS refuses", async (t) => {
  const scene = await Scene.start();
  const inputs: PropertyMap = {
    scheduleExpression: "cron(0 12 ? * 1 *)",
    recoveryPointSelection: {
      algorithm: "LATEST_WITHIN_WINDOW",
      includeVaults: ["*"],
      recoveryPointTypes: ["SNAPSHOT"],
    },
  };
  const type = "aws:backup/restoreTestingPlan:RestoreTestingPlan";
  await t.throwsAsync(scene.create(type, inputs), { message: /expected 1 to 50 letters, digits and underscores/ });
  const plan = await scene.create(type, { ...inputs, name: "weekly" });
  await plan.refresh();
  t.deepEqual(await plan.diff({ ...inputs, name: "weekly" }), {});
});

test("a key is never gone at once, and a role goes only without policies of its own", async (t) => {
  const scene = await Scene.start();
  const key = await scene.create("aws:kms/key:Key", { enableKeyRotation: true, deletionWindowInDays: 7 });
  t.true(scene.aws.kms.find(key.id)?.rotation);
  await key.delete();
  t.false(await key.refresh());
  const trust = { Statement: [{ Effect: "Allow", Principal: { Service: "x" }, Action: "sts:AssumeRole" }] };
  const role = await scene.create("aws:iam/role:Role", { name: "r", assumeRolePolicy: trust });
  const policy = await scene.create("aws:iam/rolePolicy:RolePolicy", {
    role: "r",
    policy: { Statement: [{ Effect: "Allow", Action: "rds:*", Resource: "*" }] },
  });
  await t.throwsAsync(role.delete(), { message: /must delete policies first/ });
  await policy.delete();
  await role.delete();
});
