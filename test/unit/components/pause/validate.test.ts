import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import type { PauseScheduleArgs } from "../../../../components/pause/args";
import { pauseProblems, scheduleNameProblem } from "../../../../components/pause/validate";

const RIGHT: PauseScheduleArgs = { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb" }] };

test("a valid pause schedule has no problems", (t) => {
  t.deepEqual(pauseProblems(RIGHT), []);
  t.deepEqual(
    pauseProblems({ ...RIGHT, schedule: "@hourly", timeZone: "Asia/Tokyo", holdSeconds: 6, retentionDays: 35 }),
    [],
  );
});

test("an output of another resource is not checked", (t) => {
  const tls = { caCertificate: pulumi.output("anything") };
  t.deepEqual(
    pauseProblems({ ...RIGHT, timeZone: pulumi.output("?"), releases: [{ namespace: "a", name: "b", tls }] }),
    [],
  );
});

const backups = { database: "ledger", region: "ap-northeast-1", prefixes: ["ledger."], deleteAfter: 400 };
const release = { namespace: "scalar", name: "scalardb" };
const WRONG: [problem: Partial<PauseScheduleArgs>, path: string, message: RegExp][] = [
  [{ schedule: "0 3 * *" }, "schedule", /"0 3 \* \* \*"|0 3 \* \* \*/],
  [{ schedule: "61 3 * * *" }, "schedule", /is not a valid cron schedule: /],
  [{ schedule: "TZ=Asia/Tokyo 0 3 * * *" }, "schedule", /is not a valid cron schedule: /],
  [
    { timeZone: "Local" },
    "timeZone",
    /"Local" is not a name in the IANA time zone database; expected a name such as .*Asia\/Tokyo/,
  ],
  [{ timeZone: "+09:00" }, "timeZone", /is not a name in the IANA time zone database/],
  [{ releases: [] }, "releases", /is empty; name every release/],
  [{ releases: [{ namespace: "Scalar", name: "x" }] }, "releases[0].namespace", /"Scalar" is not a name/],
  [{ releases: [release, { ...release, name: "" }] }, "releases[1].name", /"" is not a name/],
  [
    { releases: [release, { namespace: "b", name: "c" }, release] },
    "releases[2]",
    /given twice, first as releases\[0\]/,
  ],
  [{ releases: [{ ...release, tls: { caCertificate: "/ca.pem" } }] }, "releases[0].tls.caCertificate", /PEM/],
  [{ holdSeconds: 4 }, "holdSeconds", /4 is not allowed; expected a whole number from 6 to 600/],
  [{ maxDrainSeconds: 0 }, "maxDrainSeconds", /from 1 to 600/],
  [{ rendezvousSeconds: 601 }, "rendezvousSeconds", /from 0 to 600/],
  [{ retentionDays: 1.5 }, "retentionDays", /1.5 is not allowed/],
  [{ startingDeadlineSeconds: 9 }, "startingDeadlineSeconds", /from 10/],
  [{ failedJobsHistoryLimit: -1 }, "failedJobsHistoryLimit", /from 0/],
  [{ namespace: "a_b" }, "namespace", /not a name/],
  [{ cluster: "" }, "cluster", /is empty/],
  [{ windowBackups: [backups] }, "windowBackups", /needs AWS credentials for the pauser: give aws/],
  [
    { windowBackups: [backups], aws: { eksCluster: "payments" }, rendezvousSeconds: 60 },
    "windowBackups",
    /with rendezvousSeconds all clusters hold for the same time/,
  ],
  [{ aws: {} }, "aws", /either eksCluster.* or roleArn/],
  [{ aws: { eksCluster: "a", roleArn: "arn:aws:iam::123456789012:role/a" } }, "aws", /give one of them/],
  [{ aws: { eksCluster: "a b" } }, "aws", /"a b" is not a name that EKS allows/],
  [{ aws: { roleArn: "pauser" } }, "aws", /"pauser" is not a role's ARN/],
  [{ aws: { roleArn: "arn:aws:iam::123456789012:role/a", region: "us-west-2" } }, "aws", /region with eksCluster only/],
];

for (const [wrong, path, message] of WRONG) {
  test(`refused: ${JSON.stringify(wrong)}`, (t) => {
    const problems = pauseProblems({ ...RIGHT, ...wrong });
    t.deepEqual(
      problems.map((problem) => problem.path),
      [path],
    );
    t.regex(problems[0]?.message ?? "", message);
  });
}

test("refuses a component's name that no CronJob can have", (t) => {
  t.is(scheduleNameProblem("scalar-backup-pause"), undefined);
  t.regex(scheduleNameProblem("x".repeat(53)) ?? "", /53 characters/);
  t.regex(scheduleNameProblem("Backup") ?? "", /"Backup" is not a name/);
});
