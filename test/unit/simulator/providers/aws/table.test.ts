import test from "ava";
import type { PropertyMap } from "../../../../../simulator/providers/provider";
import { REGION, Refused, Scene } from "./deployed";

const TABLE = "aws:dynamodb/table:Table";
const HOUR = 60 * 60 * 1000;

const ACCOUNTS: PropertyMap = {
  name: "ledger.accounts",
  attributes: [{ name: "id", type: "S" }],
  hashKey: "id",
  billingMode: "PAY_PER_REQUEST",
  pointInTimeRecovery: { enabled: true },
  deletionProtectionEnabled: true,
  tags: { team: "ledger" },
};

async function setUp() {
  const scene = await Scene.start();
  const source = await scene.create(TABLE, ACCOUNTS);
  const dynamodb = scene.aws.dynamodb.region(REGION);
  return { scene, source, dynamodb };
}

/** A copy of the accounts, an hour old. */
async function restored(more: PropertyMap = {}) {
  const { scene, source, dynamodb } = await setUp();
  dynamodb.table("ledger.accounts").putItem("a", { balance: 1 });
  scene.clock.advance(2 * HOUR);
  const inputs: PropertyMap = {
    ...ACCOUNTS,
    name: "copy",
    restoreSourceName: source.id,
    restoreDateTime: new Date(scene.clock.now() - HOUR).toISOString(),
    ...more,
  };
  return { scene, inputs, copy: await scene.create(TABLE, inputs), dynamodb };
}

test("nothing changed is no change", async (t) => {
  const { source } = await setUp();
  t.deepEqual(await source.diff(ACCOUNTS), {});
});

const CHANGES: [what: string, inputs: PropertyMap, changes: object][] = [
  ["a tag", { tags: { team: "accounts" } }, { "tags.team": "update" }],
  ["deletion protection left out", { deletionProtectionEnabled: null }, { deletionProtectionEnabled: "delete" }],
  [
    "the recovery period",
    { pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 7 } },
    { "pointInTimeRecovery.recoveryPeriodInDays": "update" },
  ],
  ["recovery off", { pointInTimeRecovery: { enabled: false } }, { "pointInTimeRecovery.enabled": "update" }],
  ["recovery left out", { pointInTimeRecovery: null }, {}],
  ["the keys left out, as they are computed", { hashKey: null, attributes: null }, {}],
  ["another hash key", { hashKey: "key", attributes: [{ name: "key", type: "S" }] }, { hashKey: "update-replace" }],
  [
    "a range key",
    {
      rangeKey: "at",
      attributes: [
        { name: "id", type: "S" },
        { name: "at", type: "N" },
      ],
    },
    { rangeKey: "add-replace" },
  ],
  ["another name", { name: "other" }, { name: "update-replace" }],
  ["another region", { region: "us-west-2" }, { region: "update-replace" }],
  [
    "capacity provisioned, as is the default",
    { billingMode: null, readCapacity: 1, writeCapacity: 1 },
    { billingMode: "update", readCapacity: "update", writeCapacity: "update" },
  ],
  ["encryption off that is off", { serverSideEncryption: { enabled: false } }, {}],
  ["encryption on", { serverSideEncryption: { enabled: true } }, { serverSideEncryption: "add" }],
  [
    "a stream",
    { streamEnabled: true, streamViewType: "NEW_IMAGE" },
    { streamEnabled: "update", streamViewType: "update" },
  ],
  [
    "time to live",
    { ttl: { enabled: true, attributeName: "at" } },
    { "ttl.enabled": "update", "ttl.attributeName": "update" },
  ],
  ["the table class", { tableClass: "STANDARD_INFREQUENT_ACCESS" }, { tableClass: "update" }],
];
for (const [what, inputs, changes] of CHANGES)
  test(`a table with ${what} changes ${Object.keys(changes).join(", ") || "nothing"}`, async (t) => {
    const { source } = await setUp();
    t.deepEqual(await source.diff({ ...ACCOUNTS, ...inputs }), changes);
  });

test("every change in place is made, and then there is none left", async (t) => {
  for (const [what, inputs, changes] of CHANGES) {
    const kinds = Object.values(changes);
    if (kinds.length === 0 || kinds.some((kind) => kind.endsWith("-replace"))) continue;
    const { source } = await setUp();
    const wanted = { ...ACCOUNTS, ...inputs };
    await source.update(wanted);
    t.deepEqual(await source.diff(wanted), {}, what);
    await source.refresh();
    t.deepEqual(await source.diff(wanted), {}, `${what}, refreshed`);
  }
});

test("a restored table has its items, recovery and time to live", async (t) => {
  const { copy, dynamodb } = await restored({ ttl: { enabled: true, attributeName: "at" } });
  const table = dynamodb.table("copy");
  t.deepEqual(table.items().get("a"), { balance: 1 });
  t.is(table.recoveryPeriodInDays, 35);
  t.is(table.timeToLive.attribute, "at");
  t.true(copy.simulatedMillis >= 20 * 60 * 1000);
});

test("tags, protection, stream and class aren't there after a restore; the next update puts them in place", async (t) => {
  const { copy, inputs } = await restored({
    streamEnabled: true,
    streamViewType: "NEW_IMAGE",
    tableClass: "STANDARD_INFREQUENT_ACCESS",
  });
  t.deepEqual(await copy.diff(inputs), {
    deletionProtectionEnabled: "update",
    streamEnabled: "update",
    streamViewType: "update",
    tableClass: "update",
    "tags.team": "add",
  });
  await copy.update(inputs);
  t.deepEqual(await copy.diff(inputs), {});
});

test("a restored table that doesn't say how it is billed is to be provisioned next", async (t) => {
  const { copy, inputs } = await restored({ billingMode: null });
  t.is((await copy.diff(inputs)).billingMode, "update");
  await copy.update(inputs);
  t.is(copy.outputs.readCapacity, 1);
});

test("another instant replaces, and so does none; the source alone may be forgotten", async (t) => {
  const { copy, inputs } = await restored();
  const { restoreSourceName, restoreDateTime = null, ...rest } = inputs;
  const restore = async (more: PropertyMap) => {
    const changes = await copy.diff({ ...rest, ...more });
    return Object.fromEntries(Object.entries(changes).filter(([path]) => path.startsWith("restore")));
  };
  t.deepEqual(await restore({ restoreSourceName: "ledger.accounts", restoreDateTime: "2026-01-01T00:00:00Z" }), {
    restoreDateTime: "update-replace",
  });
  t.deepEqual(await restore({}), { restoreDateTime: "delete-replace", restoreSourceName: "delete" });
  t.deepEqual(await restore({ restoreDateTime }), { restoreSourceName: "delete" });
  t.deepEqual(await restore({ restoreSourceName: "other", restoreDateTime }), {
    restoreSourceName: "update-replace",
  });
});

test("what ignoreChanges names is no change", async (t) => {
  const { copy, inputs } = await restored();
  const { restoreSourceName, restoreDateTime, ...rest } = inputs;
  await copy.update(inputs);
  t.deepEqual(await copy.diff(rest, ["restoreSourceName", "restoreDateTime"]), {});
  t.deepEqual(await copy.diff({ ...inputs, tags: {} }, ["tags"]), {});
});

test("a range key or local index of the source that the program leaves out replaces the copy", async (t) => {
  const { scene, dynamodb } = await setUp();
  const attributes = ["id", "at", "by"].map((name) => ({ name, type: "S" }));
  const localSecondaryIndexes = [{ name: "by", rangeKey: "by", projectionType: "ALL" }];
  const source = { ...ACCOUNTS, name: "source", attributes, rangeKey: "at", localSecondaryIndexes };
  await scene.create(TABLE, source);
  scene.clock.advance(2 * HOUR);
  const inputs: PropertyMap = {
    name: "copy",
    billingMode: "PAY_PER_REQUEST",
    restoreSourceName: "source",
    restoreToLatestTime: true,
  };
  const copy = await scene.create(TABLE, inputs);
  t.is(dynamodb.table("copy").settings.localIndexes.length, 1);
  t.deepEqual(await copy.diff(inputs), {
    localSecondaryIndexes: "delete-replace",
    rangeKey: "delete-replace",
  });
  t.deepEqual(await copy.diff({ ...inputs, hashKey: "id", rangeKey: "at", attributes, localSecondaryIndexes }), {});
});

test("a restore across regions lives in the other one, and is read there", async (t) => {
  const { scene, source, dynamodb } = await setUp();
  dynamodb.table("ledger.accounts").putItem("a", { balance: 1 });
  scene.clock.advance(HOUR);
  const inputs: PropertyMap = {
    ...ACCOUNTS,
    region: "us-west-2",
    restoreSourceTableArn: source.outputs.arn as string,
    restoreToLatestTime: true,
    serverSideEncryption: { enabled: true },
  };
  const copy = await scene.create(TABLE, inputs);
  t.is(copy.outputs.arn, "arn:aws:dynamodb:us-west-2:123456789012:table/ledger.accounts");
  t.is(scene.aws.dynamodb.region("us-west-2").table("ledger.accounts").items().size, 1);
  t.true(await copy.refresh());
});

test("drift is seen on refresh, and what is left to do is one change", async (t) => {
  const { source, dynamodb } = await setUp();
  dynamodb.updateContinuousBackups({
    TableName: "ledger.accounts",
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
  });
  t.deepEqual(await source.diff(ACCOUNTS), {}, "not before the refresh");
  await source.refresh();
  t.deepEqual(source.inputs.pointInTimeRecovery, { enabled: false });
  t.deepEqual(await source.diff(ACCOUNTS), { "pointInTimeRecovery.enabled": "update" });
  await source.update(ACCOUNTS);
  t.is(dynamodb.table("ledger.accounts").recoveryPeriodInDays, 35);
});

test("a table that is gone is gone on refresh, and deleting it is no error; a protected one stays", async (t) => {
  const { source, dynamodb } = await setUp();
  await t.throwsAsync(source.delete(), { message: /ValidationException: Resource cannot be deleted/ });
  dynamodb.updateTable({ TableName: "ledger.accounts", DeletionProtectionEnabled: false });
  dynamodb.deleteTable("ledger.accounts");
  t.false(await source.refresh());
  await t.notThrowsAsync(source.delete());
});

test("an automatic name is the logical one with 7 hexadecimal digits, and stays", async (t) => {
  const { scene } = await setUp();
  const { name, ...unnamed } = ACCOUNTS;
  const table = await scene.create(TABLE, unnamed, "accounts");
  t.regex(table.id, /^accounts-[0-9a-f]{7}$/);
  t.deepEqual(await table.diff(unnamed), {});
  t.is((await table.diff({ ...unnamed, name: "accounts" })).name, "update-replace");
});

const REFUSED: [what: string, inputs: PropertyMap, property: string][] = [
  ["a misspelt input", { hashkey: "id" }, "hashkey"],
  ["an input of another type", { readCapacity: "1" }, "readCapacity"],
  ["a nested input that doesn't exist", { ttl: { enabled: true, name: "at" } }, "ttl.name"],
  ["a nested input that is missing", { pointInTimeRecovery: {} }, "pointInTimeRecovery.enabled"],
  [
    "36 days",
    { pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 36 } },
    "pointInTimeRecovery.recoveryPeriodInDays",
  ],
  ["a billing mode that doesn't exist", { billingMode: "ON_DEMAND" }, "billingMode"],
  ["a time without zone", { restoreDateTime: "2026-11-22T03:00:12" }, "restoreDateTime"],
  ["two sources", { restoreSourceName: "a", restoreSourceTableArn: "arn:aws:dynamodb:x" }, "restoreSourceTableArn"],
  ["a key without an attribute", { rangeKey: "at" }, "attributes"],
  ["an attribute without a key", { hashKey: null }, "attributes"],
  ["a stream of nothing", { streamEnabled: true }, "streamViewType"],
  ["time to live of nothing", { ttl: { enabled: true } }, "ttl.attributeName"],
];
for (const [what, inputs, property] of REFUSED)
  test(`${what} is refused, by its property`, async (t) => {
    const { scene } = await setUp();
    const refused = await t.throwsAsync<Refused>(scene.create(TABLE, { ...ACCOUNTS, name: "x", ...inputs }), {
      instanceOf: Refused,
    });
    t.true(refused?.properties.includes(property), refused?.message);
  });

test("a restore that AWS refuses fails with AWS's words", async (t) => {
  await t.throwsAsync(restored({ restoreDateTime: "2020-01-01T00:00:00Z" }), {
    message: /InvalidRestoreTimeException: An invalid restore time was specified/,
  });
  await t.throwsAsync(restored({ name: "ledger.accounts" }), { message: /TableAlreadyExistsException/ });
});
