import test from "ava";
import { backupLifecycleFaults } from "../../../components/rules/backup-lifecycle";
import { pauseNeed } from "../../../components/rules/pause-need";
import { RECOVERY_PERIODS, recoveryPeriodFault } from "../../../components/rules/recovery-period";

test("a recovery period is what its cloud accepts, whole days only", (t) => {
  for (const period of Object.values(RECOVERY_PERIODS)) {
    t.is(recoveryPeriodFault(period.minimum, period), undefined);
    t.is(recoveryPeriodFault(period.maximum, period), undefined);
    for (const days of [period.minimum - 1, period.maximum + 1, period.minimum + 0.5])
      t.is(
        recoveryPeriodFault(days, period),
        `must be a whole number of days from ${period.minimum} to ${period.maximum}, got ${days}`,
      );
  }
  t.like(RECOVERY_PERIODS.azurePostgresql, { minimum: 7, maximum: 35 });
  t.like(RECOVERY_PERIODS.dynamodb, { minimum: 1, maximum: 35 });
});

test("what AWS Backup takes as a lifecycle", (t) => {
  t.deepEqual(backupLifecycleFaults({ continuous: true, deleteAfter: 35 }), []);
  t.deepEqual(backupLifecycleFaults({ continuous: false }), []);
  t.deepEqual(backupLifecycleFaults({ continuous: false, coldStorageAfter: 1, deleteAfter: 91 }), []);
  t.is(backupLifecycleFaults({ continuous: true, deleteAfter: 36, coldStorageAfter: 1 }).length, 2);
  t.is(backupLifecycleFaults({ continuous: false, coldStorageAfter: 1, deleteAfter: 90 }).length, 1);
});

const aurora = { name: "customers", label: "Amazon Aurora PostgreSQL", relational: true };
const rds = { name: "orders", label: "Amazon RDS for MySQL", relational: true };
const dynamodb = { name: "ledger", label: "Amazon DynamoDB", relational: false };
const cosmosdb = { name: "stock", label: "Azure Cosmos DB", relational: false };

test("the decision table: which sets need a pause, and why", (t) => {
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
