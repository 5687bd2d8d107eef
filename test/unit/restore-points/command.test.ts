import test from "ava";
import { answer } from "../../../restore-points/command";
import { PLAIN } from "../../../restore-points/paint";
import { restorePoints } from "../../../restore-points/points";
import type { QuietGaps, QuietGapsSearch } from "../../../restore-points/quiet-gaps";
import { HOUR_START, RELEASES, windowOf } from "./arbitraries";

const output = restorePoints({
  now: HOUR_START + 600_000,
  pauseRequired: true,
  windows: [windowOf(HOUR_START, HOUR_START + 10_000)],
  releases: [RELEASES[0]],
  databases: [{ name: "ledger", earliest: "2026-11-22T02:00:00Z", latest: "2026-11-22T03:05:00Z" }],
});
const none = { ...output, points: [], latest: undefined, noneBecause: "no pause window has been recorded yet" };
const outputs = JSON.stringify({ pauseRequired: true, restorePoints: output });

const noGaps = () => {
  throw new Error("no gaps were asked for");
};
const run = (args: string[], given = outputs, quietGaps: (search: QuietGapsSearch) => QuietGaps = noGaps) =>
  answer(args, { read: () => given, quietGaps, width: 80, paint: PLAIN });

test("--latest prints the newest restorable instant and nothing else", (t) => {
  t.deepEqual(run(["--latest"]), { exitCode: 0, stdout: "2026-11-22T03:00:05Z" });
});

test("--latest exits 1 with the reason when there is none", (t) => {
  t.deepEqual(run(["--latest"], JSON.stringify({ restorePoints: none })), {
    exitCode: 1,
    stderr: "restore-points: no pause window has been recorded yet",
  });
  const unknown = JSON.stringify({ restorePoints: { ...none, noneBecause: undefined } });
  t.is(run(["--latest"], unknown).stderr, "restore-points: no instant can be restored");
});

test("--json prints the output unchanged", (t) => {
  for (const value of [output, JSON.parse(JSON.stringify(none))]) {
    const { exitCode, stdout } = run(["--json"], JSON.stringify({ restorePoints: value }));
    t.is(exitCode, 0);
    t.is(stdout, JSON.stringify(JSON.parse(stdout ?? ""), undefined, 2), "as people read it");
    t.deepEqual(JSON.parse(stdout ?? ""), value);
  }
});

test("without options everything is shown", (t) => {
  const { exitCode, stdout } = run([]);
  t.is(exitCode, 0);
  t.regex(stdout ?? "", /^What can be restored, as of 2026-11-22T03:10:00Z/);
  t.regex(stdout ?? "", /^2026-11-22T03:00:05Z {2}yes/m);
});

test("the options select the source", (t) => {
  const asked: unknown[] = [];
  const read = (source: unknown) => {
    asked.push({ ...(source as object) });
    return outputs;
  };
  for (const args of [[], ["--stack", "prod"], ["--outputs", "-", "--latest"]])
    answer(args, { read, quietGaps: noGaps, width: 80, paint: PLAIN });
  t.deepEqual(asked, [{}, { stack: "prod" }, { outputs: "-" }]);
});

test("--help names every option and reads nothing", (t) => {
  const { exitCode, stdout } = run(["--help"], "not JSON");
  t.is(exitCode, 0);
  for (const option of ["--latest", "--json", "--quiet-gaps", "--read-units", "--stack", "--outputs", "--help"])
    t.true(stdout?.includes(option));
  t.is(run(["-h"], "not JSON").stdout, stdout);
});

const withCoordinator = JSON.stringify({
  restorePoints: output,
  databases: [
    { name: "ledger", kind: "dynamodb", coordinator: { region: "ap-northeast-1", table: "coordinator.state" } },
    { name: "customers", kind: "aurora-postgresql" },
  ],
});
const gaps: QuietGaps = {
  looked: { from: "2026-11-22T02:00:00Z", to: "2026-11-22T03:05:00Z" },
  gaps: Array.from({ length: 22 }, () => ({
    instant: "2026-11-22T02:30:30Z",
    from: "2026-11-22T02:30:06Z",
    to: "2026-11-22T02:30:55Z",
    seconds: 60,
  })),
  rows: 25,
  commits: 24,
  writeSets: 3,
  oldestCommit: "2026-11-22T02:10:00.123Z",
};

test("--quiet-gaps reads the coordinators over the common range, and says what the candidates rest on", (t) => {
  const asked: QuietGapsSearch[] = [];
  const quietGaps = (search: QuietGapsSearch) => {
    asked.push(search);
    return gaps;
  };
  const { exitCode, stdout = "" } = run(["--quiet-gaps", "--read-units", "50"], withCoordinator, quietGaps);
  t.is(exitCode, 0);
  t.deepEqual(asked, [
    {
      tables: [{ region: "ap-northeast-1", table: "coordinator.state" }],
      containers: [],
      from: "2026-11-22T02:00:00.000Z",
      to: "2026-11-22T03:05:00.000Z",
      readUnits: 50,
    },
  ]);
  t.regex(stdout, /candidates, not restore points/);
  t.is(stdout.match(/^2026-11-22T02:30:30Z {2}2026-11-22T02:30:06Z {2}2026-11-22T02:30:55Z {2}60 s$/gm)?.length, 20);
  t.regex(stdout, /^and 2 older ones, which --json lists; the longest of all is 60 s$/m);
  t.regex(stdout, /^- before 2026-11-22T02:10:00.123Z, the oldest commit that is left, nothing is known/m);
  t.regex(stdout, /^- 3 rows have write sets: finishTransaction may have deleted rows of commits/m);
  t.regex(stdout, /^- a second coordinator in customers \(aurora-postgresql\) would not be seen/m);
  t.is(run(["--quiet-gaps", "--json"], withCoordinator, quietGaps).stdout, JSON.stringify(gaps, undefined, 2));
  t.is(run(["--quiet-gaps", "--read-units", "0.5"], withCoordinator, quietGaps).exitCode, 0);
  t.is(asked.pop()?.readUnits, 0.5);
  t.is(asked[1]?.readUnits, undefined);
});

test("--quiet-gaps reads a coordinator in Cosmos DB, and refuses outputs that do not say where it is", (t) => {
  const container = {
    subscriptionId: "00000000-0000-0000-0000-000000000001",
    resourceGroupName: "scalar",
    accountName: "prod",
    database: "coordinator",
    container: "state",
  };
  const asked: QuietGapsSearch[] = [];
  const given = (coordinatorContainer: object) =>
    JSON.stringify({ restorePoints: output, databases: [{ name: "prod", kind: "cosmosdb", coordinatorContainer }] });
  const { stdout = "" } = run(["--quiet-gaps"], given(container), (search) => {
    asked.push(search);
    return gaps;
  });
  t.like(asked[0], { tables: [], containers: [container] });
  const both = JSON.parse(given(container));
  both.databases.push(JSON.parse(withCoordinator).databases[0]);
  t.is(run(["--quiet-gaps"], JSON.stringify(both), () => gaps).exitCode, 0, "one of each kind");
  t.notRegex(stdout, /would not be seen/);
  const { accountName: _, ...incomplete } = container;
  const { exitCode, stderr = "" } = run(["--quiet-gaps"], given(incomplete));
  t.is(exitCode, 2);
  t.regex(stderr, /databases\[0\]\.coordinatorContainer\.accountName/);
});

test("--quiet-gaps exits 1 for a set with a release that runs no transactions, which no gap between commits is one of", (t) => {
  const silent = {
    ...JSON.parse(withCoordinator),
    restorePoints: { ...output, withoutTransactions: ["scalar/auditor"] },
  };
  t.deepEqual(run(["--quiet-gaps"], JSON.stringify(silent)), {
    exitCode: 1,
    stderr:
      "restore-points: scalar/auditor runs no ScalarDB transactions (pause.releases[].transactions is false), so that a gap between commits does not show that it wrote nothing: choose an instant in a pause window",
  });
});

test("--quiet-gaps exits 1 where no coordinator can be read, or no gap is needed", (t) => {
  const elsewhere = JSON.stringify({ restorePoints: output, databases: [{ name: "ledger", kind: "azure-mysql" }] });
  const { exitCode, stderr = "" } = run(["--quiet-gaps"], elsewhere);
  t.is(exitCode, 1);
  t.regex(
    stderr,
    /none of ledger \(azure-mysql\) shows a coordinator that can be read: only coordinators in DynamoDB and/,
  );
  const unknown = { ...output, databases: [{ name: "ledger", unknownBecause: "it is not created yet" }] };
  t.deepEqual(run(["--quiet-gaps"], JSON.stringify({ ...JSON.parse(withCoordinator), restorePoints: unknown })), {
    exitCode: 1,
    stderr: "restore-points: the restorable range of ledger is not known: it is not created yet",
  });
  const relational = { restorePoints: { ...output, pauseRequired: false }, databases: [] };
  t.deepEqual(run(["--quiet-gaps"], JSON.stringify(relational)), {
    exitCode: 1,
    stderr: "restore-points: any instant can be restored: one relational database needs no gap",
  });
});

const REFUSED: [why: string, args: string[], given: string, message: string | RegExp][] = [
  ["an unknown option", ["--lates"], outputs, /^Unknown option '--lates'.*; --help shows the options$/],
  ["an argument", ["ledger"], outputs, /^Unexpected argument 'ledger'.*; --help shows the options$/],
  ["two forms at once", ["--latest", "--json"], outputs, "--latest and --json exclude each other; give one of them"],
  [
    "two sources at once",
    ["--stack", "prod", "--outputs", "-"],
    outputs,
    "--stack and --outputs exclude each other; give one of them",
  ],
  [
    "gaps and the newest point at once",
    ["--latest", "--quiet-gaps"],
    outputs,
    "--quiet-gaps and --latest exclude each other; give one of them",
  ],
  ["a rate without a reading", ["--read-units", "5"], outputs, "--read-units belongs to --quiet-gaps; give both"],
  [
    "a rate that is none",
    ["--quiet-gaps", "--read-units", "fast"],
    outputs,
    '--read-units "fast" is not a number above 0; give read units a second, such as 50',
  ],
  ...["0", "-1", "1e999"].map((units): [string, string[], string, string] => [
    `the rate ${units}`,
    ["--quiet-gaps", `--read-units=${units}`],
    outputs,
    `--read-units "${units}" is not a number above 0; give read units a second, such as 50`,
  ]),
  [
    "gaps of a stack without the databases",
    ["--quiet-gaps"],
    outputs,
    'the stack has no output "databases", only pauseRequired, restorePoints; is it a stack of scalar-backup, and did its last "pulumi up" succeed?',
  ],
  [
    "what is not JSON",
    [],
    "No outputs",
    /^the outputs are not JSON \(.+\); give what "pulumi stack output --json" prints$/,
  ],
  ["what are no outputs", [], "[]", 'these are no stack outputs; give what "pulumi stack output --json" prints'],
  ["a stack before its first up", [], "{}", 'the stack has no outputs yet; run "pulumi up" first'],
  [
    "another project's stack",
    [],
    '{"url":"https://example.com"}',
    'the stack has no output "restorePoints", only url; is it a stack of scalar-backup, and did its last "pulumi up" succeed?',
  ],
  [
    "an output of another version",
    [],
    JSON.stringify({ restorePoints: { ...output, points: [{ instant: "yesterday" }] } }),
    'the stack\'s output is not what this version reads: restorePoints.points[0].window must be an object, got nothing; run "pulumi up" with this version',
  ],
];

for (const [why, args, given, message] of REFUSED) {
  test(`${why} is refused with the fix`, (t) => {
    const { exitCode, stdout, stderr = "" } = run(args, given);
    t.is(exitCode, 2);
    t.is(stdout, undefined);
    t.true(stderr.startsWith("restore-points: "));
    const printed = stderr.slice("restore-points: ".length);
    if (typeof message === "string") t.is(printed, message);
    else t.regex(printed, message);
  });
}
