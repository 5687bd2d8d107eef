import * as pulumi from "@pulumi/pulumi";
import { type RestorePoints, restorePoints } from "../restore-points/points";
import type { DatabaseRange } from "../restore-points/ranges";
import { readScalarAdminLines, withImported } from "../restore-points/scalar-admin";
import type { PauseWindow, ReleaseName } from "../restore-points/window";
import { type DatabaseArgs, databaseFaults } from "./databases";
import type { DatabaseStatus } from "./databases/kind";
import { ManagedDatabase } from "./databases/managed-database";
import { awsSettings, azureSettings } from "./databases/settings";
import { refuse } from "./faults";
import { importedWindowFaults } from "./pause/imported-windows";
import { PauseSchedule, type PauseScheduleArgs } from "./pause/pause-schedule";
import { pauseNeedFaults, setMembers } from "./pause-need";
import { type PauseNeed, pauseNeed } from "./rules/pause-need";
import { continuousBackups } from "./vaults/continuous-backup";

/** What is to be backed up as one set, to one instant. */
export interface ScalarBackupArgs {
  /** The managed databases that ScalarDB or ScalarDL keep their data in. At least one. */
  databases: DatabaseArgs[];
  /** When and what to pause. Needed as soon as the set has a NoSQL database, or more than one database. */
  pause?: PauseScheduleArgs;
  /**
   * Pause windows that Scalar's own tool made: the lines that scalar-admin-for-kubernetes printed for the releases of
   * `pause`, with or without its log around them. They count beside the recorded windows. Defaults to none.
   */
  importedWindows?: string;
  /** Tags for every resource that takes tags, and labels in Kubernetes. */
  tags?: Record<string, string>;
}

/** The releases of a pause, as its windows name them. */
export function pausedReleases(pause: PauseScheduleArgs | undefined): ReleaseName[] {
  return (pause?.releases ?? []).map(({ namespace, name }) => ({ cluster: pause?.cluster, namespace, name }));
}

/**
 * Protects a set of managed databases, so that all of them can be restored to one instant at which no transaction was
 * running. Pods are paused on a schedule if the databases need that, and only then.
 *
 * @throws {pulumi.InputPropertiesError} with all faults of the args.
 */
export class ScalarBackup extends pulumi.ComponentResource {
  /** Whether pods are paused, and why, in words. */
  readonly pauseRequired: pulumi.Output<PauseNeed>;
  /** What can be restored, newest first. */
  readonly restorePoints: pulumi.Output<RestorePoints>;
  /** What protects each database now. */
  readonly databases: pulumi.Output<DatabaseStatus[]>;
  /** The restorable range of each database. */
  readonly ranges: pulumi.Output<DatabaseRange[]>;
  /** The recorded and the imported pause windows, oldest first. */
  readonly windows: pulumi.Output<PauseWindow[]>;

  constructor(name: string, args: ScalarBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scalar-backup:index:ScalarBackup", name, {}, opts);
    const aws = awsSettings();
    const faults = [...databaseFaults(args.databases, aws)];
    if (faults.length === 0) faults.push(...pauseNeedFaults(args.databases, args.pause));
    if (args.importedWindows !== undefined)
      faults.push(
        ...importedWindowFaults(args.importedWindows).map((fault) => ({ ...fault, path: "importedWindows" })),
      );
    if (faults.length > 0) refuse("ScalarBackup", faults);

    const tags = args.tags ?? {};
    const context = { tags, aws, azure: azureSettings(), continuousBackup: continuousBackups(name, tags, this) };
    const managed = args.databases.map(
      (database) => new ManagedDatabase(`${name}-${database.name}`, database, context, { parent: this }),
    );

    const need = pauseNeed(setMembers(args.databases));
    let windows: pulumi.Output<PauseWindow[]> = pulumi.output([]);
    if (need.required && args.pause) {
      const imported = readScalarAdminLines(args.importedWindows ?? "", args.pause.cluster).windows;
      const schedule = new PauseSchedule(`${name}-pause`, { labels: tags, ...args.pause }, { parent: this });
      windows = schedule.windows.apply((recorded) => withImported(recorded, imported));
    } else {
      if (args.pause) pulumi.log.info(`no pods are paused: ${need.because}`, this);
      if (args.importedWindows !== undefined) pulumi.log.info(`imported windows are not needed: ${need.because}`, this);
    }

    this.pauseRequired = pulumi.output(need);
    this.databases = pulumi.all(managed.map((database) => database.status));
    this.ranges = pulumi.all(managed.map((database) => database.range));
    this.windows = windows;
    this.restorePoints = pulumi.all([windows, this.ranges]).apply(([recorded, ranges]) =>
      restorePoints({
        now: Date.now(),
        pauseRequired: need.required,
        releases: pausedReleases(args.pause),
        windows: recorded,
        databases: ranges,
      }),
    );
    this.registerOutputs({
      pauseRequired: this.pauseRequired,
      restorePoints: this.restorePoints,
      databases: this.databases,
      ranges: this.ranges,
      windows: this.windows,
    });
  }
}
