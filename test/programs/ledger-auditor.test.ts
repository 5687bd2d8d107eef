import test, { type ExecutionContext } from "ava";
import { parse } from "yaml";
import { COORDINATOR_TABLE } from "../../rehearsal/scalardb/record";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import { Verdict } from "../../restore-points/verification/verdict";
import { revealed } from "../../simulator/engine/stack";
import { changes, errors, REGION, recordNextWindow, recordWindow, rehearsed } from "./rehearsed";
import { suffixed, verdictOf } from "./verified-set";

/** Where Auditor's tables are, if they are in DynamoDB. */
const AUDITORS = "ap-northeast-2";
const ELSEWHERE = "ap-northeast-3";
const MINUTE = 60_000;
const RELEASES = [
  { namespace: "scalar", name: "ledger", databases: ["ledger"] },
  { namespace: "scalar", name: "auditor", databases: ["auditor"], transactions: false },
] as const;
const LEDGER = { existing: { namespaces: ["ledger"] }, restoreTo: { region: ELSEWHERE } };

const config = (ledger: object = LEDGER) => ({
  "scalar-backup:databases": [
    { name: "ledger", dynamodb: ledger },
    { name: "auditor", auroraPostgresql: { existing: { clusterIdentifier: "auditor-prod" }, databaseName: "auditor" } },
  ],
  "scalar-backup:pause": { schedule: "0 3 * * *", releases: RELEASES },
});

async function running(t: ExecutionContext, ledger?: object) {
  const all = await rehearsed(t, config(ledger));
  const { cloud } = all;
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "auditor-prod");
  for (const { namespace, name } of RELEASES)
    await cloud.kubernetes.installRelease({ namespace, name, product: name, replicas: 1 });
  cloud.clock.advance(2 * MINUTE);
  return all;
}

test("Ledger and Auditor get the properties of their own databases, and nothing of each other's", async (t) => {
  t.timeout(180_000);
  const { cloud, stack } = await running(t);
  stack.config["scalar-backup:properties"] = {
    ledger: `# Ledger\nscalar.db.storage=dynamo\nscalar.db.contact_points=${REGION}\nscalar.db.password=LEDGER-SECRET\n`,
    "scalar/auditor":
      "scalar.db.storage=jdbc\nscalar.db.contact_points=jdbc:postgresql://auditor.example.com:5432/audit?ssl=true\nscalar.db.password=AUDITOR-SECRET\n",
  };
  const first = await stack.up();
  t.true(first.succeeded, errors(first));
  const all = {
    ...config()["scalar-backup:pause"],
    releases: RELEASES.map(({ namespace, name }) => ({ namespace, name })),
  };
  const shared = await stack.preview();
  stack.config["scalar-backup:pause"] = all;
  t.deepEqual(
    changes(await stack.preview()),
    changes(shared),
    "which databases a release uses, and how, changes no resource",
  );
  stack.config["scalar-backup:pause"] = config()["scalar-backup:pause"];
  cloud.clock.advance(10 * MINUTE);
  const at = recordWindow(cloud, "scalar", ["ledger", "auditor"]);
  cloud.clock.advance(10 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const previewed = await stack.preview();
  t.true(previewed.succeeded, errors(previewed));
  const warned = previewed.diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message);
  t.deepEqual(
    warned.filter((message) => /coordinator|ScalarDL Auditor/.test(message)),
    [],
  );
  stack.config["scalar-backup:restore"] = {
    at,
    verify: { check: { namespace: "scalar", image: "example.com/check:1" } },
  };
  t.deepEqual(
    changes(await stack.preview()).filter((change) => change.includes("Job")),
    ["create Job restore-ledger-check", "create Job restore-scalar-auditor-check"],
    "a check of each release, by the names in its properties",
  );
  stack.config["scalar-backup:restore"] = { at };
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));
  const { verdict, because, notCovered } = verdictOf(restored);
  t.is(verdict, Verdict.PauseProven, because.join("; "));
  t.deepEqual(notCovered.slice(0, 2), [
    "scalar/auditor runs no ScalarDB transactions (pause.releases[].transactions is false): nothing in its copies shows that it wrote nothing around the instant, only the pause does; a scan does not read its records, restore.verify.check can",
    `auditor: nothing in its copy was read; its instant, ${at}, is the one that was asked for`,
  ]);
  t.truthy(restored.outputs.lastDrill, "the drill has passed");

  const values = (revealed(restored.outputs.helmValues) ?? restored.outputs.helmValues) as Record<string, string>;
  t.deepEqual(Object.keys(values).sort(), ["scalar/auditor", "scalar/ledger"]);
  const endpoint = (restored.outputs.restored as { name: string; endpoint: string }[])[1]?.endpoint;
  t.deepEqual(parse(values["scalar/ledger"] as string), {
    ledger: {
      ledgerProperties: `# Ledger\nscalar.db.storage=dynamo\nscalar.db.contact_points=${ELSEWHERE}\nscalar.db.password=LEDGER-SECRET\n`,
    },
  });
  t.deepEqual(parse(values["scalar/auditor"] as string), {
    auditor: {
      auditorProperties: `scalar.db.storage=jdbc\nscalar.db.contact_points=jdbc:postgresql://${endpoint}:5432/audit?ssl=true\nscalar.db.password=AUDITOR-SECRET\n`,
    },
  });
  t.truthy(revealed(restored.outputs.helmValues), "they hold passwords: a secret");
  t.deepEqual(
    (restored.outputs.restored as { properties: object }[]).map(({ properties }) => properties),
    [
      { "scalar.db.contact_points": ELSEWHERE },
      { "scalar.db.contact_points": `jdbc:postgresql://${endpoint}:5432/auditor` },
    ],
  );
});

test("an Auditor that is not known as one has no proof, which the preview says with the fix; a quiet gap is none for it", async (t) => {
  t.timeout(180_000);
  const { cloud, stack, up } = await running(t);
  const pause = config()["scalar-backup:pause"];
  stack.config["scalar-backup:pause"] = {
    ...pause,
    releases: RELEASES.map((each) => ({ ...each, transactions: undefined })),
  };
  const warnings = async () =>
    (await stack.preview()).diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message);
  const asked =
    "release scalar/auditor is ScalarDL Auditor, which runs no ScalarDB transactions: a restore is verified by a coordinator that it does not have; set pause.releases[1].transactions to false";
  t.true((await warnings()).includes(asked));
  const first = await up();
  const { pauseProblems } = first.outputs.restorePoints as { pauseProblems?: string[] };
  t.false(pauseProblems?.includes(asked) ?? false, "windows are recorded all the same");
  cloud.clock.advance(10 * MINUTE);
  const at = recordWindow(cloud, "scalar", ["ledger", "auditor"]);
  cloud.clock.advance(10 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const doubts = (await warnings()).filter((message) => message.includes("relational database (auditor)"));
  t.is(doubts.length, 1, "known before a copy is created, and said once");
  t.regex(
    doubts[0] ?? "",
    /cannot be verified: .*; if the release is ScalarDL Auditor, .* set pause\.releases\[\]\.transactions to false\. .* the drill will not have passed$/,
  );

  stack.config["scalar-backup:pause"] = pause;
  t.false((await warnings()).includes(asked));
  stack.config["scalar-backup:restore"] = { at, quietGap: true };
  t.regex(
    errors(await stack.preview()),
    /restore\.quietGap: .* cannot be verified: scalar\/auditor runs no ScalarDB transactions, so that a gap between commits does not show/,
  );
});

test("an empty coordinator of Auditor's fails the up, which goes on with transactions: false", async (t) => {
  t.timeout(300_000);
  const { cloud, stack, up } = await running(t);
  const databases = [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
    { name: "auditor", dynamodb: { existing: { region: AUDITORS, namespaces: ["ledger"] } } },
  ];
  stack.config["scalar-backup:databases"] = databases;
  const pause = config()["scalar-backup:pause"];
  stack.config["scalar-backup:pause"] = {
    ...pause,
    releases: RELEASES.map((each) => ({ ...each, transactions: undefined })),
  };
  buildDynamodb(cloud, AUDITORS);
  const tables = cloud.aws.dynamodb.region(AUDITORS);
  tables.table(COORDINATOR_TABLE).deleteItem("first");
  await up();
  cloud.clock.advance(60 * MINUTE);
  const at = recordNextWindow(cloud, "scalar", ["ledger", "auditor"]);
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const failed = await stack.up();
  t.false(failed.succeeded);
  t.regex(
    errors(failed),
    /auditor: coordinator\.state: a copy has no rows: .*; if the release is ScalarDL Auditor, .* to false/,
  );
  stack.config["scalar-backup:pause"] = pause;
  const restored = await up();
  const { verdict, because, notCovered } = verdictOf(restored);
  t.is(verdict, Verdict.PauseProven, because.join("; "));
  t.regex(notCovered.join("\n"), /scalar\/auditor runs no ScalarDB transactions/);
  t.false(tables.tableNames().includes(`${COORDINATOR_TABLE}-late-${suffixed(at)}`), "it is not compared any more");
  t.deepEqual(changes(await stack.preview()), []);
});

test("a release whose DynamoDB tables have no coordinator is refused, and the namespace can be another", async (t) => {
  t.timeout(120_000);
  const { cloud, stack } = await running(t);
  const tables = cloud.aws.dynamodb.region(REGION);
  tables.deleteTable("coordinator.state");
  cloud.clock.advance(2 * MINUTE);
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(
    errors(refused),
    /pause\.releases\[0\]: no database that scalar\/ledger uses holds ScalarDB's coordinator.*ledger has no table coordinator\.state/,
  );
  // Aurora may hold Auditor's: the program does not look into it.
  t.notRegex(errors(refused), /releases\[1\]/);

  tables.createTable({
    TableName: "ledger_states.state",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  });
  stack.config["scalar-backup:databases"] = config({
    ...LEDGER,
    existing: { namespaces: ["ledger"], coordinatorNamespace: "ledger_states" },
  })["scalar-backup:databases"];
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.is(tables.table("ledger_states.state").recoveryPeriodInDays, 35, "it is protected like all others");
});
