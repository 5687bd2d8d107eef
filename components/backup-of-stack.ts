import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { windowsOfPoints } from "../restore-points/listed-windows";
import { OUTPUT, restorePointsOf } from "../restore-points/outputs";
import type { RestorePoints } from "../restore-points/points";
import { isObject } from "../restore-points/shape";
import type { ScalarBackupArgs } from "./backup-args";
import type { BackupSet } from "./backup-set";
import { type DatabaseArgs, kindOf } from "./databases";
import { orEnd, type Problem } from "./problem";
import { pausedReleases } from "./release-databases";
import { refusedBy, type Shape } from "./schema-tools";
import type { VaultStatus } from "./vaults/status";

/** The stack that backs a set up. */
export interface BackupStackArgs {
  /** Its name, as `<organization>/<project>/<stack>`; or `<stack>` in this organization and project. */
  stack: string;
}

/** Describes `BackupStackArgs`. */
export const backupStackSchema = z
  .strictObject({
    stack: z
      .string()
      .superRefine(refusedBy(stackNameProblem))
      .describe("Its name: <organization>/<project>/<stack>, or <stack> in this organization and project"),
  } satisfies Shape<BackupStackArgs>)
  .meta({ examples: [{ stack: "prod" }] })
  .describe(
    "Makes this a stack that only restores: drills run here, and the stack that is named backs the set up. Nothing is protected and no pods are paused from here; the restore points are those that the other stack's last `pulumi up` listed.",
  );

function stackNameProblem(name: string): string | undefined {
  if (/^[^/\s]+(\/[^/\s]+\/[^/\s]+)?$/.test(name)) return undefined;
  return `"${name}" is not the name of a stack; expected <organization>/<project>/<stack>, or <stack> in this organization and project`;
}

/** What of a set keeps a stack that only restores it from doing so. Paths begin at the configuration's root. */
export function backupStackProblems(databases: readonly DatabaseArgs[]): Problem[] {
  return databases.flatMap((database, index) => {
    const { kind, args } = kindOf(database);
    if (!isObject(args) || args.create === undefined) return [];
    return [
      {
        path: `databases[${index}].${kind.key}.create`,
        message:
          'this stack only restores (backup.stack), and the other stack creates the database; name it here as "existing"',
      },
    ];
  });
}

/** A set that another stack of this program backs up, and what that stack's outputs say of it. */
export interface BackupOfStack {
  set: BackupSet;
  restorePoints: pulumi.Output<RestorePoints>;
}

/**
 * The set for a stack that only restores. It reads the outputs of the stack that backs the set up, declares no pause schedule, and
 * protects nothing.
 */
export function backupOfStack(
  { stack }: BackupStackArgs,
  { databases, pause, vault }: Pick<ScalarBackupArgs, "databases" | "pause" | "vault">,
): BackupOfStack {
  const name = stack.includes("/") ? stack : `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const reference = new pulumi.StackReference("backup", { name });
  const restorePoints = reference
    .getOutput(OUTPUT)
    .apply((output) =>
      orEnd(`scalar-backup:backup.stack: ${name}`, async () =>
        restorePointsOf(output === undefined ? {} : { [OUTPUT]: output }),
      ),
    );
  return {
    restorePoints,
    set: {
      databases,
      releases: pausedReleases(pause),
      ...(vault && { vault, vaults: vaultsOf(reference) }),
      windows: restorePoints.apply(({ points }) => windowsOfPoints(points)),
      pauseProblems: restorePoints.apply(({ pauseProblems = [] }) => pauseProblems),
      ranges: restorePoints.apply(({ databases: ranges }) => ranges),
    },
  };
}

function vaultsOf(reference: pulumi.StackReference): pulumi.Output<VaultStatus[]> {
  // Another stack's output is `any` to the compiler; `ScalarRestore` checks it.
  return reference.requireOutput("vaults").apply((vaults): VaultStatus[] => vaults);
}
