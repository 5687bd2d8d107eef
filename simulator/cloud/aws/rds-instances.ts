import type {
  CreateDBInstanceMessage,
  DBInstance,
  DeleteDBInstanceMessage,
  ModifyDBInstanceMessage,
  RestoreDBInstanceFromDBSnapshotMessage,
  RestoreDBInstanceToPointInTimeMessage,
  Tag,
} from "@aws-sdk/client-rds";
import { AwsError } from "./error";
import type { RdsContext } from "./rds-context";
import type { Row } from "./rds-database";
import { Instance, type InstanceBackups, type InstanceSettings } from "./rds-instance";
import {
  createdSettings,
  restoredEngine,
  restoredSettings,
  restoreInstant,
  wantedSettings,
} from "./rds-instance-requests";
import { nextWindow } from "./rds-rename";
import { retentionDays, takeFinalSnapshot } from "./rds-requests";
import { rdsTags } from "./tags";

/** What a change of waits for the maintenance window, unless `ApplyImmediately` is asked for. */
const DEFERRED: readonly (keyof InstanceSettings)[] = [
  "allocatedStorage",
  "class",
  "iops",
  "licenceModel",
  "multiAz",
  "storageThroughput",
  "storageType",
];

export interface InstancesContext extends RdsContext {
  /** @throws DBInstanceAlreadyExists if an instance, in a cluster or not, has the identifier */
  freeIdentifier(requested: string | undefined, renamed?: Instance): string;
}

/** The RDS instances of a region that belong to no cluster, by AWS's names and with AWS's requests, answers and errors. */
export class RdsInstances {
  readonly #context: InstancesContext;
  /** By resource id: names change. */
  readonly #instances = new Map<string, Instance>();
  readonly #retained = new Map<string, InstanceBackups>();

  constructor(context: InstancesContext) {
    this.#context = context;
  }

  find(identifierOrArn: string): Instance | undefined {
    this.#context.beforeAccess();
    const name = identifierOrArn.replace(/^arn:.*:db:/, "").toLowerCase();
    return [...this.#instances.values()].find((instance) => instance.identifier === name);
  }

  findById(resourceId: string): Instance | undefined {
    this.#context.beforeAccess();
    return this.#instances.get(resourceId);
  }

  /** @throws DBInstanceNotFound */
  instance(identifier: string): Instance {
    const found = this.find(identifier);
    if (!found) throw new AwsError("DBInstanceNotFound", `DBInstance ${identifier} not found.`, 404);
    return found;
  }

  /** In the order in which `DescribeDBInstances` pages through them. */
  all(): Instance[] {
    this.#context.beforeAccess();
    return [...this.#instances.values()].sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
  }

  /** Automated backups: of instances that live, and those retained of instances that are gone. */
  automatedBackups(): InstanceBackups[] {
    const live = this.all().map((instance) => instance.backups());
    return [...live.filter((backups) => backups !== undefined), ...this.#retained.values()];
  }

  create(input: CreateDBInstanceMessage & { replicaOf?: string }): DBInstance {
    const identifier = this.#context.freeIdentifier(input.DBInstanceIdentifier);
    const settings = createdSettings(input, this.#context);
    const source = input.replicaOf === undefined ? undefined : this.instance(input.replicaOf);
    const instance = this.#add(identifier, settings, input.Tags, source);
    return { ...instance.describe(), DBInstanceStatus: "creating" };
  }

  /** Restores an instance to a new one. Settings that the request leaves out get AWS's defaults, or the source's value. */
  restoreToPointInTime(input: RestoreDBInstanceToPointInTimeMessage): DBInstance {
    const { instance: source, range } = this.#restoreSource(input);
    const identifier = this.#context.freeIdentifier(input.TargetDBInstanceIdentifier);
    return this.#restored(identifier, source.settings, input, () =>
      source.rowsAt(restoreInstant(input, source, range)),
    );
  }

  /** The same from a snapshot. */
  restoreFromSnapshot(input: RestoreDBInstanceFromDBSnapshotMessage): DBInstance {
    const snapshot = this.#context.snapshots.instance(input.DBSnapshotIdentifier as string);
    const identifier = this.#context.freeIdentifier(input.DBInstanceIdentifier);
    return this.#restored(identifier, snapshot.settings, input, () => snapshot.rows);
  }

  #restored(
    identifier: string,
    settings: InstanceSettings,
    input: RestoreDBInstanceToPointInTimeMessage | RestoreDBInstanceFromDBSnapshotMessage,
    rowsOf: () => Iterable<[table: string, key: string, row: Row]>,
  ): DBInstance {
    const { groups } = this.#context;
    const engineAndOptions = restoredEngine(settings, input, groups);
    const rows = rowsOf();
    const copy = this.#add(identifier, restoredSettings(settings, engineAndOptions, input, this.#context), input.Tags);
    for (const [table, key, row] of rows) copy.put(table, key, row, copy.createdAt);
    return { ...copy.describe(), DBInstanceStatus: "creating" };
  }

  modify(input: ModifyDBInstanceMessage): DBInstance {
    const instance = this.instance(input.DBInstanceIdentifier as string);
    const { settings } = instance;
    instance.checkAvailable();
    const days = input.BackupRetentionPeriod;
    if (days !== undefined && instance.recoveryPointArn && days !== settings.backupRetentionPeriod)
      throw new AwsError(
        "InvalidParameterValue",
        `RDS instance ${instance.identifier} is associated with the following AwsBackupRecoveryPointArn: ${instance.recoveryPointArn}. The BackupRetentionPeriod can be blank, or you can use the current value, ${settings.backupRetentionPeriod}. For more details, see the AWS Backup documentation.`,
      );
    const wanted = wantedSettings(settings, input, this.#context.groups);
    if (days !== undefined) retentionDays(days, 0);
    const newIdentifier =
      input.NewDBInstanceIdentifier && this.#context.freeIdentifier(input.NewDBInstanceIdentifier, instance);
    // "any pending modifications are asynchronously applied as soon as possible" [AWS API Reference, ModifyDBInstance]
    if (input.ApplyImmediately) {
      Object.assign(settings, instance.pending);
      instance.pending = {};
      instance.startPendingRename();
    }
    const changes = Object.entries(wanted).filter(([, value]) => value !== undefined) as [
      keyof InstanceSettings,
      never,
    ][];
    const deferred = changes.filter(
      ([name, value]) => !input.ApplyImmediately && DEFERRED.includes(name) && settings[name] !== value,
    );
    Object.assign(instance.pending, Object.fromEntries(deferred));
    instance.settings = { ...settings, ...Object.fromEntries(changes.filter((change) => !deferred.includes(change))) };
    if (days !== undefined && days !== settings.backupRetentionPeriod) instance.retainBackupsFor(days);
    if (newIdentifier !== undefined) this.#rename(instance, newIdentifier, input.ApplyImmediately);
    return instance.describe();
  }

  #rename(instance: Instance, to: string, immediately: boolean | undefined): void {
    const now = this.#context.clock.now();
    const startsAt = immediately ? now : nextWindow(instance.settings.maintenanceWindow, now);
    instance.rename(to, startsAt, this.#context.renames.instance);
  }

  /** [moto: rds/models.py quotes AWS's words; botocore: rds/2014-10-31, DeleteDBInstanceMessage] */
  delete(input: DeleteDBInstanceMessage): DBInstance {
    const instance = this.instance(input.DBInstanceIdentifier as string);
    instance.checkAvailable();
    if (instance.settings.deletionProtection)
      throw new AwsError(
        "InvalidParameterCombination",
        "Cannot delete protected DB Instance, please disable deletion protection and try again.",
      );
    takeFinalSnapshot(this.#context.snapshots, instance, "DB Instance", input);
    instance.endRename();
    instance.replicaOf?.replicas.delete(instance);
    const kept = instance.backups("retained");
    if (input.DeleteAutomatedBackups === false && kept) this.#retained.set(instance.resourceId, kept);
    this.#instances.delete(instance.resourceId);
    return { ...instance.describe(), DBInstanceStatus: "deleting" };
  }

  #add(identifier: string, settings: InstanceSettings, tags: Tag[] | undefined, replicaOf?: Instance): Instance {
    const { clock, region, identifiers, dns } = this.#context;
    const ids = { resourceId: `db-${identifiers.capitals(26)}`, dns };
    const instance = new Instance(clock, region, identifier, ids, settings, {
      tags: rdsTags(tags),
      replicaOf,
    });
    this.#instances.set(instance.resourceId, instance);
    return instance;
  }

  #restoreSource(input: RestoreDBInstanceToPointInTimeMessage): InstanceBackups {
    const { SourceDBInstanceIdentifier: identifier, SourceDbiResourceId: resourceId } = input;
    if ((identifier === undefined) === (resourceId === undefined))
      throw new AwsError(
        "InvalidParameterCombination",
        "Exactly one of SourceDBInstanceIdentifier and SourceDbiResourceId must be specified.",
      );
    if (identifier !== undefined) {
      const instance = this.instance(identifier);
      const backups = instance.backups();
      if (!backups)
        throw new AwsError(
          "PointInTimeRestoreNotEnabled",
          `Point In Time Restore is not enabled for instance ${instance.identifier}`,
        );
      return backups;
    }
    const backups = this.automatedBackups().find(({ instance }) => instance.resourceId === resourceId);
    if (!backups)
      throw new AwsError(
        "DBInstanceAutomatedBackupNotFound",
        `DBInstanceAutomatedBackup not found for resource id ${resourceId}.`,
        404,
      );
    return backups;
  }
}
