import { counted } from "../../restore-points/counted";
import { outsideLock } from "../../restore-points/rules/vault-lock";
import { stackPolicy } from "../stack-policy";
import { known, numberAt, stringAt } from "../values";
import { isPlan, planRules } from "./plan-rules";

export const backupPlanFitsVaultLock = stackPolicy({
  name: "backup-plan-fits-vault-lock",
  description:
    "Checks whether a plan keeps recovery points for a time that the lock of their vault allows: AWS Backup fails the backup otherwise.",
  looksAt: "aws.backup.Plan, aws.backup.VaultLockConfiguration",
  severity: "high",
  settings: {},
  problems(resources) {
    const locks = resources.filter(({ type }) => type === "aws:backup/vaultLockConfiguration:VaultLockConfiguration");
    return resources
      .filter(({ type }) => isPlan(type))
      .flatMap((plan) =>
        planRules(plan.props).flatMap(({ label, targetVaultName, lifecycle: { deleteAfter } }) =>
          locks
            .filter(
              ({ props }) => targetVaultName !== undefined && stringAt(props, "backupVaultName") === targetVaultName,
            )
            .flatMap(({ props }) => {
              const allowed = outsideLock(deleteAfter, {
                minRetentionDays: known(numberAt(props, "minRetentionDays")),
                maxRetentionDays: known(numberAt(props, "maxRetentionDays")),
              });
              if (allowed === undefined) return [];
              const kept = deleteAfter === undefined ? "for ever" : `for ${counted(deleteAfter, "day")}`;
              return {
                message: `${label} keeps recovery points ${kept}, and the lock of vault ${targetVaultName} allows ${allowed}: bring lifecycle.deleteAfter into that range`,
                at: plan,
              };
            }),
        ),
      );
  },
});
