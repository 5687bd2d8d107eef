import { runtime } from "@pulumi/pulumi";
import test from "ava";
import type { DatabaseArgs } from "../../../../components/databases";
import { copyTags, leftOutTags, type TaggingService } from "../../../../components/databases/copy-tags";
import { tagsNotCopiedProblems } from "../../../../components/tags";
import { dynamodbTags, rdsTags } from "../../../../simulator/cloud/aws/aws";
import { checkTags } from "../../../../simulator/cloud/azure/azure";

const MARKS = {
  "scalar-backup:copy": "drill",
  "scalar-backup:restored-to": "2026-11-22T03:00:12Z",
  "scalar-backup:stack": "payments/scalar-backup/production",
};
const CONTEXT = { tags: {}, tagsNotCopied: [], mode: "drill", instant: "2026-11-22T03:00:12Z" } as const;

// A copy's tags name the stack.
test.before(() => {
  const mocks = { call: () => ({}), newResource: () => ({ id: "", state: {} }) };
  return runtime.setMocks(mocks, "scalar-backup", "production", false, "payments");
});

/** Each service with what its simulation makes of tags in a request. */
const SERVICES: Record<TaggingService, (tags: Record<string, string>) => unknown> = {
  dynamodb: (tags) => dynamodbTags(Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))),
  rds: (tags) => rdsTags(Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))),
  azure: (tags) => checkTags({ tags }),
};
const OWN: Record<TaggingService, string[]> = {
  dynamodb: ["aws:cloudformation:stack-name", "AWS:x"],
  rds: ["aws:cloudformation:stack-name", "rds:x", "RDS:y"],
  azure: ["microsoft.x", "AzureY", "windows"],
};

for (const service of ["dynamodb", "rds", "azure"] as const)
  test(`copies on ${service} get their sources' tags without those that the service keeps to itself`, (t) => {
    const users = { team: "ledger", "hidden-link:x": "Resource", "my-aws:x": "", laws: "x" };
    const source = { ...users, ...Object.fromEntries(OWN[service].map((key) => [key, "x"])) };
    for (const key of OWN[service]) t.throws(() => SERVICES[service]({ [key]: "x" }), undefined, key);
    const tags = copyTags(service, source, CONTEXT);
    t.deepEqual(tags, { ...users, ...MARKS });
    t.notThrows(() => SERVICES[service](tags));
  });

test("copies get none of the keys that are left out, be they the source's or the set's, and always their marks", (t) => {
  const context = { ...CONTEXT, tags: { service: "payments", vaulted: "yes" }, tagsNotCopied: ["plan", "vaulted"] };
  const source = { plan: "daily", Plan: "weekly" };
  t.deepEqual(copyTags("rds", source, context), { Plan: "weekly", service: "payments", ...MARKS });
  t.deepEqual(copyTags("azure", source, context), { service: "payments", ...MARKS }, "Azure knows no case in keys");
  t.deepEqual(leftOutTags("dynamodb", source, context), ["plan", "vaulted"]);
  const marks = { ...context, tagsNotCopied: Object.keys(MARKS) };
  t.like(copyTags("dynamodb", {}, marks), MARKS);
});

test("a copy of a copy is marked as what it is itself", (t) => {
  const source = { ...MARKS, "scalar-backup:copy": "recovery", "scalar-backup:restored-to": "2026-01-01T00:00:00Z" };
  t.deepEqual(copyTags("rds", source, CONTEXT), MARKS);
});

test("never removes a service's own tag from a copy", (t) => {
  const source = { "aws:cloudformation:stack-name": "payments", "rds:state": "x", plan: "daily" };
  const context = { ...CONTEXT, tagsNotCopied: Object.keys(source) };
  t.deepEqual(leftOutTags("rds", source, context), ["plan"]);
  t.deepEqual(leftOutTags("dynamodb", source, context), ["rds:state", "plan"]);
});

test("refuses to leave out the tags that mark a copy", (t) => {
  t.deepEqual(
    tagsNotCopiedProblems(Object.keys(MARKS), []).map(({ path }) => path),
    ["tagsNotCopied[0]", "tagsNotCopied[1]", "tagsNotCopied[2]"],
  );
});

test("refuses to leave out tags that a service keeps to itself", (t) => {
  const keys = ["aws:cloudformation:stack-name", "rds:state", "plan"];
  const paths = (databases: DatabaseArgs[]) => tagsNotCopiedProblems(keys, databases).map(({ path }) => path);
  const aurora = { name: "a", auroraMysql: { existing: { clusterIdentifier: "a" } } };
  const dynamodb = { name: "b", dynamodb: { existing: { tables: ["b.c"] } } };
  t.deepEqual(paths([aurora]), ["tagsNotCopied[0]", "tagsNotCopied[1]"]);
  t.deepEqual(paths([aurora, dynamodb]), ["tagsNotCopied[0]"], "a table may have a tag of that name");
  t.deepEqual(paths([]), ["tagsNotCopied[0]"]);
});
