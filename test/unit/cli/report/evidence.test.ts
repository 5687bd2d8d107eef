import { readFileSync } from "node:fs";
import test from "ava";
import { evidenceOf } from "../../../../cli/report/build";
import { evidenceSchema } from "../../../../cli/report/evidence";
import { SCHEMA_FILE, schemaText } from "../../../../cli/report/generate";
import { page } from "../../../../cli/report/page";
import type { StackResource } from "../../../../cli/report/resources";
import { CLUSTER, CUSTOMERS, drill, LATE, run, TABLE } from "./facts";

test("stages are those of the copies that hold data, by the engine's events", (t) => {
  const evidence = evidenceOf(drill());
  const [ledger, customers] = evidence.databases;
  const engine = (at: string) => ({ at, source: "engine" as const });
  t.deepEqual(ledger?.requested, engine("2026-11-22T04:01:00Z"));
  // Not when the coordinator's second copy was there, which is only compared.
  t.deepEqual(ledger?.available, engine("2026-11-22T04:21:00Z"));
  t.deepEqual(ledger?.completed, engine("2026-11-22T04:22:30Z"));
  t.deepEqual(customers?.available, engine("2026-11-22T04:31:00Z"));
  t.deepEqual(evidence.verified, { at: "2026-11-22T04:40:00Z", source: "operation" });
  t.deepEqual(
    ledger?.resources.map(({ role }) => role),
    ["copy", "completion", "verification"],
  );
  t.true(evidence.passed);
});

test("without events, only the state's record is given, and what it does not have is not invented", (t) => {
  const [ledger] = evidenceOf(drill({ runs: new Map() })).databases;
  t.deepEqual(ledger?.available, { at: "2026-11-22T04:00:00Z", source: "state" });
  t.regex(JSON.stringify(ledger?.requested), /unknownBecause.*no run of scalar-backup drill watched it/);
});

test("a copy that an interrupted run asked for keeps that time; one that was only taken over has none", (t) => {
  const begun = (...runs: ReturnType<typeof run>[]) =>
    evidenceOf(drill({ runs: new Map([[CLUSTER.urn, runs]]) })).databases[1]?.requested;
  const taken = run("import", "2026-11-22T05:00:00Z", "2026-11-22T05:00:05Z");
  t.deepEqual(begun(run("create", "2026-11-22T04:01:00Z"), taken), { at: "2026-11-22T04:01:00Z", source: "engine" });
  t.regex(JSON.stringify(begun(taken)), /an update that was interrupted had asked for it/);
});

test("the verdict of another restore is none of this one's", (t) => {
  const facts = drill({ instant: "2026-11-21T03:00:00Z", errors: ["the copies could not be created"] });
  const evidence = evidenceOf(facts);
  t.false(evidence.passed);
  t.is(evidence.verdict.verdict, "none");
  t.deepEqual(evidence.verdict.because, ["the copies could not be created"]);
  t.deepEqual(evidence.leftToDo, []);
});

test("nothing is left to do once a drill's copies are removed", (t) => {
  const { outputs } = drill();
  const withSteps = { outputs: { ...outputs, nextSteps: ["1. remove the copies"] } };
  const present = { unknownBecause: "the copies are there" };
  t.deepEqual(evidenceOf(drill({ ...withSteps, cleanedUp: present })).leftToDo, ["1. remove the copies"]);
  const cleanedUp = { at: "2026-11-22T05:00:00Z", source: "engine" as const };
  t.deepEqual(evidenceOf(drill({ ...withSteps, cleanedUp })).leftToDo, []);
  t.deepEqual(evidenceOf(drill({ ...withSteps, cleanedUp, mode: "recovery" })).leftToDo, ["1. remove the copies"]);
});

test("in a simulated drill, copies are verified when the last of their resources is there", (t) => {
  const { verified, databases } = evidenceOf(drill({ simulated: true }));
  const ends = databases.flatMap(({ resources }) => resources.map(({ ended }) => ("at" in ended ? ended.at : "")));
  t.deepEqual(verified, { at: ends.sort().at(-1) as string, source: "simulation" });
});

test("a set is not verified before its slowest copy is there, however early coordinators were compared", (t) => {
  const { outputs } = drill();
  const verification = { ...outputs.verification, verifiedAt: "2026-11-22T04:23:00Z" } as never;
  const facts = { outputs: { ...outputs, verification, objectives: { recoveryTimeMinutes: 30 } } };
  const { verified, databases, recoveryTime } = evidenceOf(drill(facts));
  t.deepEqual(verified, { at: "2026-11-22T04:31:00Z", source: "engine" });
  for (const database of databases) t.deepEqual(database.verified, verified);
  t.is(recoveryTime.measuredSeconds, 31 * 60);
  t.false(recoveryTime.met);
  // An end that nothing has recorded may have been later.
  const runs = new Map([...drill().runs].filter(([urn]) => urn !== CLUSTER.urn));
  const resources = drill().resources.map((each) =>
    each.urn === CLUSTER.urn ? { ...each, created: undefined } : each,
  );
  const unknown = evidenceOf(drill({ ...facts, runs, resources: resources as never }));
  t.regex(JSON.stringify(unknown.verified), /unknownBecause/);
  t.is(unknown.recoveryTime.met, undefined);
});

test("copies that the program refused are refused, not only without a verdict", (t) => {
  const errors = [
    "scalar-backup:restore.at: the copies of 2026-11-22T03:00:00Z are refused, because they do not fit together: x",
  ];
  const { outputs } = drill();
  const refused = evidenceOf(drill({ errors, outputs: { ...outputs, verification: undefined } }));
  t.is(refused.verdict.verdict, "refused");
  t.false(refused.passed);
  // An error that came after the verdict does not take it back, but the drill has not passed every check.
  const later = evidenceOf(drill({ errors: ["the clean-up of something failed"] }));
  t.true(later.passed);
  t.false(later.checks.every(({ passed }) => passed));
});

test("objectives are measured from the beginning, and what cannot be measured is not met", (t) => {
  const { recoveryTime, recoveryPoint, checks } = evidenceOf(drill());
  t.is(recoveryTime.measuredSeconds, 40 * 60);
  t.true(recoveryTime.met);
  t.is(recoveryPoint.measuredSeconds, 60 * 60);
  t.true(recoveryPoint.met, "just as old as is allowed");
  t.true(checks.every(({ passed }) => passed));
  const unknown = evidenceOf(drill({ begun: { unknownBecause: "no note of it exists" } }));
  t.is(unknown.recoveryTime.met, undefined);
  t.regex(unknown.recoveryTime.measuredAs, /no note of it exists/);
  t.deepEqual(
    unknown.checks.filter(({ passed }) => !passed).map(({ name }) => name),
    ["the recovery time objective is met", "the recovery point objective is met"],
  );
  const ofAnotherClock = evidenceOf(drill({ begun: { at: "2026-11-22T06:00:00Z", source: "configuration" } }));
  t.is(ofAnotherClock.recoveryTime.met, undefined, "no negative duration meets an objective");
  t.regex(ofAnotherClock.recoveryTime.measuredAs, /the clocks differ: the end is before the beginning/);
});

test("every instant that a window allows passes, not only the one that the list names", (t) => {
  const { outputs } = drill();
  const point = {
    instant: "2026-11-22T03:00:02Z",
    window: { start: "2026-11-22T02:59:57.100Z", end: "2026-11-22T03:00:07.100Z", clockOffsetMillis: 3 },
    covers: [],
    databases: [],
    restorable: true,
  };
  const restorePoints = { asOf: "2026-11-22T04:00:00Z", points: [point], problems: [] } as never;
  const inWindow = (instant: string, verdict = "pause proven, records not scanned") => {
    const verification = { ...outputs.verification, instant, verdict } as never;
    const { checks } = evidenceOf(drill({ instant, outputs: { ...outputs, verification, restorePoints } }));
    return checks.find(({ name }) => name === "the instant is in the window of a listed restore point")?.passed;
  };
  t.true(inWindow("2026-11-22T03:00:02Z"));
  t.true(inWindow("2026-11-22T03:00:00Z"), "the whole minute");
  t.false(inWindow("2026-11-22T03:00:06Z"), "too near its end");
  t.false(inWindow("2026-11-22T02:00:00Z"));
  t.is(inWindow("2026-11-22T02:00:00Z", "quiet gap proven, records not scanned"), undefined);
});

test("one relational database is verified when its copy is there: nothing is compared", (t) => {
  const { outputs, resources } = drill();
  const own = resources.filter(
    ({ urn, parent }) => urn === CUSTOMERS || parent === CUSTOMERS || parent === undefined || urn.endsWith("::restore"),
  );
  const verification = { ...outputs.verification, verdict: "consistent", verifiedAt: undefined } as never;
  const evidence = evidenceOf(
    drill({
      resources: own,
      outputs: { ...outputs, verification, restored: [{ name: "customers", kind: "rds-mysql" }] },
    }),
  );
  t.deepEqual(evidence.verified, { at: "2026-11-22T04:31:00Z", source: "engine" });
  const unproven = { ...outputs.verification, verdict: "unproven", verifiedAt: undefined } as never;
  const without = evidenceOf(drill({ outputs: { ...outputs, verification: unproven } }));
  t.regex(JSON.stringify(without.verified), /nothing was compared/);
});

test("a database without a copy fails a check", (t) => {
  const { resources } = drill();
  const evidence = evidenceOf(drill({ resources: resources.filter(({ urn }) => urn !== CLUSTER.urn) }));
  t.deepEqual(
    evidence.checks.find(({ name }) => name === "every database of the set has a copy"),
    {
      name: "every database of the set has a copy",
      passed: false,
      detail: "none of customers",
    },
  );
});

test("evidence names the stack that backs the databases up, and what the copies were restored from", (t) => {
  const { resources } = drill();
  const arn = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/ledger.accounts";
  const given = new Map<string, Partial<StackResource>>([
    [TABLE.urn, { inputs: { restoreSourceTableArn: arn, region: "ap-northeast-3" } }],
    [LATE.urn, { inputs: { restoreSourceTableArn: `${arn}-not-a-copy` } }],
    [
      CLUSTER.urn,
      {
        inputs: { restoreToPointInTime: { sourceClusterIdentifier: "customers-prod" } },
        outputs: { arn: "arn:aws:rds:ap-northeast-1:123456789012:cluster:customers-prod-20261122t030000z" },
      },
    ],
  ]);
  const reference: StackResource = {
    urn: "urn:pulumi:drills::scalar-backup::pulumi:pulumi:StackReference::backup",
    type: "pulumi:pulumi:StackReference",
    inputs: { name: "acme/scalar-backup/prod" },
  };
  const evidence = evidenceOf(
    drill({ resources: [reference, ...resources.map((each) => ({ ...each, ...given.get(each.urn) }))] }),
  );
  t.is(evidence.backedUpBy, "acme/scalar-backup/prod");
  const place = { account: "123456789012", region: "ap-northeast-1" };
  t.deepEqual(
    evidence.databases.map(({ sources }) => sources),
    [[{ identifier: "ledger.accounts", ...place }], [{ identifier: "customers-prod", ...place }]],
  );
  const html = page(evidence);
  t.regex(html, /Databases that the stack acme\/scalar-backup\/prod backs up/);
  t.regex(html, /123456789012, ap-northeast-1: ledger\.accounts</);
  t.deepEqual(evidenceSchema.parse(JSON.parse(JSON.stringify(evidence))), evidence);
  const own = evidenceOf(drill());
  t.deepEqual([own.backedUpBy, own.databases[0]?.sources], [undefined, undefined]);
});

test("a drill of some of the databases that another stack backs up fails a check", (t) => {
  const { outputs } = drill();
  const databases = ["ledger", "customers", "orders"].map((name) => ({ name }));
  const restorePoints = { asOf: "2026-11-22T04:00:00Z", pauseRequired: true, databases, points: [], unlisted: 0 };
  const { checks } = evidenceOf(drill({ outputs: { ...outputs, restorePoints } }));
  const { passed, detail } = checks.find(({ name }) => name === "every database of the set has a copy") ?? {};
  t.deepEqual([passed, detail], [false, "none of orders"]);
});

test("a creation that failed is no copy's beginning or end", (t) => {
  const runs = new Map([
    [
      TABLE.urn,
      [
        run("create", "2026-11-22T04:01:00Z", "2026-11-22T04:02:00Z", true),
        run("create", "2026-11-22T05:01:00Z", "2026-11-22T05:21:00Z"),
      ],
    ],
  ]);
  const [ledger] = evidenceOf(drill({ runs })).databases;
  const table = ledger?.resources.find(({ name }) => name.endsWith("ledger.accounts"));
  t.deepEqual(table?.begun, { at: "2026-11-22T05:01:00Z", source: "engine" });
  t.deepEqual(table?.ended, { at: "2026-11-22T05:21:00Z", source: "engine" });
});

test("the evidence is what its schema says, and the schema in the repository is generated", (t) => {
  const evidence = evidenceOf(drill());
  t.deepEqual(evidenceSchema.parse(JSON.parse(JSON.stringify(evidence))), evidence);
  t.false(evidenceSchema.safeParse({ ...evidence, verified: { at: "yesterday", source: "engine" } }).success);
  t.is(readFileSync(SCHEMA_FILE, "utf8"), schemaText());
});
