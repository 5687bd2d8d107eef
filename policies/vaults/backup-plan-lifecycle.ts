import { counted } from "../../restore-points/counted";
import { backupLifecycleProblems, expiresBeforeNext } from "../../restore-points/rules/backup-lifecycle";
import { RECOVERY_PERIODS } from "../../restore-points/rules/recovery-period";
import { type MinimumDays, minimumDaysSetting } from "../databases/minimum-days";
import { resourcePolicy } from "../resource-policy";
import { isPlan, planRules } from "./plan-rules";

export const backupPlanLifecycle = resourcePolicy<MinimumDays>({
  name: "backup-plan-lifecycle",
  description:
    "Checks whether the rules of AWS Backup plans keep recovery points for long enough, with settings that AWS Backup accepts.",
  looksAt: "aws.backup.Plan",
  severity: "high",
  // Only continuous backups have a longest period.
  settings: minimumDaysSetting({ minimum: RECOVERY_PERIODS.awsBackup.minimum }),
  appliesTo: isPlan,
  problems({ props }, { minimumDays }) {
    return planRules(props).flatMap(({ label, lifecycle, schedule }) => {
      const refused = backupLifecycleProblems(lifecycle);
      if (refused.length > 0) return refused.map((problem) => `${label}: ${problem}`);
      const { continuous, deleteAfter } = lifecycle;
      const days = continuous ? Math.min(minimumDays, RECOVERY_PERIODS.awsBackup.maximum) : minimumDays;
      if (deleteAfter === undefined) return [];
      const problems: string[] = [];
      if (deleteAfter < days)
        problems.push(
          `${label}: recovery points are kept for ${counted(deleteAfter, "day")}: set lifecycle.deleteAfter to ${days} or more`,
        );
      const gone = expiresBeforeNext(deleteAfter, schedule);
      if (gone) problems.push(`${label}: ${gone}`);
      return problems;
    });
  },
});
