import { z } from "zod";
import type { AwsRegionArgs } from "./cloud-settings";
import { type DatabaseArgs, databasesSchema } from "./databases";
import { awsRegion } from "./databases/schema";
import { type PauseScheduleArgs, pauseSchema } from "./pause/args";
import type { Shape } from "./schema-tools";
import { tagsSchema } from "./tags";
import { type VaultArgs, vaultSchema } from "./vaults/args";

/** What is to be backed up as one set, to one instant. */
export interface ScalarBackupArgs {
  /** The managed databases that ScalarDB or ScalarDL keep their data in. At least one. */
  databases: DatabaseArgs[];
  /** When and what to pause. Needed as soon as the set has a NoSQL database, or more than one database. */
  pause?: PauseScheduleArgs;
  /**
   * Pause windows that Scalar's own tool made: the lines that scalar-admin-for-kubernetes printed for the releases of
   * `pause`, with or without its log around them. They count like the recorded windows. Defaults to none.
   */
  importedWindows?: string;
  /** Backups that outlive the databases and their point-in-time recovery. Defaults to none. */
  vault?: VaultArgs;
  /** Needed with an explicit AWS provider (`opts.provider`, `opts.providers`); else it defaults to the stack's `aws:region`. */
  aws?: AwsRegionArgs;
  /** Tags for every resource that takes tags, and labels in Kubernetes. */
  tags?: Record<string, string>;
  /**
   * True while a `ScalarRestore` of this set has a switch-over, which suspends the pause schedule itself: that is then not reported as a
   * problem. Defaults to false.
   */
  switchingOver?: boolean;
}

/** Describes the keys of `ScalarBackupArgs`. */
export const scalarBackupShape = {
  databases: databasesSchema,
  pause: pauseSchema.optional(),
  importedWindows: z.string().optional(),
  vault: vaultSchema.optional(),
  aws: z.strictObject({ region: awsRegion.optional() } satisfies Shape<AwsRegionArgs>).optional(),
  tags: tagsSchema.optional(),
  switchingOver: z.boolean().optional(),
} satisfies Shape<ScalarBackupArgs>;
