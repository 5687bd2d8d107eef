import test from "ava";
import { answer } from "../../../restore-points/command";
import { PLAIN } from "../../../restore-points/paint";
import { restorePoints } from "../../../restore-points/points";
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

const run = (args: string[], given = outputs) => answer(args, { read: () => given, width: 80, paint: PLAIN });

test("--latest prints the newest restorable instant and nothing else", (t) => {
  t.deepEqual(run(["--latest"]), { exitCode: 0, stdout: "2026-11-22T03:00:05Z" });
});

test("--latest exits 1 with the reason when there is none", (t) => {
  t.deepEqual(run(["--latest"], JSON.stringify({ restorePoints: none })), {
    exitCode: 1,
    stderr: "restore-points: no pause window has been recorded yet",
  });
});

test("--json prints the output unchanged", (t) => {
  for (const value of [output, JSON.parse(JSON.stringify(none))]) {
    const { exitCode, stdout } = run(["--json"], JSON.stringify({ restorePoints: value }));
    t.is(exitCode, 0);
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
    answer(args, { read, width: 80, paint: PLAIN });
  t.deepEqual(asked, [{}, { stack: "prod" }, { outputs: "-" }]);
});

test("--help names every option and reads nothing", (t) => {
  const { exitCode, stdout } = run(["--help"], "not JSON");
  t.is(exitCode, 0);
  for (const option of ["--latest", "--json", "--stack", "--outputs", "--help"]) t.true(stdout?.includes(option));
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
