import { counted } from "../../restore-points/counted";
import { RECOVERY_PERIODS } from "../../restore-points/rules/recovery-period";
import { isSet, UNKNOWN } from "../values";
import { databasePolicy } from "./database-policy";
import { type MinimumDays, minimumDaysSetting } from "./minimum-days";
import { databaseOf, isReplica, mayBeDrillCopy, RDS_CLUSTER, RDS_INSTANCE, RDS_RETENTION } from "./resources";

export const rdsBackupRetention = databasePolicy<MinimumDays>({
  name: "rds-backup-retention",
  description:
    "Checks whether RDS instances, Multi-AZ DB clusters and Aurora clusters keep automated backups for long enough.",
  looksAt: "aws.rds.Instance, aws.rds.Cluster, except copies of a drill",
  severity: "critical",
  settings: minimumDaysSetting(RECOVERY_PERIODS.rds),
  appliesTo: (type) => RDS_INSTANCE.is(type) || RDS_CLUSTER.is(type),
  problems({ type, props, ignoreChanges }, { minimumDays }) {
    // Ignored changes mean that AWS Backup owns the retention: `aws-backup-covers-database` looks for its plan.
    if (isReplica(props) || mayBeDrillCopy({ props, ignoreChanges }) || ignoreChanges.includes(RDS_RETENTION))
      return [];
    const days = databaseOf(type)?.recoveryDays(props);
    if (days === undefined || days === UNKNOWN || days >= minimumDays) return [];
    const found = days === 0 ? "automated backups are off" : `automated backups are kept for ${counted(days, "day")}`;
    return [
      `${found}${isSet(props, RDS_RETENTION) ? "" : " by default"}: set ${RDS_RETENTION} to ${minimumDays} or more`,
    ];
  },
  fix(props, { minimumDays }) {
    props[RDS_RETENTION] = minimumDays;
  },
});
