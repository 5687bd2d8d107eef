import { z } from "zod";
import { type ScalarBackupArgs, scalarBackupShape } from "../components/backup-args";
import { type BackupStackArgs, backupStackSchema } from "../components/backup-of-stack";
import { AN_INSTANT, instantProblem, lastDrillValueProblem } from "../components/instant-problems";
import { type ObjectivesArgs, objectivesSchema } from "../components/objectives";
import { type RestoreKey, restoreShape, type ScalarRestoreArgs } from "../components/restore-args";
import { refusedBy, type Shape } from "../components/schema-tools";
import { tagsNotCopiedSchema } from "../components/tags";

/** The project's name: what its configuration keys begin with. */
export const PROJECT = "scalar-backup";

/** A drill that `scalar-backup drill` has begun, as it writes it into the stack's file. */
export interface BegunDrill {
  /** RFC 3339, UTC, whole seconds. */
  begun: string;
  /** Who, as text. */
  by?: string;
}

/** `restore` as it is in the stack's file. */
export interface RestoreConfig extends Partial<Pick<ScalarRestoreArgs, RestoreKey>> {
  /** Present from the beginning of a drill by `scalar-backup drill` to its clean-up. */
  drill?: BegunDrill;
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
    drill: z
      .strictObject({
        begun: z
          .string()
          .superRefine(refusedBy((text) => instantProblem("begun", text)))
          .describe("When the drill began"),
        by: z.string().optional().describe("Who began it"),
      } satisfies Shape<BegunDrill>)
      .optional()
      .describe(
        "Written by `scalar-backup drill`, and removed with its copies: a drill that was interrupted goes on from here.",
      ),
  } satisfies Shape<RestoreConfig>)
  .meta({
    examples: [{ at: "2026-11-22T03:00:12Z" }],
    description: "Restores copies of all databases; remove it to remove a drill's copies",
    anyOf: [{ required: ["at"] }, { required: ["windows"] }, { required: ["verify"] }],
  });

/** The configuration under `scalar-backup:` as it is in the stack's file. */
export interface StackFileConfig extends Omit<ScalarBackupArgs, "importedWindows" | "aws" | "switchingOver"> {
  restore?: RestoreConfig;
  /** Another stack of this program, which backs the set up; this one then only restores it. */
  backup?: BackupStackArgs;
  objectives?: ObjectivesArgs;
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
  backup: backupStackSchema.optional(),
  restore: restoreConfigSchema.optional(),
  objectives: objectivesSchema.optional(),
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
