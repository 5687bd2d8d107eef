import test from "ava";
import {
  azureLifecycleProblems,
  isTime,
  SOFT_DELETE_DAYS,
  weeklyInterval,
} from "../../../../restore-points/rules/azure-backup";
import { backupLifecycleProblems, expiresBeforeNext } from "../../../../restore-points/rules/backup-lifecycle";
import { pauseNeed } from "../../../../restore-points/rules/pause-need";
import {
  COSMOSDB_TIERS,
  RECOVERY_PERIODS,
  recoveryPeriodProblem,
} from "../../../../restore-points/rules/recovery-period";
import { outsideLock, vaultLockProblems } from "../../../../restore-points/rules/vault-lock";

test("a recovery period is accepted if its cloud accepts it, in whole days", (t) => {
  for (const period of Object.values(RECOVERY_PERIODS)) {
    t.is(recoveryPeriodProblem(period.minimum, period), undefined);
    t.is(recoveryPeriodProblem(period.maximum, period), undefined);
    for (const days of [period.minimum - 1, period.maximum + 1, period.minimum + 0.5])
      t.is(
        recoveryPeriodProblem(days, period),
        `must be a whole number of days from ${period.minimum} to ${period.maximum}, got ${days}`,
      );
  }
});

/** Written apart from the rules, from what the clouds document: the fewest days, the most, and the default. */
const DOCUMENTED: Record<keyof typeof RECOVERY_PERIODS, number[]> = {
  // DynamoDB, PointInTimeRecoverySpecification: RecoveryPeriodInDays.
  dynamodb: [1, 35, 35],
  // RDS, CreateDBInstance: BackupRetentionPeriod; 0 switches recovery off, and is the Terraform provider's default.
  rds: [1, 35, 0],
  // RDS, CreateDBCluster: BackupRetentionPeriod.
  rdsCluster: [1, 35, 1],
  // AWS Backup, "Continuous backups and point-in-time recovery".
  awsBackup: [1, 35],
  // Azure Cosmos DB, "Continuous backup with point-in-time restore": tiers of 7 and 30 days.
  cosmosdb: [7, 30, 30],
  // Azure Database for MySQL flexible server, "Backup and restore".
  azureMysql: [1, 35, 7],
  // Azure Database for PostgreSQL flexible server, "Backup and restore".
  azurePostgresql: [7, 35, 7],
};

test("recovery periods are those that the clouds document", (t) => {
  const found = Object.entries(RECOVERY_PERIODS).map(([service, period]) => [service, Object.values(period)]);
  t.deepEqual(Object.fromEntries(found), DOCUMENTED);
  t.deepEqual(Object.entries(COSMOSDB_TIERS), [
    ["Continuous7Days", 7],
    ["Continuous30Days", 30],
  ]);
  // Azure Backup, "Soft delete": 14 to 180 days.
  t.deepEqual(Object.values(SOFT_DELETE_DAYS), [14, 180]);
});

test("lifecycles are accepted as AWS Backup accepts them", (t) => {
  t.deepEqual(backupLifecycleProblems({ continuous: true, deleteAfter: 35 }), []);
  t.deepEqual(backupLifecycleProblems({ continuous: false }), []);
  t.deepEqual(backupLifecycleProblems({ continuous: false, coldStorageAfter: 1, deleteAfter: 91 }), []);
  t.is(backupLifecycleProblems({ continuous: true, deleteAfter: 36, coldStorageAfter: 1 }).length, 2);
  t.is(backupLifecycleProblems({ continuous: false, coldStorageAfter: 1, deleteAfter: 90 }).length, 1);
  t.deepEqual(backupLifecycleProblems({ continuous: false, coldStorageAfter: 0.5, deleteAfter: 40_000 }), [
    "lifecycle.deleteAfter must be a whole number of days from 1 to 36500, got 40000",
    "lifecycle.coldStorageAfter must be a whole number of days from 1 to 36500, got 0.5",
  ]);
});

test("what is wrong with a lifecycle is said once, with the fix", (t) => {
  t.deepEqual(backupLifecycleProblems({ continuous: true }), [
    "a continuous backup needs lifecycle.deleteAfter, of 1 to 35 days",
  ]);
  t.deepEqual(backupLifecycleProblems({ continuous: false, deleteAfter: 90, coldStorageAfter: 1 }), [
    "lifecycle.deleteAfter must be at least 91, 90 days after coldStorageAfter (1), got 90",
  ]);
  t.deepEqual(backupLifecycleProblems({ continuous: false, coldStorageAfter: 7 }), []);
  t.deepEqual(backupLifecycleProblems({ continuous: false, deleteAfter: 7 }), []);
  t.deepEqual(backupLifecycleProblems({ continuous: false, deleteAfter: 36_499, coldStorageAfter: 40_000 }), [
    "lifecycle.coldStorageAfter must be a whole number of days from 1 to 36500, got 40000",
  ]);
});

test("recovery points outlive the longest time until the next backup, or it is said", (t) => {
  const weekly = "cron(0 5 ? * 1 *)";
  t.is(expiresBeforeNext(8, weekly), undefined);
  t.is(
    expiresBeforeNext(7, weekly),
    'recovery points are deleted before the next backup, up to 7 days later: raise lifecycle.deleteAfter above that, or run more often than "cron(0 5 ? * 1 *)"',
  );
  t.is(expiresBeforeNext(undefined, weekly), undefined, "kept forever");
  t.is(expiresBeforeNext(1, undefined), undefined, "no schedule");
  t.is(expiresBeforeNext(1, "cron(0 5 L * ? *)"), undefined, "an interval that is not known");
});

test("locks are accepted as AWS Backup accepts them", (t) => {
  t.deepEqual(vaultLockProblems({}), []);
  t.deepEqual(vaultLockProblems({ minRetentionDays: 7, maxRetentionDays: 7, changeableForDays: 3 }), []);
  t.deepEqual(vaultLockProblems({ minRetentionDays: 0, maxRetentionDays: 40_000, changeableForDays: 2 }), [
    "changeableForDays must be a whole number of days from 3 to 36500, got 2",
    "minRetentionDays must be a whole number of days from 1 to 36500, got 0",
    "maxRetentionDays must be a whole number of days from 1 to 36500, got 40000",
  ]);
});

test("a lock that does not allow a retention returns what it allows", (t) => {
  const lock = { minRetentionDays: 7, maxRetentionDays: 30 };
  for (const days of [7, 30]) t.is(outsideLock(days, lock), undefined);
  for (const days of [6, 31, undefined]) t.is(outsideLock(days, lock), "7 to 30 days");
  t.is(outsideLock(undefined, { minRetentionDays: 7 }), undefined, "forever is longer than any minimum");
  t.is(outsideLock(6, { minRetentionDays: 7 }), "7 days or more");
  t.is(outsideLock(undefined, {}), undefined);
  t.is(outsideLock(1, {}), undefined);
  t.is(outsideLock(2, { maxRetentionDays: 1 }), "1 to 1 day");
  t.is(outsideLock(1, { maxRetentionDays: 1 }), undefined);
});

const aurora = { name: "customers", label: "Amazon Aurora PostgreSQL", relational: true };
const rds = { name: "orders", label: "Amazon RDS for MySQL", relational: true };
const dynamodb = { name: "ledger", label: "Amazon DynamoDB", relational: false };
const cosmosdb = { name: "stock", label: "Azure Cosmos DB", relational: false };

test("the decision table says which sets need a pause, and why", (t) => {
  t.deepEqual(pauseNeed([aurora]), {
    required: false,
    because: "one relational database is consistent at any instant of its own",
  });
  t.deepEqual(pauseNeed([dynamodb]), {
    required: true,
    because: "ledger (Amazon DynamoDB) has no transactions of its own",
  });
  t.deepEqual(pauseNeed([aurora, dynamodb, cosmosdb]), {
    required: true,
    because: "ledger (Amazon DynamoDB), stock (Azure Cosmos DB) have no transactions of their own",
  });
  t.deepEqual(pauseNeed([aurora, rds]), {
    required: true,
    because: "customers, orders have to be restored to one instant at which no transaction was running",
  });
});

test("days of retention are accepted as Azure Backup accepts them", (t) => {
  t.deepEqual(azureLifecycleProblems({ deleteAfter: 8, deleteFirstOfYearAfter: 3650 }), []);
  t.deepEqual(
    azureLifecycleProblems({ deleteAfter: 7, deleteFirstOfMonthAfter: 8.5, deleteFirstOfYearAfter: 3651 }).map(
      ({ key }) => key,
    ),
    ["deleteAfter", "deleteFirstOfMonthAfter", "deleteFirstOfYearAfter"],
  );
});

test("later copies for Azure are kept for longer than earlier ones", (t) => {
  t.deepEqual(azureLifecycleProblems({ deleteAfter: 5000 }), [
    {
      key: "deleteAfter",
      message:
        "must be a whole number of days from 8 (there would be no recovery point at times with fewer: one is made each week) to 3650, got 5000",
    },
  ]);
  const message = "must be above deleteAfter (30), got 30; raise it, or remove it";
  t.deepEqual(azureLifecycleProblems({ deleteAfter: 30, deleteFirstOfMonthAfter: 30, deleteFirstOfYearAfter: 31 }), [
    { key: "deleteFirstOfMonthAfter", message },
  ]);
  t.deepEqual(azureLifecycleProblems({ deleteAfter: 30, deleteFirstOfYearAfter: 30 }), [
    { key: "deleteFirstOfYearAfter", message },
  ]);
  t.deepEqual(azureLifecycleProblems({ deleteAfter: 30, deleteFirstOfMonthAfter: 31, deleteFirstOfYearAfter: 31 }), [
    {
      key: "deleteFirstOfYearAfter",
      message: "must be above deleteFirstOfMonthAfter (31), got 31; raise it, or remove it",
    },
  ]);
});

test("a weekly run for Azure is in UTC, with the time zone's offset in January", (t) => {
  const at = (day: string, time: string, timeZone: string) => weeklyInterval({ day, time, timeZone });
  t.is(at("Sunday", "03:00", "Etc/UTC"), "R/2026-01-04T03:00:00+00:00/P1W");
  t.is(at("Sunday", "03:00", "Asia/Tokyo"), "R/2026-01-03T18:00:00+00:00/P1W");
  t.is(at("Thursday", "00:00", "Etc/UTC"), "R/2026-01-01T00:00:00+00:00/P1W");
  t.is(at("Saturday", "23:30", "America/Los_Angeles"), "R/2026-01-04T07:30:00+00:00/P1W");
  t.is(at("Monday", "08:15", "Europe/London"), "R/2026-01-05T08:15:00+00:00/P1W");
  t.throws(() => at("Someday", "03:00", "Etc/UTC"), {
    message: '"Someday 03:00" is not a time of the week; write such as Sunday 03:00',
  });
  t.deepEqual(["00:00", "23:59", "24:00", "3:00", "03:60", "0300"].map(isTime), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
