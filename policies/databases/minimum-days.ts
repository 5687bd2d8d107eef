import type { RecoveryPeriod } from "../../restore-points/rules/recovery-period";
import type { SettingSchemas } from "../resource-policy";

/** The setting that every rule about a recovery period has. */
export interface MinimumDays {
  minimumDays: number;
}

/** A week: long enough to notice over a holiday that something has gone wrong, and what every cloud keeps. */
const DEFAULT_MINIMUM_DAYS = 7;

export function minimumDaysSetting({
  minimum,
  maximum,
}: Pick<RecoveryPeriod, "minimum"> & { maximum?: number }): SettingSchemas<MinimumDays> {
  return {
    minimumDays: {
      type: "integer",
      minimum,
      ...(maximum !== undefined && { maximum }),
      default: DEFAULT_MINIMUM_DAYS,
      description: "Days that recovery must reach back at least.",
    },
  };
}
