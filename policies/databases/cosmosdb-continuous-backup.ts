import { counted } from "../../restore-points/counted";
import { COSMOSDB_TIERS, RECOVERY_PERIODS } from "../../restore-points/rules/recovery-period";
import { isSet, UNKNOWN } from "../values";
import { databasePolicy } from "./database-policy";
import { type MinimumDays, minimumDaysSetting } from "./minimum-days";
import { COSMOSDB, isCosmosForNoSql, mayBeDrillCopy } from "./resources";

// No fix: an account cannot go back from continuous to periodic backup, so its owner has to decide.
export const cosmosdbContinuousBackup = databasePolicy<MinimumDays>({
  name: "cosmosdb-continuous-backup",
  description: "Checks whether Cosmos DB accounts have continuous backup that reaches back far enough.",
  looksAt: "azure-native.cosmosdb.DatabaseAccount (NoSQL), except copies of a drill",
  severity: "critical",
  settings: minimumDaysSetting(RECOVERY_PERIODS.cosmosdb),
  appliesTo: COSMOSDB.is,
  problems({ props, ignoreChanges }, { minimumDays }) {
    if (!isCosmosForNoSql(props) || mayBeDrillCopy({ props, ignoreChanges })) return [];
    const days = COSMOSDB.recoveryDays(props);
    const wanted = minimumDays > COSMOSDB_TIERS.Continuous7Days ? "Continuous30Days" : "Continuous7Days";
    if (days === 0)
      return [
        `backup is periodic${isSet(props, "backupPolicy.type") ? "" : " by default"}: set backupPolicy to { type: "Continuous", continuousModeProperties: { tier: "${wanted}" } }`,
      ];
    if (days === undefined || days === UNKNOWN || days >= minimumDays) return [];
    return [
      `continuous backup reaches back ${counted(days, "day")} of the ${minimumDays} wanted: set backupPolicy.continuousModeProperties.tier to "${wanted}"`,
    ];
  },
});
