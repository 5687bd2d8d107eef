import test from "ava";
import type { PropertyMap } from "../../../../../simulator/providers/provider";
import { REGION, Refused, Scene } from "./deployed";

const VAULT = "aws:backup/vault:Vault";
const PLAN = "aws:backup/plan:Plan";
const SELECTION = "aws:backup/selection:Selection";
const ROLE = "aws:iam/role:Role";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const TARGET = "aws:appautoscaling/target:Target";
const POLICY = "aws:appautoscaling/policy:Policy";
const DAY = 24 * 60 * 60 * 1000;

const RULE = {
  ruleName: "continuous",
  targetVaultName: "vault",
  enableContinuousBackup: true,
  lifecycle: { deleteAfter: 35 },
};
const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "backup.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const DIMENSION = {
  serviceNamespace: "dynamodb",
  resourceId: "table/ledger.accounts",
  scalableDimension: "dynamodb:table:ReadCapacityUnits",
};

/** Everything that backs a cluster up. */
async function setUp() {
  const scene = await Scene.start();
  const rds = scene.aws.rds.region(REGION);
  rds.createDBCluster({
    DBClusterIdentifier: "customers",
    Engine: "aurora-postgresql",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
  });
  const vault = await scene.create(VAULT, { name: "vault", tags: { a: "b" } });
  const plan = await scene.create(PLAN, { name: "plan", rules: [RULE] });
  const roleInputs: PropertyMap = { name: "backup", assumeRolePolicy: JSON.stringify(TRUST) };
  const role = await scene.create(ROLE, roleInputs);
  const attachment = await scene.create(ATTACHMENT, {
    role: role.id,
    policyArn: "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
  });
  const selectionInputs: PropertyMap = {
    name: "selection",
    planId: plan.id,
    iamRoleArn: role.outputs.arn as string,
    resources: [rds.cluster("customers").arn],
  };
  const selection = await scene.create(SELECTION, selectionInputs);
  return { scene, rds, vault, plan, role, roleInputs, attachment, selection, selectionInputs };
}

test("a continuous plan, declared, takes over the cluster; nothing of it changes by that", async (t) => {
  const { scene, rds, vault, plan, selection, selectionInputs } = await setUp();
  scene.clock.advance(DAY);
  t.is(rds.cluster("customers").settings.backupRetentionPeriod, 35);
  for (const resource of [vault, plan, selection]) await resource.refresh();
  t.deepEqual(await vault.diff({ name: "vault", tags: { a: "b" } }), {});
  t.deepEqual(await plan.diff({ name: "plan", rules: [RULE] }), {});
  t.deepEqual(await selection.diff(selectionInputs), {});
  t.is(vault.outputs.recoveryPoints, 1);
});

test("a plan's rules change in place, its name replaces", async (t) => {
  const { plan, rds, scene } = await setUp();
  const rules = [{ ...RULE, lifecycle: { deleteAfter: 14 } }];
  t.deepEqual(await plan.diff({ name: "plan", rules }), { "rules[0]": "update" });
  t.deepEqual(await plan.diff({ name: "other", rules: [RULE] }), { name: "update-replace" });
  const { version } = plan.outputs;
  await plan.update({ name: "plan", rules });
  t.not(plan.outputs.version, version);
  scene.clock.advance(DAY);
  t.is(rds.cluster("customers").settings.backupRetentionPeriod, 14);
});

test("a plan that AWS refuses fails with AWS's words", async (t) => {
  const { scene } = await setUp();
  await t.throwsAsync(scene.create(PLAN, { rules: [{ ...RULE, lifecycle: { deleteAfter: 36 } }] }), {
    message: /InvalidParameterValueException: Error in rule continuous/,
  });
});

test("whatever changes in a selection replaces it", async (t) => {
  const { selection, selectionInputs } = await setUp();
  t.deepEqual(await selection.diff({ ...selectionInputs, resources: ["*"] }), { "resources[0]": "update-replace" });
  t.deepEqual(await selection.diff({ ...selectionInputs, name: "other" }), { name: "update-replace" });
  const conditions = [{ stringNotEquals: [{ key: "aws:ResourceTag/scalar-backup:copy", value: "drill" }] }];
  t.deepEqual(await selection.diff({ ...selectionInputs, conditions }), { "conditions[0]": "add-replace" });
});

test("a vault with recovery points goes only by force", async (t) => {
  const { scene, vault, selection, plan } = await setUp();
  scene.clock.advance(DAY);
  await selection.delete();
  await plan.delete();
  await t.throwsAsync(vault.delete(), { message: /contains 1 recovery points/ });
  await vault.update({ name: "vault", forceDestroy: true });
  await vault.delete();
});

test("a role's policy is compared by meaning, its name and path replace", async (t) => {
  const { role, roleInputs } = await setUp();
  const reordered = JSON.stringify({ Statement: TRUST.Statement, Version: TRUST.Version }, undefined, 2);
  t.deepEqual(await role.diff({ ...roleInputs, assumeRolePolicy: reordered }), {});
  t.deepEqual(await role.diff({ ...roleInputs, assumeRolePolicy: TRUST }), {});
  t.deepEqual(await role.diff({ ...roleInputs, assumeRolePolicy: JSON.stringify({ ...TRUST, Id: "x" }) }), {
    assumeRolePolicy: "update",
  });
  t.deepEqual(await role.diff({ ...roleInputs, path: "/x/" }), { path: "update-replace" });
  t.deepEqual(await role.diff({ ...roleInputs, description: "x", tags: { a: "b" } }), {
    description: "update",
    "tags.a": "add",
  });
  await role.update({ ...roleInputs, description: "x" });
  t.is(role.outputs.description, "x");
});

test("a role with policies attached by others goes only by force", async (t) => {
  const { role, roleInputs, attachment } = await setUp();
  await t.throwsAsync(role.delete(), { message: /DeleteConflict/ });
  await role.update({ ...roleInputs, forceDetachPolicies: true });
  await role.delete();
  t.false(await attachment.refresh());
});

test("a policy that doesn't exist can't be attached", async (t) => {
  const { scene } = await setUp();
  const policyArn = "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForBackup";
  await t.throwsAsync(scene.create(ATTACHMENT, { role: "backup", policyArn }), { message: /NoSuchEntity/ });
});

async function autoscaled() {
  const scene = await Scene.start();
  scene.aws.dynamodb.region(REGION).createTable({
    TableName: "ledger.accounts",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
  });
  const targetInputs: PropertyMap = { ...DIMENSION, minCapacity: 5, maxCapacity: 50, tags: { a: "b" } };
  const target = await scene.create(TARGET, targetInputs);
  const policyInputs: PropertyMap = {
    ...DIMENSION,
    name: "read",
    policyType: "TargetTrackingScaling",
    targetTrackingScalingPolicyConfiguration: {
      targetValue: 70,
      predefinedMetricSpecification: { predefinedMetricType: "DynamoDBReadCapacityUtilization" },
    },
  };
  return { scene, target, targetInputs, policy: await scene.create(POLICY, policyInputs), policyInputs };
}

test("a target's limits change in place, what names it replaces", async (t) => {
  const { target, targetInputs, scene } = await autoscaled();
  t.deepEqual(await target.diff(targetInputs), {});
  t.deepEqual(await target.diff({ ...targetInputs, maxCapacity: 9, tags: {} }), {
    maxCapacity: "update",
    "tags.a": "delete",
  });
  t.deepEqual(await target.diff({ ...targetInputs, resourceId: "table/x" }), { resourceId: "update-replace" });
  await target.update({ ...targetInputs, maxCapacity: 9, tags: {} });
  t.deepEqual(target.outputs.tags, {});
  const [known] = scene.aws.autoscaling.region(REGION).targets();
  t.is(known?.MaxCapacity, 9);
});

test("a scaling policy's value changes in place, its name replaces; without its target it is gone", async (t) => {
  const { target, policy, policyInputs } = await autoscaled();
  t.deepEqual(await policy.diff(policyInputs), {});
  const other = { ...policyInputs, targetTrackingScalingPolicyConfiguration: { targetValue: 50 } };
  t.is(await policy.verdict(other), "in place");
  t.is(await policy.verdict({ ...policyInputs, name: "x" }), "replace");
  await target.delete();
  t.false(await policy.refresh());
  await t.notThrowsAsync(policy.delete());
});

test("a cooldown that is left out is sent as 0, so that AWS's own default does not apply", async (t) => {
  const { scene } = await autoscaled();
  const [policy] = scene.aws.autoscaling.region(REGION).policies();
  t.like(policy?.TargetTrackingScalingPolicyConfiguration, { ScaleInCooldown: 0, ScaleOutCooldown: 0 });
});

test("DynamoDB takes no step scaling, though it is the provider's default", async (t) => {
  const { scene, policyInputs } = await autoscaled();
  const { policyType, ...rest } = policyInputs;
  await t.throwsAsync(scene.create(POLICY, { ...rest, name: "other" }), { message: /StepScaling/ });
});

test("names are checked before anything is made", async (t) => {
  const scene = await Scene.start();
  await t.throwsAsync(scene.create(VAULT, { name: "a vault" }), { instanceOf: Refused });
  await t.throwsAsync(scene.create(PLAN, { rules: [{ ...RULE, ruleName: "a rule" }] }), { instanceOf: Refused });
});

test("an association of Pod Identity takes another role in place, and is replaced for anything else", async (t) => {
  const scene = await Scene.start();
  const eks = scene.aws.eks.region(REGION);
  const ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
  const inputs: PropertyMap = {
    clusterName: "payments",
    namespace: "scalar",
    serviceAccount: "pauser",
    roleArn: "arn:aws:iam::123456789012:role/pauser",
  };
  await t.throwsAsync(scene.create(ASSOCIATION, inputs), { message: /No cluster found for name: payments/ });
  eks.createCluster("payments");
  const association = await scene.create(ASSOCIATION, inputs);
  await t.throwsAsync(scene.create(ASSOCIATION, inputs), { message: /Association already exists/ });
  t.is(await association.verdict(inputs), "no change");
  const other = { ...inputs, roleArn: "arn:aws:iam::123456789012:role/other" };
  t.is(await association.verdict(other), "in place");
  await association.update(other);
  t.is(eks.associations()[0]?.roleArn, other.roleArn);
  t.is(await association.verdict({ ...other, serviceAccount: "another" }), "replace");
  await association.delete();
  t.deepEqual(eks.associations(), []);
});
