import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import test from "ava";
import { policies } from "../../../policies/policies";
import { type Diagnostic, PolicyPackProcess } from "./analyzer";
import {
  cluster,
  cosmos,
  cronJob,
  GOOD_STACK,
  instance,
  plan,
  scalarRelease,
  selection,
  table,
  vault,
} from "./examples";
import { type Declared, UNKNOWN_VALUE } from "./judging";

let pack: PolicyPackProcess;
test.before(async () => {
  pack = await PolicyPackProcess.start();
});
test.after.always(() => pack?.stop());
// One process serves all tests, and gets a new configuration from each test that needs one.
test.serial.beforeEach(() => pack.configure({}));

/** All that the engine would show of a stack: of each resource as it comes, then of the whole. */
async function judge(stack: Declared[]): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const declared of stack) found.push(...(await pack.analyze(declared)));
  return [...found, ...(await pack.analyzeStack(stack))];
}

const brief = (found: Diagnostic[]) => found.map(({ policy, level, at }) => `${level} ${policy}${at ? ` ${at}` : ""}`);

test.serial("the pack introduces itself with every policy, its level and its settings' defaults", async (t) => {
  const info = await pack.info();
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../../policies/package.json"), "utf8"));
  t.is(info.getName(), "scalar-backup");
  t.is(info.getVersion(), version);
  t.deepEqual(
    info.getPoliciesList().map((policy) => policy.getName()),
    policies.map(({ name }) => name),
  );
  const pitr = info.getPoliciesList().find((policy) => policy.getName() === "dynamodb-point-in-time-recovery");
  t.is(pitr?.getEnforcementlevel(), messages.EnforcementLevel.MANDATORY);
  t.is(pitr?.getSeverity(), messages.PolicySeverity.POLICY_SEVERITY_CRITICAL);
  t.like(pitr?.getConfigschema()?.getProperties()?.toJavaScript(), {
    minimumDays: { type: "integer", minimum: 1, maximum: 35, default: 7 },
  });
});

test.serial("a stack as it should be has no violation", async (t) => {
  t.deepEqual(await judge(GOOD_STACK), []);
});

const unprotected = (declared: Declared): Declared => ({ ...declared, protect: false });
const BAD_STACK: Declared[] = [
  unprotected(table({ pointInTimeRecovery: undefined, deletionProtectionEnabled: false })),
  unprotected(
    instance({
      backupRetentionPeriod: undefined,
      deleteAutomatedBackups: undefined,
      deletionProtection: undefined,
      storageEncrypted: undefined,
      publiclyAccessible: true,
    }),
  ),
  unprotected(cosmos({ backupPolicy: undefined, consistencyPolicy: undefined, publicNetworkAccess: undefined })),
  vault({ forceDestroy: true }),
  plan({ ruleName: "daily", enableContinuousBackup: false, lifecycle: { deleteAfter: 3 } }),
  selection({ resources: ["arn:aws:dynamodb:*"] }),
  cronJob({
    spec: { concurrencyPolicy: "Allow", suspend: true, schedule: "@monthly" },
    job: { activeDeadlineSeconds: 30 },
  }),
  scalarRelease({ name: "ledger", chart: "scalardl" }),
];

test.serial("a stack as it should not be has the violations it deserves, and no other", async (t) => {
  t.deepEqual(brief(await judge(BAD_STACK)), [
    "mandatory dynamodb-point-in-time-recovery accounts",
    "mandatory database-deletion-protection accounts",
    "advisory database-protected accounts",
    "mandatory rds-backup-retention orders",
    "mandatory rds-keep-automated-backups orders",
    "mandatory database-deletion-protection orders",
    "advisory database-protected orders",
    "mandatory database-encryption orders",
    "mandatory database-not-public orders",
    "mandatory cosmosdb-continuous-backup stock",
    "mandatory cosmosdb-strong-consistency stock",
    "advisory database-protected stock",
    "mandatory database-not-public stock",
    "mandatory backup-vault-force-destroy vault",
    "mandatory backup-plan-lifecycle plan",
    "mandatory pause-forbids-concurrency pause",
    "mandatory pause-not-suspended pause",
    "mandatory pause-deadline pause",
    "mandatory pause-covers-releases scalardb-cluster",
    "advisory snapshots-of-paused-set plan",
  ]);
});

test.serial("a message says what is wrong and how to fix it", async (t) => {
  t.deepEqual(await pack.analyze(table({ deletionProtectionEnabled: false })), [
    {
      policy: "database-deletion-protection",
      level: "mandatory",
      at: "accounts",
      message: "deletion protection is off: set deletionProtectionEnabled to true",
    },
  ]);
});

test.serial("unknown values raise nothing, not even that a policy could not run", async (t) => {
  const unknown = GOOD_STACK.map((declared) => ({
    ...declared,
    props: Object.fromEntries(Object.keys(declared.props).map((key) => [key, UNKNOWN_VALUE])),
  }));
  t.deepEqual(await judge(unknown), []);
});

test.serial("each policy takes its own configuration, level and settings alike", async (t) => {
  const short = cluster({ backupRetentionPeriod: 14 });
  t.deepEqual(await pack.analyze(short), []);
  await pack.configure({ "rds-backup-retention": { level: "ADVISORY", settings: { minimumDays: 30, except: [] } } });
  t.deepEqual(brief(await pack.analyze(short)), ["advisory rds-backup-retention customers"]);
  await pack.configure({ "rds-backup-retention": { settings: { minimumDays: 30, except: ["customers"] } } });
  t.deepEqual(await pack.analyze(short), []);
});

test.serial("policies can be disabled, and all be made advisory, at once", async (t) => {
  const all = (level: "DISABLED" | "ADVISORY") => Object.fromEntries(policies.map(({ name }) => [name, { level }]));
  await pack.configure(all("DISABLED"));
  t.deepEqual(await judge(BAD_STACK), []);
  await pack.configure(all("ADVISORY"));
  const found = await judge(BAD_STACK);
  t.is(found.length, 20);
  t.true(found.every(({ level }) => level === "advisory"));
});

test.serial("policies set to remediate fix what is safe to fix, and keep secrets secret", async (t) => {
  await pack.configure(Object.fromEntries(policies.map(({ name }) => [name, { level: "REMEDIATE" as const }])));
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "password" };
  const declared = instance({
    password: secret,
    backupRetentionPeriod: 1,
    deleteAutomatedBackups: true,
    deletionProtection: false,
    storageEncrypted: false,
  });
  const fixed = await pack.remediate(declared);
  t.deepEqual(
    fixed.map(({ policy }) => policy),
    ["rds-backup-retention", "rds-keep-automated-backups", "database-deletion-protection"],
  );
  t.deepEqual(fixed.at(-1)?.props, {
    ...instance({ storageEncrypted: false }).props,
    password: secret,
    backupRetentionPeriod: 7,
  });
  // What is left is not safe to fix, and so is as bad as if it were mandatory.
  const left = await pack.analyze({ ...declared, props: fixed.at(-1)?.props as object });
  t.deepEqual(brief(left), ["mandatory database-encryption orders"]);
  t.deepEqual(await pack.remediate(instance()), []);
  t.deepEqual(await pack.remediate(instance({ backupRetentionPeriod: UNKNOWN_VALUE })), []);
});
