import test from "ava";
import { INSTANT_TAG } from "../../../components/databases/kind";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { buildDynamodb, TABLES } from "../../../rehearsal/sets/dynamodb";
import { changes, errors, REGION, recordWindow, rehearsed } from "../../program/rehearsed";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const ELSEWHERE = "ap-northeast-3";

test("copies of a restore point go to the vaults while they stand, marked with its instant, and stay there", async (t) => {
  t.timeout(120_000);
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: ELSEWHERE } } },
      { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
    ],
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
    "scalar-backup:vault": {
      aws: {
        name: "payments",
        rules: [{ name: "monthly", schedule: "cron(0 5 1 * ? *)", lifecycle: { deleteAfter: 400 } }],
        keepRestored: { lifecycle: { deleteAfter: 400 } },
      },
    },
  });
  cloud.kubernetes.createNamespace("scalar");
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  cloud.aws.rds.region(REGION).cluster("customers-prod").put("accounts", "a", { balance: 1 });
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  cloud.clock.advance(DAY);
  const at = recordWindow(cloud, "scalar", ["scalardb-cluster"]);
  cloud.clock.advance(HOUR);
  cloud.aws.rds.region(REGION).cluster("customers-prod").put("accounts", "a", { balance: 2 });

  stack.config["scalar-backup:restore"] = { at };
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
  t.regex(
    JSON.stringify(restored.outputs.nextSteps),
    /customers: AWS Backup copies it into vault payments at each run of cron\(0 \* \? \* \* \*\) \(UTC\) while it stands: a copy of this restore point that lasts; let a run end before you remove it/,
  );
  cloud.clock.advance(HOUR);
  const kept = () =>
    [REGION, ELSEWHERE].flatMap((region) =>
      [...cloud.aws.backup.region(region).vault("payments").recoveryPoints.values()].filter(
        ({ tags }) => tags[INSTANT_TAG] === at,
      ),
    );
  t.deepEqual(
    kept()
      .map(({ resourceType }) => resourceType)
      .sort(),
    ["Aurora", ...TABLES.map(() => "DynamoDB")],
  );
  const snapshot = cloud.aws.rds
    .region(REGION)
    .snapshots.all()
    .find(({ tags }) => tags[INSTANT_TAG] === at);
  t.deepEqual(snapshot?.rows, [["accounts", "a", { balance: 1 }]], "as of the restore point");
  t.deepEqual(
    cloud.aws.backup
      .region(ELSEWHERE)
      .jobs()
      .filter(({ state }) => state === "FAILED"),
    [],
  );

  delete stack.config["scalar-backup:restore"];
  const cleaned = await stack.up();
  t.true(cleaned.succeeded, errors(cleaned));
  cloud.clock.advance(30 * DAY);
  t.is(kept().length, 1 + TABLES.length, "the copies are gone, and no more are made; what is in the vaults stays");
});
