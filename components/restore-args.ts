import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { ScalarBackup } from "./backup";
import type { BackupSet } from "./backup-set";
import type { AwsRegionArgs } from "./cloud-settings";
import { AN_INSTANT, restoreInstantProblem } from "./instant-problems";
import { RestoreMode } from "./restore-mode";
import { refusedBy, type Shape } from "./schema-tools";
import { type SwitchOverArgs, switchOverSchema } from "./switch-over/args";
import { type RestoreFromArgs, restoreFromSchema } from "./vaults/restore-from";
import { type VerifyArgs, verifySchema } from "./verification/args";

/** Which set of databases is to be restored, and to which instant. */
export interface ScalarRestoreArgs {
  /** The set: this program's `ScalarBackup`, or its data, such as outputs of the stack that has it. */
  backup: ScalarBackup | BackupSet;
  /** The instant to restore to. RFC 3339 with a zone, whole seconds: `2026-11-22T03:00:12Z`. */
  at: string;
  /** `drill` (temporary copies) or `recovery` (permanent, protected copies). Defaults to `drill`. */
  mode?: RestoreMode;
  /**
   * The present properties of every release; `helmValues` then holds them whole, with the copies in place of their sources.
   * Releases with databases of their own have properties of their own: `propertiesByRelease`.
   */
  properties?: pulumi.Input<string>;
  /** In place of `properties`: the releases' present properties, by their names or, where these are not unique, `namespace/name`. */
  propertiesByRelease?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** For an emergency in which no restore point is left: restores all the same, to copies that may be broken. Must repeat `at`. */
  acceptInconsistentCopiesAt?: string;
  /**
   * True: `at` need not be in a pause window, but in a gap between commits, such as "npm run restore-points -- --quiet-gaps" lists. The
   * copies are accepted only if two copies of ScalarDB's coordinator prove it. Defaults to false.
   */
  quietGap?: boolean;
  /** How the copies are verified before anything depends on them. By default where it costs little: see `verify.enabled`. */
  verify?: VerifyArgs;
  /** Accepts copies that the verification could not prove to fit together; never copies that it refused. Must repeat `at`. */
  acceptUnproven?: string;
  /** Gives the production names to the copies of a recovery, once they are there and verified. */
  switchOver?: SwitchOverArgs;
  /** Backups to restore from, by the databases' names, in place of their point-in-time recovery. */
  from?: Record<string, RestoreFromArgs>;
  /** Needed with an explicit AWS provider (`opts.provider`, `opts.providers`); else it defaults to the stack's `aws:region`. */
  aws?: AwsRegionArgs;
  /** Tags for every copy. */
  tags?: Record<string, string>;
  /**
   * Keys of tags that copies do not get, be they their sources' or of `tags`: those by which something else, such as a backup
   * plan of the organisation, selects what it works on. The key of `vault.aws.selectByTag` is one of them anyway.
   */
  tagsNotCopied?: string[];
}

/** The keys that the stack's configuration has as well, under `restore`. */
export type RestoreKey =
  | "at"
  | "mode"
  | "from"
  | "acceptInconsistentCopiesAt"
  | "quietGap"
  | "verify"
  | "acceptUnproven"
  | "switchOver";

/** Describes the keys of `ScalarRestoreArgs` that the configuration has as well. */
export const restoreShape = {
  at: z
    .string({ error: AN_INSTANT })
    .superRefine(refusedBy(restoreInstantProblem))
    .meta({ examples: ["2026-11-22T03:00:12Z"] })
    .describe(`The instant to restore to: ${AN_INSTANT}. Needed, unless windows are only to be listed.`),
  mode: z
    .enum(RestoreMode)
    .optional()
    .describe("drill: temporary copies; recovery: permanent, protected copies. Defaults to drill."),
  from: restoreFromSchema.optional(),
  acceptInconsistentCopiesAt: z
    .string()
    .optional()
    .describe("For an emergency without a restore point: repeats `at` to accept copies that may be broken"),
  quietGap: z
    .boolean()
    .optional()
    .describe(
      "True: `at` is in a gap between commits (npm run restore-points -- --quiet-gaps), not in a pause window. The copies are accepted only if two copies of ScalarDB's coordinator prove it. Defaults to false.",
    ),
  verify: verifySchema.optional(),
  acceptUnproven: z
    .string()
    .optional()
    .describe(
      "Repeats `at` to accept copies whose verification ended without a proof; refused copies are never accepted",
    ),
  switchOver: switchOverSchema.optional(),
} satisfies Shape<Pick<ScalarRestoreArgs, RestoreKey>>;
