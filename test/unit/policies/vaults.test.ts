import { backupPlanCopies } from "../../../policies/vaults/backup-plan-copies";
import { backupPlanFitsVaultLock } from "../../../policies/vaults/backup-plan-fits-vault-lock";
import { backupPlanLifecycle } from "../../../policies/vaults/backup-plan-lifecycle";
import { backupVaultForceDestroy } from "../../../policies/vaults/backup-vault-force-destroy";
import { backupVaultLock } from "../../../policies/vaults/backup-vault-lock";
import { backupVaultSoftDelete } from "../../../policies/vaults/backup-vault-soft-delete";
import { azureVault, plan, vault, vaultLock } from "./examples";
import { fixes, says, saysOfStack } from "./judging";

const immutable = (state: string) => azureVault({ immutabilitySettings: { state } });

const COMPLIANCE =
  "changeableForDays puts the lock of vault vault into compliance mode, which cannot be undone after those days: remove it, or add the vault to this policy's complianceVaults";
says(backupVaultLock, [
  ["compliance mode by accident", vaultLock({ changeableForDays: 3 }), [COMPLIANCE]],
  ["compliance mode on purpose", vaultLock({ changeableForDays: 3 }), [], { complianceVaults: ["vault"] }],
  [
    "compliance mode on purpose, for another vault",
    vaultLock({ changeableForDays: 3 }),
    [COMPLIANCE],
    { complianceVaults: ["other"] },
  ],
  [
    "too little time to take it back",
    vaultLock({ changeableForDays: 1 }),
    ["changeableForDays must be a whole number of days from 3 to 36500, got 1"],
    { complianceVaults: ["vault"] },
  ],
  [
    "times the wrong way round",
    vaultLock({ minRetentionDays: 30, maxRetentionDays: 7 }),
    ["minRetentionDays (30) must not be above maxRetentionDays (7)"],
  ],
  ["immutable for ever on purpose", immutable("Locked"), [], { complianceVaults: ["archive"] }],
  ["immutable, but not for ever", immutable("Unlocked"), []],
  [
    "immutable for ever by accident",
    immutable("Locked"),
    [
      'immutability of vault archive is locked, which can never be undone: set state to "Unlocked", or add the vault to this policy\'s complianceVaults',
    ],
  ],
]);

says(backupVaultForceDestroy, [
  [
    "force",
    vault({ forceDestroy: true }),
    ["destroying the vault would delete every recovery point in it: set forceDestroy to false"],
  ],
]);
fixes(backupVaultForceDestroy, [["force", vault({ forceDestroy: true }), { forceDestroy: false }]]);

const softDelete = (state: string) => azureVault({ softDeleteSettings: { state } });
says(backupVaultSoftDelete, [
  ["on, by default", azureVault({}), []],
  ["always on", softDelete("AlwaysOn"), []],
  [
    "off",
    softDelete("Off"),
    ['soft delete is off, so deleting a backup is permanent: set softDeleteSettings.state to "On"'],
  ],
]);

const snapshots = (lifecycle: object | undefined, rule: object = {}) =>
  plan({ ruleName: "daily", enableContinuousBackup: false, lifecycle, ...rule });
says(backupPlanLifecycle, [
  [
    "continuous without an end",
    plan({ lifecycle: undefined }),
    ["rule continuous: a continuous backup needs lifecycle.deleteAfter, of 1 to 35 days"],
  ],
  [
    "continuous for longer than AWS Backup takes",
    plan({ lifecycle: { deleteAfter: 90 } }),
    [
      "rule continuous: lifecycle.deleteAfter of a continuous backup must be a whole number of days from 1 to 35, got 90",
    ],
  ],
  [
    "continuous in cold storage",
    plan({ lifecycle: { deleteAfter: 35, coldStorageAfter: 7 } }),
    ["rule continuous: a continuous backup cannot move to cold storage; remove lifecycle.coldStorageAfter"],
  ],
  [
    "too short",
    plan({ lifecycle: { deleteAfter: 1 }, schedule: "cron(0 * ? * * *)" }),
    ["rule continuous: recovery points are kept for 1 day: set lifecycle.deleteAfter to 7 or more"],
  ],
  ["too short for the configuration only", plan({ lifecycle: { deleteAfter: 3 } }), [], { minimumDays: 3 }],
  [
    "snapshots of a year, where 400 days are wanted",
    snapshots({ deleteAfter: 365 }),
    ["rule daily: recovery points are kept for 365 days: set lifecycle.deleteAfter to 400 or more"],
    { minimumDays: 400 },
  ],
  [
    "a continuous backup of the longest period, where 400 days are wanted",
    plan({ lifecycle: { deleteAfter: 35 } }),
    [],
    { minimumDays: 400 },
  ],
  [
    "a continuous backup that could be longer, where 400 days are wanted",
    plan({ lifecycle: { deleteAfter: 14 } }),
    ["rule continuous: recovery points are kept for 14 days: set lifecycle.deleteAfter to 35 or more"],
    { minimumDays: 400 },
  ],
  [
    "gone before the next backup",
    plan({ ruleName: undefined, lifecycle: { deleteAfter: 7 }, schedule: "cron(0 5 ? * 1 *)" }),
    [
      'rule 1: recovery points are deleted before the next backup, up to 7 days later: raise lifecycle.deleteAfter above that, or run more often than "cron(0 5 ? * 1 *)"',
    ],
  ],
  [
    "cold for too short a time",
    snapshots({ coldStorageAfter: 30, deleteAfter: 60 }),
    ["rule daily: lifecycle.deleteAfter must be at least 120, 90 days after coldStorageAfter (30), got 60"],
  ],
  ["snapshots kept for ever", snapshots(undefined), []],
  ["snapshots in cold storage", snapshots({ coldStorageAfter: 30, deleteAfter: 120 }), []],
]);

const copy = (lifecycle?: object) => [
  { destinationVaultArn: "arn:aws:backup:us-west-2:1:backup-vault:far", lifecycle },
];
says(backupPlanCopies, [
  ["none", plan(), []],
  [
    "none of a continuous backup, where wanted",
    plan(),
    [
      "rule continuous: recovery points stay in one vault: add copyActions with the ARN of another; for a plan of ScalarBackup, add a continuous rule with copyTo to vault.aws.rules, which takes its place; or, if another plan copies the database, name this one in the setting except",
    ],
    { required: true },
  ],
  [
    "none of snapshots, where wanted",
    snapshots({ deleteAfter: 30 }),
    ["rule daily: recovery points stay in one vault: add copyActions with the ARN of another"],
    { required: true },
  ],
  ["some, where wanted", plan({ copyActions: copy({ deleteAfter: 30 }) }), [], { required: true }],
  ["kept for ever", plan({ copyActions: copy() }), []],
  [
    "too short",
    plan({ copyActions: copy({ deleteAfter: 3 }) }),
    [
      "rule continuous, copy to arn:aws:backup:us-west-2:1:backup-vault:far: kept for 3 days; set lifecycle.deleteAfter to 7 or more",
    ],
  ],
  [
    "cold for too short a time",
    plan({ copyActions: copy({ coldStorageAfter: 10, deleteAfter: 20 }) }),
    [
      "rule continuous, copy to arn:aws:backup:us-west-2:1:backup-vault:far: lifecycle.deleteAfter must be at least 100, 90 days after coldStorageAfter (10), got 20",
    ],
  ],
]);

saysOfStack(backupPlanFitsVaultLock, [
  ["no lock", [plan({ lifecycle: { deleteAfter: 1 } })], []],
  ["the lock of another vault", [plan(), vaultLock({ backupVaultName: "other", maxRetentionDays: 7 })], []],
  [
    "kept for longer than the lock allows",
    [plan(), vaultLock({ maxRetentionDays: 30 })],
    [
      {
        message:
          "rule continuous keeps recovery points for 35 days, and the lock of vault vault allows 1 to 30 days: bring lifecycle.deleteAfter into that range",
        at: "plan",
      },
    ],
  ],
  [
    "kept for less than the lock allows",
    [plan({ lifecycle: { deleteAfter: 7 } }), vaultLock({ minRetentionDays: 14, maxRetentionDays: undefined })],
    [
      {
        message:
          "rule continuous keeps recovery points for 7 days, and the lock of vault vault allows 14 days or more: bring lifecycle.deleteAfter into that range",
        at: "plan",
      },
    ],
  ],
  [
    "kept for ever",
    [snapshots(undefined), vaultLock()],
    [
      {
        message:
          "rule daily keeps recovery points for ever, and the lock of vault vault allows 1 to 35 days: bring lifecycle.deleteAfter into that range",
        at: "plan",
      },
    ],
  ],
]);
