import { z } from "zod";
import { type Shape, wholeNumberFrom } from "./schema-tools";

/** The objectives that drills are measured against in their reports. */
export interface ObjectivesArgs {
  /** Recovery time objective (RTO): the most minutes from the beginning of a drill to verified copies. */
  recoveryTimeMinutes?: number;
  /** Recovery point objective (RPO): the most minutes that the newest restorable instant may be old. */
  recoveryPointMinutes?: number;
}

/** Describes `ObjectivesArgs`. */
export const objectivesSchema = z
  .strictObject({
    recoveryTimeMinutes: wholeNumberFrom(1, "a whole number of minutes, 1 or more")
      .optional()
      .describe("Recovery time objective (RTO): the most minutes from the beginning of a drill to verified copies"),
    recoveryPointMinutes: wholeNumberFrom(1, "a whole number of minutes, 1 or more")
      .optional()
      .describe(
        "Recovery point objective (RPO): the most minutes that the restored instant is old when a drill begins",
      ),
  } satisfies Shape<ObjectivesArgs>)
  .meta({ examples: [{ recoveryTimeMinutes: 240, recoveryPointMinutes: 1440 }] })
  .describe("What drills are measured against in their reports (scalar-backup report)");
