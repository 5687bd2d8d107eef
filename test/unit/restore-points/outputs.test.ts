import test from "ava";
import { coordinatorsOf, restorePointsOf } from "../../../restore-points/outputs";
import { restorePoints } from "../../../restore-points/points";
import { backedUp, HOUR_START, RELEASES, windowOf } from "./arbitraries";

const at = (seconds: number) => HOUR_START + seconds * 1000;
const points = restorePoints({
  now: at(600),
  pauseRequired: true,
  windows: [backedUp(windowOf(at(0), at(130)), at(61), at(64)), windowOf(at(200), at(210))],
  releases: [RELEASES[0]],
  databases: [
    { name: "ledger", earliest: "2026-11-22T03:03:00Z", latest: "2026-11-22T03:10:00Z" },
    { name: "customers", unknownBecause: "it is not created yet" },
  ],
  pauseProblems: ["the last run failed"],
});
const read = (value: unknown) => restorePointsOf(JSON.parse(JSON.stringify({ restorePoints: value })));

test("the output is read as it was written", (t) => {
  t.deepEqual(read(points), points);
  const any = restorePoints({
    now: at(600),
    pauseRequired: false,
    windows: [],
    releases: [],
    databases: [{ name: "ledger", earliest: "2026-11-22T03:03:00Z", latest: "2026-11-22T03:10:00Z" }],
  });
  t.deepEqual(read(any), any);
  const [point] = points.points;
  const inconsistent = { ...points, points: [{ ...point, restorableFromBackups: true, noWholeMinute: true }] };
  t.deepEqual(read(inconsistent) as unknown, inconsistent);
});

test("what is not the output of a stack of this version is refused with the fix", (t) => {
  const message = (outputs: unknown) => t.throws(() => restorePointsOf(outputs))?.message;
  t.is(message([]), 'these are no stack outputs; give what "pulumi stack output --json" prints');
  t.is(message({}), 'the stack has no outputs yet; run "pulumi up" first');
  t.is(
    message({ url: 1 }),
    'the stack has no output "restorePoints", only url; is it a stack of scalar-backup, and did its last "pulumi up" succeed?',
  );
  t.is(
    message({ restorePoints: { ...points, unlisted: "0" } }),
    'the stack\'s output is not what this version reads: restorePoints.unlisted must be a number, got "0"; run "pulumi up" with this version',
  );
});

test("coordinators are read where they are", (t) => {
  const databases = [
    { name: "ledger", kind: "dynamodb", coordinator: { region: "ap-northeast-1", table: "coordinator.state" } },
    { name: "customers", kind: "aurora-postgresql" },
    {
      name: "orders",
      kind: "cosmosdb",
      coordinatorContainer: {
        subscriptionId: "00000000-0000-0000-0000-000000000001",
        resourceGroupName: "prod",
        accountName: "orders",
        database: "coordinator",
        container: "state",
      },
    },
  ];
  t.deepEqual(coordinatorsOf({ databases: databases.map((each) => ({ ...each, endpoint: "ignored" })) }), databases);
});
