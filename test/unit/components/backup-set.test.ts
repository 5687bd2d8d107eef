import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { type BackupSet, ScalarBackup, ScalarRestore, type ScalarRestoreArgs } from "../../../components";

const AT = "2026-11-22T03:00:12Z";
const SET: BackupSet = {
  databases: [{ name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } }],
  ranges: [],
};

test.before(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
    call: () => ({}),
  });
});

/** The problems of a restore's arguments. `any`: programs in JavaScript and YAML have no compiler. */
// biome-ignore lint/suspicious/noExplicitAny: as the comment says
function problems(backup: any, more: Partial<ScalarRestoreArgs> = {}): [path: string, message: string][] {
  try {
    new ScalarRestore("restore", { backup, at: AT, aws: { region: "ap-northeast-1" }, ...more });
    return [];
  } catch (error) {
    if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
    return (error.errors ?? []).map(({ propertyPath, reason }) => [propertyPath, reason]);
  }
}

test("accepts a ScalarBackup, and its data", (t) => {
  const backup = new ScalarBackup("scalar", { databases: SET.databases, aws: { region: "ap-northeast-1" } });
  t.deepEqual(problems(backup), []);
  t.deepEqual(problems(SET), []);
  t.deepEqual(problems({ ...SET, windows: pulumi.output([]), pauseProblems: pulumi.output([]) }), []);
  t.is(backup.set.databases, SET.databases);
  t.is(backup.set.ranges, backup.ranges);
});

test("accepts releases as a pause has them", (t) => {
  const releases = [{ namespace: "scalar", name: "scalardb-cluster", adminPort: 60053, tls: {} }];
  t.deepEqual(problems({ ...SET, releases }), []);
});

test("refuses one text of properties for releases with different kinds of databases", (t) => {
  const ledger = { name: "ledger", dynamodb: { existing: { tables: ["ledger.accounts"], scalardbTables: false } } };
  const releases = ["ledger", "customers"].map((name) => ({ namespace: "scalar", name, databases: [name] }));
  const set = { ...SET, databases: [ledger, ...SET.databases], releases, windows: [] };
  const [[path, message] = ["", ""], ...others] = problems(set, { properties: "scalar.db.storage=dynamo" });
  t.is(path, "properties");
  t.regex(
    message,
    /scalar\/ledger: ledger, Amazon DynamoDB; scalar\/customers: customers, .*\(in a program: propertiesByRelease\)/,
  );
  t.deepEqual(others, []);
});

test("reports every problem of a set with the argument's name", (t) => {
  const databases = [{ name: "Customers", auroraPostgresql: { existing: {} } }];
  t.deepEqual(
    problems({ databases, windows: "none", range: [] })
      .map(([path]) => path)
      .sort(),
    [
      "backup.databases[0].auroraPostgresql.existing.clusterIdentifier",
      "backup.databases[0].name",
      "backup.range",
      "backup.windows",
    ],
  );
  t.deepEqual(
    problems({ ...SET, releases: [{ namespace: "scalar", name: "ledger", databases: ["customer"] }] }).map(
      ([path]) => path,
    ),
    ["backup.releases[0].databases[0]"],
  );
});

test("reports a restore without a set", (t) => {
  for (const backup of [undefined, null, "scalar", []]) {
    const [[path, message] = ["", ""], ...others] = problems(backup);
    t.is(path, "backup");
    t.regex(message, /expected a ScalarBackup, or its data: \{ databases: \[\.\.\.\]/);
    t.deepEqual(others, []);
  }
});

test("reports outputs whose values the component must know", (t) => {
  for (const [backup, expected] of [
    [pulumi.output(SET), "backup"],
    [{ ...SET, databases: pulumi.output(SET.databases) }, "backup.databases"],
    [{ ...SET, releases: pulumi.output([]) }, "backup.releases"],
  ] as const) {
    const [[path, message] = ["", ""], ...others] = problems(backup);
    t.is(path, expected);
    t.regex(message, /^is an output; expected a value that is known before .*getOutputValue$/);
    t.deepEqual(others, []);
  }
});
