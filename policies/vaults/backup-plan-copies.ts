import { counted } from "../../restore-points/counted";
import { backupLifecycleProblems } from "../../restore-points/rules/backup-lifecycle";
import { resourcePolicy } from "../resource-policy";
import { stringAt } from "../values";
import { isPlan, planRules, readLifecycle } from "./plan-rules";

interface Settings {
  required: boolean;
  minimumDays: number;
}

/** The plan for a continuous backup alone has no setting for copies. */
const DECLARED_BY_COMPONENT =
  "; for a plan of ScalarBackup, add a continuous rule with copyTo to vault.aws.rules, which takes its place; or, if another plan copies the database, name this one in the setting except";

export const backupPlanCopies = resourcePolicy<Settings>({
  name: "backup-plan-copies",
  description:
    "Checks whether recovery points are copied to another vault, if required, and kept there for long enough.",
  looksAt: "aws.backup.Plan",
  severity: "medium",
  settings: {
    required: {
      type: "boolean",
      default: false,
      description:
        "Whether every rule must copy to another vault. ScalarBackup's plan for a continuous backup alone makes no copies: a continuous rule with copyTo in vault.aws.rules takes its place.",
    },
    minimumDays: {
      type: "integer",
      minimum: 1,
      default: 7,
      description: "Days that copies must be kept at least.",
    },
  },
  appliesTo: isPlan,
  problems({ props }, { required, minimumDays }) {
    return planRules(props).flatMap(({ label, lifecycle: { continuous }, copyActions }) => {
      if (copyActions.length === 0)
        return required
          ? [
              `${label}: recovery points stay in one vault: add copyActions with the ARN of another${continuous ? DECLARED_BY_COMPONENT : ""}`,
            ]
          : [];
      return copyActions.flatMap((copy) => {
        const arn = stringAt(copy, "destinationVaultArn");
        const destination = typeof arn === "string" ? arn : "the other vault";
        const lifecycle = readLifecycle(copy, false);
        const problems = lifecycle ? backupLifecycleProblems(lifecycle) : [];
        if (lifecycle?.deleteAfter !== undefined && lifecycle.deleteAfter < minimumDays)
          problems.push(
            `kept for ${counted(lifecycle.deleteAfter, "day")}; set lifecycle.deleteAfter to ${minimumDays} or more`,
          );
        return problems.map((problem) => `${label}, copy to ${destination}: ${problem}`);
      });
    });
  },
});
