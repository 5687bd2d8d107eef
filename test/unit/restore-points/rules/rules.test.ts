import test from "ava";
import { azureLifecycleProblems, isTime, weeklyInterval } from "../../../../restore-points/rules/azure-backup";
import { backupLifecycleProblems } from "../../../../restore-points/rules/backup-lifecycle";
import { pauseNeed } from "../../../../restore-points/rules/pause-need";
import { RECOVERY_PERIODS, recoveryPeriodProblem } from "../../../../restore-points/rules/recovery-period";
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
  t.like(RECOVERY_PERIODS.azurePostgresql, { minimum: 7, maximum: 35 });
  t.like(RECOVERY_PERIODS.dynamodb, { minimum: 1, maximum: 35 });
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
