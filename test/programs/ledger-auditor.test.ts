import test, { type ExecutionContext } from "ava";
import { parse } from "yaml";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import { revealed } from "../../simulator/engine/stack";
import { changes, errors, REGION, recordWindow, rehearsed } from "./rehearsed";

const ELSEWHERE = "ap-northeast-3";
const MINUTE = 60_000;
const RELEASES = [
  { namespace: "scalar", name: "ledger", databases: ["ledger"] },
  { namespace: "scalar", name: "auditor", databases: ["auditor"] },
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
  const all = { ...config()["scalar-backup:pause"], releases: RELEASES.map(({ databases: _, ...release }) => release) };
  const shared = await stack.preview();
  stack.config["scalar-backup:pause"] = all;
  t.deepEqual(changes(await stack.preview()), changes(shared), "which databases a release uses changes no resource");
  stack.config["scalar-backup:pause"] = config()["scalar-backup:pause"];
  cloud.clock.advance(10 * MINUTE);
  const at = recordWindow(cloud, "scalar", ["ledger", "auditor"]);
  cloud.clock.advance(10 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const previewed = await stack.preview();
  t.true(previewed.succeeded, errors(previewed));
  const warned = previewed.diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message);
  const doubts = warned.filter((message) => message.includes("the coordinator is in a relational database (auditor)"));
  t.is(doubts.length, 1, "known before a copy is created, and said once");
  t.regex(doubts[0] ?? "", /cannot be verified: .* the drill will not have passed$/);
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));

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
