import test from "ava";
import { UNKNOWN } from "../../../../../simulator/providers/provider";
import { Scene } from "./deployed";

const TABLE = "aws:dynamodb/table:Table";
const CLUSTER = "aws:rds/cluster:Cluster";
const URN = `urn:pulumi:test::test::${TABLE}::accounts`;
const INPUTS = {
  name: "accounts",
  hashKey: "id",
  attributes: [{ name: "id", type: "S" }],
  billingMode: "PAY_PER_REQUEST",
};

test("types, functions and settings that aren't simulated are errors", async (t) => {
  const scene = await Scene.start();
  await t.throwsAsync(scene.create("aws:s3/bucket:Bucket", {}), { message: /aws:s3\/bucket:Bucket is not simulated/ });
  await t.throwsAsync(scene.provider.invoke("aws:index/getRegion:getRegion"), { message: /is not simulated/ });
  await t.throwsAsync(Scene.start({ assumeRole: "x" }), {
    message: /^aws:assumeRole is not simulated; known are region, /,
  });
});

test("without a region nothing regional passes, IAM does", async (t) => {
  const scene = new Scene();
  const region = process.env.AWS_REGION;
  delete process.env.AWS_REGION;
  t.teardown(() => {
    if (region !== undefined) process.env.AWS_REGION = region;
  });
  await scene.provider.configure({});
  await t.throwsAsync(scene.create(TABLE, INPUTS), { message: /region: missing region configuration/ });
  const role = await scene.create("aws:iam/role:Role", { assumeRolePolicy: { Statement: [] } });
  t.false("region" in role.inputs);
});

test("default tags are on everything, and no tags of the program", async (t) => {
  const scene = await Scene.start({ defaultTags: JSON.stringify({ tags: { owner: "scalar" } }) });
  const inputs = { ...INPUTS, tags: { team: "ledger" } };
  const table = await scene.create(TABLE, inputs);
  t.deepEqual(table.outputs.tags, { team: "ledger" });
  t.deepEqual(table.outputs.tagsAll, { team: "ledger", owner: "scalar" });
  t.deepEqual(await table.diff(inputs), {});
  await scene.provider.configure({ region: "ap-northeast-1", defaultTags: { tags: { owner: "other" } } });
  t.deepEqual(await table.diff(inputs), { "tagsAll.owner": "update" });
});

test("a preview knows what the inputs say, and makes nothing", async (t) => {
  const scene = await Scene.start();
  const inputs = await scene.check(URN, TABLE, { ...INPUTS, tags: { from: UNKNOWN } });
  const { id, outputs } = await scene.provider.create({ urn: URN, type: TABLE, inputs, preview: true });
  t.is(id, "");
  t.is(outputs.name, "accounts");
  t.is(outputs.arn, UNKNOWN);
  t.is(outputs.pointInTimeRecovery, UNKNOWN);
  t.false("restoreDateTime" in outputs);
  t.deepEqual(scene.aws.dynamodb.region("ap-northeast-1").tableNames(), []);
});

test("what isn't known yet passes the check, and is a change", async (t) => {
  const scene = await Scene.start();
  const table = await scene.create(TABLE, INPUTS);
  t.deepEqual(await table.diff({ ...INPUTS, name: UNKNOWN, pointInTimeRecovery: UNKNOWN }), {
    name: "update-replace",
    pointInTimeRecovery: "update",
  });
  t.deepEqual(await table.diff({ ...INPUTS, hashKey: UNKNOWN }), { hashKey: "update-replace" });
});

test("an update in a preview changes nothing in the cloud", async (t) => {
  const scene = await Scene.start();
  const table = await scene.create(TABLE, INPUTS);
  const { outputs } = await scene.provider.update({
    urn: table.urn,
    type: TABLE,
    id: table.id,
    oldInputs: table.inputs,
    oldOutputs: table.outputs,
    newInputs: { ...table.inputs, deletionProtectionEnabled: true },
    preview: true,
  });
  t.true(outputs.deletionProtectionEnabled);
  t.is(outputs.arn, table.outputs.arn);
  t.false(scene.aws.dynamodb.region("ap-northeast-1").table("accounts").settings.deletionProtection);
});

test("a resource that was never declared is read whole", async (t) => {
  const scene = await Scene.start();
  await scene.create(CLUSTER, {
    clusterIdentifier: "customers",
    engine: "aurora-postgresql",
    masterUsername: "scalar",
    masterPassword: "secret",
  });
  const read = await scene.provider.read({ urn: URN, type: CLUSTER, id: "customers" });
  t.is(read?.inputs.engine, "aurora-postgresql");
  t.false("endpoint" in (read?.inputs ?? {}), "an output is no input");
  t.false(JSON.stringify(read).includes("secret"));
  t.is(await scene.provider.read({ urn: URN, type: CLUSTER, id: "other" }), undefined);
});

test("a cancelled provider does nothing any more", async (t) => {
  const scene = await Scene.start();
  await scene.provider.cancel();
  await t.throwsAsync(scene.create(TABLE, INPUTS), { message: /cancelled/ });
});

test("an automatic name that would be too long is refused, not shortened", async (t) => {
  const scene = await Scene.start();
  const check = async (logical: string, type: string, inputs = {}) => {
    const { inputs: found, failures } = await scene.provider.check({
      urn: `urn:pulumi:test::test::${type}::${logical}`,
      type,
      newInputs: inputs,
    });
    t.deepEqual(failures, []);
    return found.name as string;
  };
  const ROLE = "aws:iam/role:Role";
  const trust = { assumeRolePolicy: { Statement: [] } };
  t.is((await check("r".repeat(56), ROLE, trust)).length, 64);
  await t.throwsAsync(check("r".repeat(57), ROLE, trust), {
    message: `could not make instance of '${ROLE}': name '${"r".repeat(57)}-' plus 7 random chars is longer than maximum length 64`,
  });
  const plan = await scene.provider.check({
    urn: `urn:pulumi:test::test::aws:backup/plan:Plan::${"p".repeat(43)}`,
    type: "aws:backup/plan:Plan",
    newInputs: { rules: [] },
  });
  t.regex(plan.failures[0]?.reason ?? "", /1 to 50 letters/, "the bridge allows 255 characters, the provider does not");
});

test("returns the account", async (t) => {
  const scene = await Scene.start();
  const answer = await scene.provider.invoke("aws:index/getCallerIdentity:getCallerIdentity");
  t.is(answer.accountId, "123456789012");
});
