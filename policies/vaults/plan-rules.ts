import type { BackupLifecycle } from "../../restore-points/rules/backup-lifecycle";
import { booleanAt, listAt, numberAt, stringAt, UNKNOWN, type Value } from "../values";

export const isPlan = (type: string) => type === "aws:backup/plan:Plan";

/** One rule of an AWS Backup plan, where it is known. */
export interface PlanRule {
  /** For messages: "rule daily". */
  label: string;
  lifecycle: BackupLifecycle;
  targetVaultName?: string;
  schedule?: string;
  copyActions: Value[];
}

/** The plan's rules whose kind and times are all known. */
export function planRules(plan: Value): PlanRule[] {
  return listAt(plan, "rules").flatMap((rule, index) => {
    const continuous = booleanAt(rule, "enableContinuousBackup") ?? false;
    const lifecycle = readLifecycle(rule, continuous);
    if (lifecycle === undefined) return [];
    const name = stringAt(rule, "ruleName");
    return {
      label: typeof name === "string" ? `rule ${name}` : `rule ${index + 1}`,
      lifecycle,
      targetVaultName: textOf(stringAt(rule, "targetVaultName")),
      schedule: textOf(stringAt(rule, "schedule")),
      copyActions: listAt(rule, "copyActions"),
    };
  });
}

/** The times under `lifecycle`; undefined where one of them is not known yet. */
export function readLifecycle(holder: Value, continuous: boolean | typeof UNKNOWN): BackupLifecycle | undefined {
  const deleteAfter = numberAt(holder, "lifecycle.deleteAfter");
  const coldStorageAfter = numberAt(holder, "lifecycle.coldStorageAfter");
  if (continuous === UNKNOWN || deleteAfter === UNKNOWN || coldStorageAfter === UNKNOWN) return undefined;
  return { continuous, deleteAfter: daysOf(deleteAfter), coldStorageAfter: daysOf(coldStorageAfter) };
}

/** The provider returns 0 where no days are set; AWS Backup reads -1 as "for ever" [AWS Backup API Reference, Lifecycle]. */
function daysOf(days: number | undefined): number | undefined {
  return days === 0 || days === -1 ? undefined : days;
}

function textOf(reading: string | undefined | typeof UNKNOWN): string | undefined {
  return reading === UNKNOWN ? undefined : reading;
}
