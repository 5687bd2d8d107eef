import type { PropertyMap } from "../../simulator/providers/provider";
import { ROWS, SINGLE, SUPPORTS, TARGET } from "./rows";

/** A resource that the real provider creates, reads, changes and deletes, for its requests to be seen. */
export interface Sample {
  type: string;
  inputs: PropertyMap;
  change: PropertyMap;
}

/** Of `ROWS`: what the program declares, with a change of what it may change. */
const TITLES = [
  "a table: deletion protection off",
  "a restored table: a tag",
  "a restored cluster: a tag",
  "an instance: a tag",
  "a Multi-AZ DB cluster: the retention",
  "a vault: a tag",
  "a plan: a tag",
  "a plan: how long it keeps",
  "a lock: a longer least",
  "a role: a tag",
  "a role: another policy",
  "an attachment: nothing changed",
  "a role's own policy: another policy",
  "a key: a tag",
  "a topic: a tag",
  "a topic's policy: another policy",
  "a subscription: nothing changed",
  "a rule: a tag",
  "a rule: another pattern",
  "a target: another topic",
  "a policy: its value",
];

const ROLE = "{role.arn}";
const POD_ROLE = "arn:aws:iam::123456789012:role/pauser";

/** Types whose rows are only documented, because moto lacks some of their requests: `answered` in `provider-calls.ts` has them. */
const OTHERS: Sample[] = [
  {
    type: SINGLE,
    inputs: {
      identifier: "{row}",
      instanceClass: "db.m5.large",
      skipFinalSnapshot: true,
      tags: { team: "orders" },
      restoreToPointInTime: {
        sourceDbInstanceIdentifier: "{sourceInstance.identifier}",
        useLatestRestorableTime: true,
      },
    },
    change: { tags: { team: "other" } },
  },
  {
    type: TARGET,
    inputs: {
      serviceNamespace: "dynamodb",
      scalableDimension: "dynamodb:table:ReadCapacityUnits",
      resourceId: "table/{scaledTable.name}",
      minCapacity: 5,
      maxCapacity: 50,
      tags: { team: "ledger" },
    },
    change: { maxCapacity: 60 },
  },
  {
    type: "aws:backup/selection:Selection",
    inputs: { name: "{row}", planId: "{plan.id}", iamRoleArn: ROLE, resources: ["{sourceCluster.arn}"] },
    change: {},
  },
  {
    type: "aws:backup/vaultPolicy:VaultPolicy",
    inputs: { backupVaultName: "{vault.name}", policy: policy("backup:DeleteRecoveryPoint") },
    change: { policy: policy("backup:StartCopyJob") },
  },
  {
    type: "aws:backup/restoreTestingPlan:RestoreTestingPlan",
    inputs: {
      name: "weekly",
      scheduleExpression: "cron(0 12 ? * 1 *)",
      recoveryPointSelection: {
        algorithm: "LATEST_WITHIN_WINDOW",
        includeVaults: ["*"],
        recoveryPointTypes: ["SNAPSHOT"],
      },
      tags: { team: "backup" },
    },
    change: { scheduleExpression: "cron(0 13 ? * 1 *)", tags: { team: "other" } },
  },
  {
    type: "aws:backup/restoreTestingSelection:RestoreTestingSelection",
    inputs: {
      name: "aurora",
      restoreTestingPlanName: "weekly",
      protectedResourceType: "Aurora",
      iamRoleArn: ROLE,
      protectedResourceArns: ["*"],
    },
    change: { validationWindowHours: 2 },
  },
  {
    type: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    inputs: {
      clusterName: "payments",
      namespace: "scalar",
      serviceAccount: "pauser",
      roleArn: POD_ROLE,
      tags: { team: "backup" },
    },
    change: { tags: { team: "other" } },
  },
];

/** A tag that is changed, and one that goes. */
const TAGGED = { tags: { team: "ledger", old: "yes" } };
const RETAGGED = { tags: { team: "other" } };

export const SAMPLES: Sample[] = [
  ...ROWS.filter(({ title }) => TITLES.includes(title)).map(({ type, deployed, change }) => ({
    type,
    inputs: { ...deployed, ...(type.endsWith(":Key") && { enableKeyRotation: true }) },
    change,
  })),
  ...OTHERS,
].map(({ type, inputs, change }) =>
  "tags" in inputs || type.endsWith(":Table")
    ? { type, inputs: { ...inputs, ...TAGGED }, change: { ...change, ...RETAGGED } }
    : { type, inputs, change },
);

export const SAMPLE_SUPPORTS = SUPPORTS.filter(
  ({ key, type }) => type !== TARGET && !["locked3", "locked4", "locked5"].includes(key),
);

function policy(action: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Principal: "*", Action: action, Resource: "*" }],
  });
}
