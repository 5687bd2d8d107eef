import type {
  CreateDBInstanceMessage,
  DBInstance,
  DeleteDBInstanceMessage,
  ModifyDBInstanceMessage,
  RestoreDBInstanceFromDBSnapshotMessage,
  RestoreDBInstanceToPointInTimeMessage,
  Tag,
} from "@aws-sdk/client-rds";
import type { SimulatedClock } from "../clock";
import { arn } from "./account";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import { insightsOf, NO_INSIGHTS, type Row } from "./rds-database";
import { engineFacts, engineOf } from "./rds-engines";
import type { RdsGroups } from "./rds-groups";
import { Instance, type InstanceBackups, type InstanceSettings } from "./rds-instance";
import { nextWindow, type RenameStep } from "./rds-rename";
import { exportsAfter, masterUsername, retentionDays, takeFinalSnapshot } from "./rds-requests";
import type { RdsSnapshots } from "./rds-snapshots";
import { rdsTags } from "./tags";

const SECOND = 1000;

const CA_CERTIFICATE = "rds-ca-rsa2048-g1";
const DEFAULT_WINDOWS = { backupWindow: "13:07-13:37", maintenanceWindow: "tue:15:40-tue:16:10" };
const LEAST_STORAGE = 20;

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

/** What instances share with the clusters of their region. */
export interface InstancesContext {
  region: string;
  clock: SimulatedClock;
  identifiers: Identifiers;
  dns: string;
  groups: RdsGroups;
  snapshots: RdsSnapshots;
  /** @throws DBInstanceAlreadyExists for an identifier that an instance, be it a cluster's, has. */
  freeIdentifier(requested: string | undefined, renamed?: Instance): string;
  /** How an instance is renamed. */
  renameSteps(): readonly RenameStep[];
  /** Lets AWS Backup do what its schedule has made due. */
  beforeAccess(): void;
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
    const { name: engine, version } = engineOf(input.Engine, input.EngineVersion);
    const facts = engineFacts(engine);
    if (!facts.licences)
      throw new AwsError("InvalidParameterCombination", `The engine ${engine} needs a DB cluster for its instances.`);
    const username = masterUsername(input);
    if ((input.AllocatedStorage ?? 0) < LEAST_STORAGE)
      throw new AwsError(
        "InvalidParameterValue",
        `Invalid storage size for engine name ${engine} and storage type ${input.StorageType ?? "gp2"}: ${input.AllocatedStorage ?? 0}`,
      );
    if (input.DBName && facts.databaseName === "never")
      throw new AwsError("InvalidParameterValue", `DBName must be null for engine: ${engine}`);
    const encrypted = input.StorageEncrypted ?? false;
    const settings: InstanceSettings = {
      engine,
      engineVersion: version,
      class: classOf(input.DBInstanceClass),
      licenceModel: licenceOf(engine, input.LicenseModel),
      databaseName: input.DBName || (facts.databaseName === "oracle" ? "ORCL" : undefined),
      masterUsername: username,
      masterPassword: input.MasterUserPassword,
      managedPassword: input.ManageMasterUserPassword ?? false,
      port: input.Port ?? facts.port,
      parameterGroup: this.#context.groups.parameterGroup(input.DBParameterGroupName, engine, version),
      optionGroup: this.#context.groups.optionGroup(input.OptionGroupName, engine, version),
      subnetGroup: this.#context.groups.subnetGroup(input.DBSubnetGroupName),
      securityGroups: this.#context.groups.securityGroupsOf(input.VpcSecurityGroupIds),
      publiclyAccessible: input.PubliclyAccessible ?? false,
      multiAz: input.MultiAZ ?? false,
      availabilityZone: zoneOf(this.#context.region, input),
      storageEncrypted: encrypted,
      kmsKeyId: encrypted ? (input.KmsKeyId ?? arn("kms", this.#context.region, "alias/aws/rds")) : undefined,
      allocatedStorage: input.AllocatedStorage as number,
      maxAllocatedStorage: input.MaxAllocatedStorage,
      ...storageOf(input),
      networkType: input.NetworkType ?? "IPV4",
      backupRetentionPeriod: retentionDays(input.BackupRetentionPeriod ?? 1, 0),
      backupWindow: input.PreferredBackupWindow ?? DEFAULT_WINDOWS.backupWindow,
      maintenanceWindow: (input.PreferredMaintenanceWindow ?? DEFAULT_WINDOWS.maintenanceWindow).toLowerCase(),
      deletionProtection: input.DeletionProtection ?? false,
      copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
      autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
      iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
      logsExports: input.EnableCloudwatchLogsExports ?? [],
      ...monitoringOf(input),
      ...insightsOf(input),
      caCertificate: input.CACertificateIdentifier ?? CA_CERTIFICATE,
    };
    const source = input.replicaOf === undefined ? undefined : this.instance(input.replicaOf);
    const instance = this.#add(identifier, settings, input.Tags, source);
    return { ...instance.describe(), DBInstanceStatus: "creating" };
  }

  /** Makes another instance of an instance's past. What is not asked for gets AWS's defaults, but for what is the source's alone. */
  restoreToPointInTime(input: RestoreDBInstanceToPointInTimeMessage): DBInstance {
    const { instance: source, range } = this.#restoreSource(input);
    const identifier = this.#context.freeIdentifier(input.TargetDBInstanceIdentifier);
    return this.#restored(identifier, source.settings, input, () =>
      source.rowsAt(restoreInstant(input, source, range)),
    );
  }

  /** The same of a snapshot. */
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
    const engine = input.Engine ?? settings.engine;
    const oracle = engineFacts(engine).databaseName === "oracle";
    if (input.DBName && !oracle)
      throw new AwsError("InvalidParameterValue", "DBName must be null when Restoring for this Engine.");
    if (engine !== settings.engine && !(oracle && engineFacts(settings.engine).databaseName === "oracle"))
      throw new AwsError("InvalidParameterValue", `The engine ${engine} can't be restored from ${settings.engine}.`);
    const optionGroup = groups.optionGroup(input.OptionGroupName, engine, settings.engineVersion);
    const permanent = groups.optionGroups.get(settings.optionGroup)?.permanent ?? [];
    const missing = permanent.filter((option) => !groups.optionGroups.get(optionGroup)?.permanent.includes(option));
    if (missing.length)
      throw new AwsError(
        "InvalidParameterCombination",
        `The option group ${optionGroup} doesn't include the permanent option ${missing.join(", ")} of the source's option group ${settings.optionGroup}.`,
      );
    const rows = rowsOf();
    const copy = this.#add(
      identifier,
      {
        ...settings,
        engine,
        class: classOf(input.DBInstanceClass ?? settings.class),
        licenceModel: licenceOf(engine, input.LicenseModel ?? settings.licenceModel),
        databaseName: input.DBName ?? settings.databaseName,
        managedPassword: false,
        port: input.Port ?? settings.port,
        parameterGroup: groups.parameterGroup(input.DBParameterGroupName, engine, settings.engineVersion),
        optionGroup,
        subnetGroup: groups.subnetGroup(input.DBSubnetGroupName),
        securityGroups: groups.securityGroupsOf(input.VpcSecurityGroupIds),
        publiclyAccessible: input.PubliclyAccessible ?? false,
        multiAz: input.MultiAZ ?? false,
        availabilityZone: zoneOf(this.#context.region, input),
        // A restore of a snapshot knows nothing of it.
        maxAllocatedStorage: "MaxAllocatedStorage" in input ? input.MaxAllocatedStorage : undefined,
        ...storageOf({
          ...input,
          AllocatedStorage: settings.allocatedStorage,
          StorageType: input.StorageType ?? settings.storageType,
          Iops: input.Iops ?? (settings.storageType.startsWith("io") ? settings.iops : undefined),
        }),
        networkType: input.NetworkType ?? "IPV4",
        backupRetentionPeriod: retentionDays(input.BackupRetentionPeriod ?? settings.backupRetentionPeriod, 0),
        ...DEFAULT_WINDOWS,
        deletionProtection: input.DeletionProtection ?? false,
        copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
        autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
        iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
        logsExports: input.EnableCloudwatchLogsExports ?? [],
        monitoringInterval: 0,
        monitoringRoleArn: undefined,
        performanceInsightsKmsKeyId: undefined,
        performanceInsightsRetention: undefined,
        ...NO_INSIGHTS,
        caCertificate: CA_CERTIFICATE,
      },
      input.Tags,
    );
    for (const [table, key, row] of rows) copy.put(table, key, row, copy.createdAt);
    return { ...copy.describe(), DBInstanceStatus: "creating" };
  }

  modify(input: ModifyDBInstanceMessage): DBInstance {
    const instance = this.instance(input.DBInstanceIdentifier as string);
    const { settings } = instance;
    const { groups } = this.#context;
    const { engine, engineVersion } = settings;
    instance.checkAvailable();
    const days = input.BackupRetentionPeriod;
    if (days !== undefined && instance.recoveryPointArn && days !== settings.backupRetentionPeriod)
      throw new AwsError(
        "InvalidParameterValue",
        `RDS instance ${instance.identifier} is associated with the following AwsBackupRecoveryPointArn: ${instance.recoveryPointArn}. The BackupRetentionPeriod can be blank, or you can use the current value, ${settings.backupRetentionPeriod}. For more details, see the AWS Backup documentation.`,
      );
    if ((input.AllocatedStorage ?? settings.allocatedStorage) < settings.allocatedStorage)
      throw new AwsError("InvalidParameterCombination", "Requested storage cannot be lower than the current storage.");
    const wanted: Partial<InstanceSettings> = {
      class: input.DBInstanceClass && classOf(input.DBInstanceClass),
      engineVersion: input.EngineVersion && engineOf(engine, input.EngineVersion).version,
      licenceModel: input.LicenseModel && licenceOf(engine, input.LicenseModel),
      masterPassword: input.MasterUserPassword,
      managedPassword: input.ManageMasterUserPassword,
      port: input.DBPortNumber,
      parameterGroup:
        input.DBParameterGroupName && groups.parameterGroup(input.DBParameterGroupName, engine, engineVersion),
      optionGroup: input.OptionGroupName && groups.optionGroup(input.OptionGroupName, engine, engineVersion),
      subnetGroup: input.DBSubnetGroupName && groups.subnetGroup(input.DBSubnetGroupName),
      securityGroups: input.VpcSecurityGroupIds?.length
        ? groups.securityGroupsOf(input.VpcSecurityGroupIds)
        : undefined,
      publiclyAccessible: input.PubliclyAccessible,
      multiAz: input.MultiAZ,
      allocatedStorage: input.AllocatedStorage,
      maxAllocatedStorage: input.MaxAllocatedStorage,
      storageType: input.StorageType,
      iops: input.Iops,
      storageThroughput: input.StorageThroughput,
      networkType: input.NetworkType,
      backupWindow: input.PreferredBackupWindow,
      maintenanceWindow: input.PreferredMaintenanceWindow?.toLowerCase(),
      deletionProtection: input.DeletionProtection,
      copyTagsToSnapshot: input.CopyTagsToSnapshot,
      autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade,
      iamAuthentication: input.EnableIAMDatabaseAuthentication,
      logsExports: exportsAfter(settings.logsExports, input.CloudwatchLogsExportConfiguration),
      ...monitoringOf({
        MonitoringInterval: input.MonitoringInterval ?? settings.monitoringInterval,
        MonitoringRoleArn: input.MonitoringRoleArn ?? settings.monitoringRoleArn,
      }),
      ...insightsOf(input, settings),
      caCertificate: input.CACertificateIdentifier,
    };
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
    instance.rename(to, startsAt, this.#context.renameSteps());
  }

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

function restoreInstant(
  input: RestoreDBInstanceToPointInTimeMessage,
  source: Instance,
  { earliest, latest }: { earliest: number; latest: number },
): number {
  if ((input.RestoreTime === undefined) === !input.UseLatestRestorableTime)
    throw new AwsError(
      "InvalidParameterCombination",
      "Exactly one of RestoreTime and UseLatestRestorableTime must be specified.",
    );
  if (input.RestoreTime === undefined) return latest;
  const instant = input.RestoreTime.getTime();
  // Whole seconds are compared, since that is what a caller can read of the range.
  if (instant < Math.floor(earliest / SECOND) * SECOND || instant > latest)
    throw new AwsError(
      "InvalidRestoreFault",
      `Cannot restore DB instance ${source.identifier} to ${new Date(instant).toISOString()}: it is restorable from ${new Date(earliest).toISOString()} to ${new Date(latest).toISOString()}.`,
    );
  return Math.max(instant, earliest);
}

function classOf(name: string | undefined): string {
  if (!/^db\.[a-z0-9]+\.[a-z0-9]+$/.test(name ?? ""))
    throw new AwsError("InvalidParameterValue", `Invalid DB Instance class: ${name}`);
  return name as string;
}

function licenceOf(engine: string, requested: string | undefined): string {
  const licences = engineFacts(engine).licences ?? [];
  const licence = requested ?? licences[0];
  if (!licence || !licences.includes(licence))
    throw new AwsError("InvalidParameterCombination", `Invalid license model ${requested} for engine ${engine}.`);
  return licence;
}

function zoneOf(
  region: string,
  input: { AvailabilityZone?: string | undefined; MultiAZ?: boolean | undefined },
): string {
  if (input.AvailabilityZone && input.MultiAZ)
    throw new AwsError(
      "InvalidParameterCombination",
      "Requesting a specific availability zone is not valid for Multi-AZ instances.",
    );
  return input.AvailabilityZone ?? `${region}a`;
}

/** Each type of storage with the IOPS and throughput that AWS returns for it. */
function storageOf(input: {
  AllocatedStorage?: number | undefined;
  StorageType?: string | undefined;
  Iops?: number | undefined;
  StorageThroughput?: number | undefined;
}): Pick<InstanceSettings, "storageType" | "iops" | "storageThroughput"> {
  const storageType = input.StorageType ?? (input.Iops ? "io1" : "gp2");
  if (storageType.startsWith("io")) {
    if (!input.Iops)
      throw new AwsError(
        "InvalidParameterCombination",
        `You must specify the Iops parameter for storage type ${storageType}.`,
      );
    return { storageType, iops: input.Iops };
  }
  const large = (input.AllocatedStorage ?? 0) >= 400;
  if (storageType === "gp3" && !large && (input.Iops || input.StorageThroughput))
    throw new AwsError(
      "InvalidParameterCombination",
      "You can't specify IOPS or storage throughput for storage type gp3 and a storage size less than 400.",
    );
  if (storageType !== "gp3") return { storageType };
  return {
    storageType,
    iops: input.Iops ?? (large ? 12_000 : 3000),
    storageThroughput: input.StorageThroughput ?? (large ? 500 : 125),
  };
}

function monitoringOf(input: { MonitoringInterval?: number | undefined; MonitoringRoleArn?: string | undefined }) {
  if (input.MonitoringInterval && !input.MonitoringRoleArn)
    throw new AwsError(
      "InvalidParameterCombination",
      "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
    );
  return { monitoringInterval: input.MonitoringInterval ?? 0, monitoringRoleArn: input.MonitoringRoleArn };
}
