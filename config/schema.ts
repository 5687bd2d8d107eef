import { z } from "zod";
import { type ScalarBackupArgs, scalarBackupShape } from "../components/backup-args";
import { AN_INSTANT, lastDrillValueProblem } from "../components/instant-problems";
import { type RestoreKey, restoreShape, type ScalarRestoreArgs } from "../components/restore-args";
import { refusedBy, type Shape } from "../components/schema-tools";
import { tagsNotCopiedSchema } from "../components/tags";

/** The project's name: what its configuration keys begin with. */
export const PROJECT = "scalar-backup";

/** `restore` as it is in the stack's file. */
export interface RestoreConfig extends Partial<Pick<ScalarRestoreArgs, RestoreKey>> {
  /** Pause windows that Scalar's own tool made. They count for the list of restore points before an instant is chosen. */
  windows?: string;
}

const restoreConfigSchema = z
  .strictObject({
    ...restoreShape,
    at: restoreShape.at.optional(),
    windows: z
      .string({
        error: "a text: `windows: |`, and below it the lines that scalar-admin-for-kubernetes printed, as they are",
      })
      .optional()
      .describe(
        "Pause windows that Scalar's own tool made, which count like the recorded ones: the lines that scalar-admin-for-kubernetes printed for the releases of `pause`, with or without its log around them. Without `at` they are only listed among the restore points.",
      ),
  } satisfies Shape<RestoreConfig>)
  .meta({
    examples: [{ at: "2026-11-22T03:00:12Z" }],
    description: "Restores copies of all databases; remove it to remove a drill's copies",
    anyOf: [{ required: ["at"] }, { required: ["windows"] }],
  });

/** The configuration under `scalar-backup:` as it is in the stack's file. */
export interface StackFileConfig extends Omit<ScalarBackupArgs, "importedWindows" | "aws" | "switchingOver"> {
  restore?: RestoreConfig;
  /** A text, or a map of texts by release. Its values are read as secrets. */
  properties?: unknown;
  /** Keys of tags that copies do not get. */
  tagsNotCopied?: string[];
  /** An instant, or another stack that records it. */
  lastDrill?: unknown;
}

/** Describes `StackFileConfig`; the JSON Schema of stack files is generated from it. */
export const stackConfigSchema = z.strictObject({
  databases: scalarBackupShape.databases,
  pause: scalarBackupShape.pause,
  vault: scalarBackupShape.vault,
  restore: restoreConfigSchema.optional(),
  // Checked by `presentPropertiesProblems`: a message of the schema would repeat the value, which may hold passwords.
  properties: z
    .unknown()
    .meta({ anyOf: [{ type: "string" }, { type: "object", additionalProperties: { type: "string" } }] })
    .optional()
    .describe(
      "Your present database.properties; for releases with databases of their own, a map of such texts by the releases' names. A restore's Helm values then hold them whole, with the copies in place of their sources: of JDBC URLs only host and port are replaced",
    ),
  tags: scalarBackupShape.tags,
  tagsNotCopied: tagsNotCopiedSchema.optional(),
  lastDrill: z
    .unknown()
    .superRefine(refusedBy(lastDrillValueProblem))
    .meta({
      anyOf: [
        { type: "string" },
        {
          type: "object",
          properties: { stack: { type: "string", description: "<organization>/<project>/<stack>" } },
          required: ["stack"],
          additionalProperties: false,
        },
      ],
    })
    .optional()
    .describe(
      `When a drill last passed, if this stack has not verified it itself: ${AN_INSTANT}; or the stack in which drills run, as { stack: "<organization>/<project>/<stack>" }. The newest known is an output of the stack, by which the policy drill-recent warns when the next one is due.`,
    ),
} satisfies Shape<StackFileConfig>);
