import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { DatabaseRange } from "../restore-points/ranges";
import type { PauseWindow } from "../restore-points/window";
import type { AwsSettings } from "./cloud-settings";
import { type DatabaseArgs, databaseProblems, databasesSchema } from "./databases";
import { endProgram, isWithin, type Problem, under } from "./problem";
import { type PausedReleaseArgs, pausedReleaseSchema } from "./release-databases";
import { problemsOf } from "./schema-problems";
import type { Shape } from "./schema-tools";
import type { SetPods } from "./switch-over/set-pods";
import { type VaultArgs, vaultSchema } from "./vaults/args";
import type { VaultStatus } from "./vaults/status";

/** What a restore needs to know of a set: `ScalarBackup.set`, or plain data and another stack's outputs. */
export interface BackupSet {
  /** The databases of the set, as `ScalarBackup` has them: all of them are restored. */
  databases: DatabaseArgs[];
  /** The releases that must have been paused, as `ScalarBackup.pause` has them. Defaults to none. */
  releases?: PausedReleaseArgs[];
  /** The set's vaults, as `ScalarBackup` has them: with `keepRestored`, copies of a restore point are kept there. */
  vault?: VaultArgs;
  /** The recorded pause windows: `ScalarBackup.windows`. Defaults to none. */
  windows?: pulumi.Input<PauseWindow[]>;
  /** Why windows may be missing, as sentences, for messages: `ScalarBackup.restorePoints.pauseProblems`. Defaults to nothing. */
  pauseProblems?: pulumi.Input<string[]>;
  /** What each database can be restored to: `ScalarBackup.ranges`. Needed, unless `from` has a backup of each database. */
  ranges?: pulumi.Input<DatabaseRange[]>;
  /** The status of the vaults: `ScalarBackup.vaults`. Needed with `vault`. */
  vaults?: pulumi.Input<VaultStatus[]>;
  /**
   * How the set's pods are stopped for a switch-over. Only a `ScalarBackup` itself knows it.
   * @internal
   */
  pods?: SetPods;
}

// Objects here may have more keys: another stack's outputs may come from a later version.
const windowSchema = z.object({
  cluster: z.string(),
  pauseCompleted: z.string(),
  unpauseStarted: z.string(),
  clockOffsetMillis: z.number(),
  releases: z.array(
    z.object({ namespace: z.string(), name: z.string(), product: z.string(), pods: z.array(z.string()) }),
  ),
});

const rangeSchema = z.object({
  name: z.string(),
  earliest: z.string().optional(),
  latest: z.string().optional(),
  unknownBecause: z.string().optional(),
});

const vaultStatusSchema = z.object({
  cloud: z.string(),
  name: z.string(),
  region: z.string(),
  protectedBy: z.string(),
  onDestroy: z.string(),
  copies: z.array(
    z.object({
      database: z.string(),
      rule: z.string(),
      schedule: z.string(),
      kept: z.string(),
      consistency: z.string(),
    }),
  ),
});

const backupSetShape = {
  databases: databasesSchema,
  releases: z.array(pausedReleaseSchema).optional(),
  vault: vaultSchema.optional(),
  windows: z.array(windowSchema, { error: "a list of pause windows, as ScalarBackup.windows has them" }).optional(),
  pauseProblems: z.array(z.string(), { error: "a list of sentences" }).optional(),
  ranges: z.array(rangeSchema, { error: "a list of restorable ranges, as ScalarBackup.ranges has them" }).optional(),
  vaults: z.array(vaultStatusSchema, { error: "a list of vaults, as ScalarBackup.vaults has them" }).optional(),
  pods: z.custom<SetPods>((pods) => pods instanceof Object, { error: "what ScalarBackup.set has" }).optional(),
} satisfies Shape<BackupSet>;

/** Describes `BackupSet`. */
export const backupSetSchema = z.strictObject(backupSetShape, {
  error: "a ScalarBackup, or its data: { databases: [...], releases: [...], windows: [...], ranges: [...] }",
});

/** The set of a restore's `backup`, which `backupProblems` checks. */
export function setOf(backup: { readonly set: BackupSet } | BackupSet): BackupSet {
  // Programs in JavaScript and YAML may give what is no object.
  return backup instanceof Object && "set" in backup ? backup.set : backup;
}

/** All problems of the set that a restore gets as its argument `backup`. */
export function backupProblems(set: unknown, aws: AwsSettings): Problem[] {
  if (pulumi.Output.isInstance(set)) return [{ path: "backup", message: OUTPUT }];
  const schema = problemsOf(z.object({ backup: backupSetSchema }), { backup: set });
  if (schema.some(({ path }) => path === "backup")) return schema;
  // Cast: anything else than a map is a problem of `backup`.
  const given = set as { [Key in keyof BackupSet]: unknown };
  const outputs = MUST_BE_KNOWN.filter((key) => pulumi.Output.isInstance(given[key]));
  if (outputs.length > 0) return outputs.map((key) => ({ path: `backup.${key}`, message: OUTPUT }));
  return [
    ...underBackup(databaseProblems(given.databases, aws)),
    ...schema.filter(({ path }) => !isWithin(path, "backup.databases")),
  ];
}

const MUST_BE_KNOWN = ["databases", "releases", "vault"] as const;

/** The compiler refuses outputs here, unless they are `any` as a stack reference's are. */
const OUTPUT =
  "is an output; expected a value that is known before the deployment begins: write it into the program, or await a stack reference's getOutputValue";

/** Problems of a set with the argument's path before theirs. */
export function underBackup(problems: readonly Problem[]): Problem[] {
  // A missing region is a problem of the stack, not of the argument.
  return problems.flatMap((problem) => (problem.path === "aws:region" ? [problem] : under("backup", [problem])));
}

/** The lists of a set that are outputs of this stack or of another one. */
export interface SetLists {
  windows: pulumi.Output<PauseWindow[]>;
  pauseProblems: pulumi.Output<string[]>;
  /** One for each database. */
  ranges: pulumi.Output<DatabaseRange[]>;
  /** The names of databases that have a range, and are not among the set's. */
  others: pulumi.Output<string[]>;
  vaults: pulumi.Output<VaultStatus[]>;
}

/** The lists of a set, each checked as soon as it is known: another stack's output is `any` to the compiler. */
export function listsOf({ databases, windows, pauseProblems, ranges, vaults }: BackupSet): SetLists {
  const known = pulumi.output(ranges ?? []).apply((list) => checked("ranges", list));
  return {
    windows: pulumi.output(windows ?? []).apply((list) => checked("windows", list)),
    pauseProblems: pulumi.output(pauseProblems ?? []).apply((list) => checked("pauseProblems", list)),
    ranges: known.apply((list) =>
      databases.map(
        ({ name }) =>
          list.find((range) => range.name === name) ?? {
            name,
            unknownBecause:
              "backup.ranges does not have it; give ScalarBackup.ranges of the set that this database is in",
          },
      ),
    ),
    others: known.apply((list) =>
      list.map(({ name }) => name).filter((other) => databases.every(({ name }) => name !== other)),
    ),
    vaults: pulumi.output(vaults ?? []).apply((list) => checked("vaults", list)),
  };
}

async function checked<List>(key: Exclude<keyof SetLists, "others">, list: List): Promise<List> {
  const problems = problemsOf(z.object({ [key]: backupSetShape[key].unwrap() }), { [key]: list });
  if (problems.length === 0) return list;
  const lines = under("backup", problems).map(({ path, message }) => `${path}: ${message}`);
  return endProgram(`ScalarRestore: ${lines.join("\n")}`);
}
