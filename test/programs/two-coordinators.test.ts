import test, { type ExecutionContext } from "ava";
import { COORDINATOR_TABLE, TransactionState } from "../../rehearsal/scalardb/record";
import { toItem } from "../../rehearsal/scalardb/stores/dynamodb-layout";
import { buildDynamodb, TABLES } from "../../rehearsal/sets/dynamodb";
import { Verdict } from "../../restore-points/verification/verdict";
import { errors, REGION, recordNextWindow, rehearsed } from "./rehearsed";
import { infos, MINUTE, shifted, suffixed, verdictOf } from "./verified-set";

/** Where the other release's tables are, by the same names. */
const OTHERS = "ap-northeast-2";
const RELEASES = [
  { namespace: "scalar", name: "ledger", databases: ["ledger"] },
  { namespace: "scalar", name: "orders", databases: ["orders"] },
];

/** Two releases of ScalarDB Cluster, each with a coordinator of its own in DynamoDB, in a window after an hour. */
async function twoClusters(t: ExecutionContext) {
  t.timeout(600_000);
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
      { name: "orders", dynamodb: { existing: { region: OTHERS, namespaces: ["ledger"] } } },
    ],
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: RELEASES },
  });
  for (const region of [REGION, OTHERS]) buildDynamodb(cloud, region);
  cloud.kubernetes.createNamespace("scalar");
  const first = await stack.up();
  t.true(first.succeeded, errors(first));
  cloud.clock.advance(60 * MINUTE);
  const at = recordNextWindow(cloud, "scalar", ["ledger", "orders"], 10);
  return { cloud, stack, at };
}

test("the coordinators of two releases enclose the data of each, at the same instants", async (t) => {
  const { cloud, stack, at } = await twoClusters(t);
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const preview = await stack.preview();
  const planned = infos(preview).filter((message) => message.includes("coordinator at"));
  t.is(planned.length, 2, planned.join("\n"));
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));
  const { verdict, restsOn } = verdictOf(restored);
  t.is(verdict, Verdict.PauseProven);
  for (const database of ["ledger", "orders"])
    t.true(
      restsOn.some((line) =>
        line.startsWith(
          `${database}: ${COORDINATOR_TABLE} as of ${shifted(at, -3)} (1 row) and as of ${shifted(at, 3)}`,
        ),
      ),
      restsOn.join("\n"),
    );
  for (const region of [REGION, OTHERS]) {
    const tables = cloud.aws.dynamodb.region(region).tableNames();
    t.is(tables.length, 2 * TABLES.length + 1, "each has a late copy of its own");
    t.true(tables.includes(`${COORDINATOR_TABLE}-late-${suffixed(at)}`));
  }
});

for (const [database, region] of [
  ["ledger", REGION],
  ["orders", OTHERS],
] as const)
  test(`a commit in the window in ${database}'s coordinator alone refuses the whole set`, async (t) => {
    const { cloud, stack, at } = await twoClusters(t);
    const committed = Date.parse(at) + 1_000;
    const row = { tx_id: "missed", tx_state: TransactionState.COMMITTED, tx_created_at: committed };
    cloud.aws.dynamodb.region(region).table(COORDINATOR_TABLE).putItem("missed", toItem(row), committed);
    cloud.clock.advance(20 * MINUTE);
    stack.config["scalar-backup:restore"] = { at };
    const refused = await stack.up();
    t.false(refused.succeeded);
    t.true(
      errors(refused).includes(
        `do not fit together: ${database}: ${COORDINATOR_TABLE}: 1 transaction was committed between`,
      ),
      errors(refused),
    );
    t.is(refused.outputs.helmValues, undefined);
  });
