import { z } from "zod";
import { OUTPUT, restorePointsOf } from "../../restore-points/outputs";
import type { RestorePoints } from "../../restore-points/points";
import { UsageError } from "../exit-codes";

// Objects here may have more keys: another version of the program may have written them.
const sentences = z.array(z.string());
const outputsSchema = z.object({
  verification: z
    .object({
      verdict: z.string(),
      instant: z.string(),
      because: sentences,
      restsOn: sentences,
      notCovered: sentences,
      witnesses: sentences,
      verifiedAt: z.string().optional(),
    })
    .optional(),
  restored: z.array(z.object({ name: z.string(), kind: z.string() })).optional(),
  databases: z.array(z.object({ name: z.string(), kind: z.string() })).optional(),
  nextSteps: sentences.optional(),
  lastDrill: z.string().nullish(),
  objectives: z
    .object({ recoveryTimeMinutes: z.number().optional(), recoveryPointMinutes: z.number().optional() })
    .optional(),
});

/** What a report reads of a stack's outputs. */
export type StackOutputs = z.infer<typeof outputsSchema> & { restorePoints?: RestorePoints };

/**
 * Reads the outputs of a stack, as `pulumi stack output --json` prints them.
 * @throws {UsageError} when they do not have this version's form.
 */
export function readOutputs(outputs: unknown): StackOutputs {
  const read = outputsSchema.safeParse(outputs);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new UsageError(
      `the stack's output ${issue?.path.join(".")} is not what this version reads (${issue?.message}); run "pulumi up" with this version`,
    );
  }
  const { restorePoints, ...rest } = { restorePoints: undefined, ...read.data };
  const listed = typeof outputs === "object" && outputs !== null && OUTPUT in outputs && restorePointsOf(outputs);
  return { ...rest, ...(listed && { restorePoints: listed }) };
}
