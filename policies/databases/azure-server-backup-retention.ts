import { counted } from "../../restore-points/counted";
import { RECOVERY_PERIODS } from "../../restore-points/rules/recovery-period";
import { isSet, UNKNOWN, valueAt } from "../values";
import { databasePolicy } from "./database-policy";
import { type MinimumDays, minimumDaysSetting } from "./minimum-days";
import { AZURE_MYSQL, AZURE_POSTGRESQL, databaseOf, isReplica, mayBeDrillCopy } from "./resources";

export const azureServerBackupRetention = databasePolicy<MinimumDays>({
  name: "azure-server-backup-retention",
  description: "Checks whether Azure Database for MySQL and for PostgreSQL keep backups for long enough.",
  looksAt: "azure-native.dbformysql.Server, azure-native.dbforpostgresql.Server, except copies of a drill",
  severity: "critical",
  settings: minimumDaysSetting(RECOVERY_PERIODS.azurePostgresql),
  appliesTo: (type) => AZURE_MYSQL.is(type) || AZURE_POSTGRESQL.is(type),
  problems({ type, props, ignoreChanges }, { minimumDays }) {
    if (isReplica(props) || mayBeDrillCopy({ props, ignoreChanges }) || valueAt(props, "createMode") === UNKNOWN)
      return [];
    const days = databaseOf(type)?.recoveryDays(props);
    if (days === undefined || days === UNKNOWN || days >= minimumDays) return [];
    const byDefault = isSet(props, "backup.backupRetentionDays") ? "" : " by default";
    return [
      `backups are kept for ${counted(days, "day")}${byDefault}: set backup.backupRetentionDays to ${minimumDays} or more`,
    ];
  },
  fix(props, { minimumDays }) {
    props.backup = { ...(props.backup instanceof Object ? props.backup : {}), backupRetentionDays: minimumDays };
  },
});
