import { counted } from "../../restore-points/counted";
import { RECOVERY_PERIODS } from "../../restore-points/rules/recovery-period";
import { booleanAt, plainValue, UNKNOWN } from "../values";
import { databasePolicy } from "./database-policy";
import { type MinimumDays, minimumDaysSetting } from "./minimum-days";
import { mayBeDrillCopy, TABLE } from "./resources";

const { unset } = RECOVERY_PERIODS.dynamodb;

export const dynamodbPointInTimeRecovery = databasePolicy<MinimumDays>({
  name: "dynamodb-point-in-time-recovery",
  description: "Checks whether DynamoDB tables have point-in-time recovery that reaches back far enough.",
  looksAt: "aws.dynamodb.Table, except copies of a drill",
  severity: "critical",
  settings: minimumDaysSetting(RECOVERY_PERIODS.dynamodb),
  appliesTo: TABLE.is,
  problems({ props, ignoreChanges }, { minimumDays }) {
    if (mayBeDrillCopy({ props, ignoreChanges })) return [];
    const days = TABLE.recoveryDays(props);
    if (days === 0)
      return [
        `point-in-time recovery is off: set pointInTimeRecovery to { enabled: true, recoveryPeriodInDays: ${unset} }`,
      ];
    if (days === undefined || days === UNKNOWN || days >= minimumDays) return [];
    return [
      `point-in-time recovery reaches back ${counted(days, "day")}: set pointInTimeRecovery.recoveryPeriodInDays to ${minimumDays} or more`,
    ];
  },
  fix(props, { minimumDays }) {
    // Off: as long as DynamoDB keeps it, which costs no more.
    props.pointInTimeRecovery =
      booleanAt(plainValue(props), "pointInTimeRecovery.enabled") === true
        ? { enabled: true, recoveryPeriodInDays: minimumDays }
        : { enabled: true, recoveryPeriodInDays: unset };
  },
});
