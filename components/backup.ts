import * as pulumi from "@pulumi/pulumi";
import { type RestorePoints, restorePoints } from "../restore-points/points";
import type { DatabaseRange } from "../restore-points/ranges";
import { inOrder } from "../restore-points/record";
import { type PauseNeed, pauseNeed } from "../restore-points/rules/pause-need";
import { readScalarAdminLines, withImported } from "../restore-points/scalar-admin";
import type { PauseWindow } from "../restore-points/window";
import type { ScalarBackupArgs } from "./backup-args";
import type { BackupSet } from "./backup-set";
import type { AwsSettings } from "./cloud-settings";
import { coordinatorProblems } from "./coordinator";
import { type DatabaseArgs, kindOf } from "./databases";
import type { DatabaseStatus } from "./databases/kind";
import { ManagedDatabase } from "./databases/managed-database";
import { awsSettings, azureSettings } from "./databases/settings";
import { PauseSchedule } from "./pause/pause-schedule";
import { backupNamePrefix } from "./pause/window-backups";
import { setMembers } from "./pause-need";
import { endProgram, refuse, warnOf } from "./problem";
import { pausedReleases, withoutTransactions } from "./release-databases";
import { setProblems } from "./set-problems";
import { setPods } from "./switch-over/set-pods";
import type { AwsVaultArgs } from "./vaults/aws/args";
import { checkOptIn, type SelectedDatabase } from "./vaults/aws/opt-in";
import { continuousRun } from "./vaults/aws/plans";
import { continuousRule, type VaultedDatabase, vaultedDatabases } from "./vaults/aws/rules";
import { AwsVault } from "./vaults/aws/vault";
import { type NotKept, notKept, type VaultedServer, vaultedServers } from "./vaults/azure/rules";
import { AzureVault } from "./vaults/azure/vault";
import { continuousBackups } from "./vaults/continuous-backup";
import type { VaultStatus } from "./vaults/status";
import { setWarnings } from "./warnings";
import { windowBackupsOf } from "./window-backups";

/**
 * Protects a set of managed databases, so that all of them can be restored to one instant at which no transaction was
 * running. Pods are paused on a schedule if the databases need that, and only then.
 *
 * @throws {pulumi.InputPropertiesError} with all problems of the args.
 */
export class ScalarBackup extends pulumi.ComponentResource {
  /** Whether pods are paused, with the reason as text. */
  readonly pauseRequired: pulumi.Output<PauseNeed>;
  /** What can be restored, newest first. */
  readonly restorePoints: pulumi.Output<RestorePoints>;
  /** What protects each database now. */
  readonly databases: pulumi.Output<DatabaseStatus[]>;
  /** The restorable range of each database. */
  readonly ranges: pulumi.Output<DatabaseRange[]>;
  /** The vaults, and what they keep of each database; none without `vault`. */
  readonly vaults: pulumi.Output<VaultStatus[]>;
  /** The recorded pause windows of every cluster and the imported ones, oldest first. */
  readonly windows: pulumi.Output<PauseWindow[]>;
  /** The windows that this stack's own pauser has recorded: what a stack of another cluster reads. */
  readonly ownWindows: pulumi.Output<PauseWindow[]> = pulumi.output([]);
  /** What a `ScalarRestore` needs to know of this set: its `backup`. Another stack's gets some of it as this stack's outputs. */
  readonly set: BackupSet;

  constructor(name: string, args: ScalarBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scalar-backup:index:ScalarBackup", name, {}, opts);
    const aws = awsSettings(this, args.aws?.region);
    const problems = setProblems(args, aws);
    if (problems.length > 0) refuse("ScalarBackup", problems);
    warnOf(setWarnings(args, aws), this);

    const tags = args.tags ?? {};
    const need = pauseNeed(setMembers(args.databases));
    const releases = pausedReleases(args.pause);
    const vaulted = args.vault?.aws ? vaultedDatabases(args.databases, args.vault.aws, aws) : [];
    const context = {
      tags,
      aws,
      azure: azureSettings(this),
      continuousBackup: continuousBackups(name, tags, aws, this),
      backupNamePrefix: backupNamePrefix(`${name}-pause`),
      keptContinuously: (database: string) => keptContinuously(name, vaulted, database, args.vault?.aws),
    };
    checkOptIn(selectedByBackup(args.databases, vaulted, args.vault?.aws, aws), aws, this);
    const managed = args.databases.map(
      (database) => new ManagedDatabase(`${name}-${database.name}`, database, context, { parent: this }),
    );

    const holders = pulumi.all(
      args.databases.map((database, index) => {
        const { name: holder, kind } = kindOf(database);
        const finding = managed[index]?.coordinator ?? pulumi.output({});
        return finding.apply((each) => ({ ...each, name: holder, relational: kind.relational }));
      }),
    );
    holders.apply((found) => {
      const problems = coordinatorProblems(found, args.pause?.releases ?? []);
      return problems.length > 0 ? endProgram(problems.join("\n")) : undefined;
    });

    let windows: pulumi.Output<PauseWindow[]> = pulumi.output([]);
    let pauseProblems: pulumi.Output<string[]> = pulumi.output([]);
    if (need.required && args.pause) {
      const imported = readScalarAdminLines(args.importedWindows ?? "", args.pause.cluster).windows;
      const windowBackups = windowBackupsOf(args.databases, aws);
      const schedule = new PauseSchedule(
        `${name}-pause`,
        {
          labels: tags,
          ...args.pause,
          ...(windowBackups.length > 0 && { windowBackups }),
          ...(args.switchingOver && { switchingOver: true }),
        },
        // What this waits for is created before the schedule's namespaces are looked up.
        { parent: this, dependsOn: opts?.dependsOn },
      );
      this.ownWindows = schedule.windows;
      windows = pulumi
        .all([schedule.windows, schedule.otherWindows])
        .apply(([own, others]) => withImported(inOrder([...own, ...others]), imported));
      pauseProblems = schedule.problems;
    } else {
      if (args.pause) pulumi.log.info(`no pods are paused: ${need.because}`, this);
      if (args.importedWindows !== undefined) pulumi.log.info(`imported windows are not needed: ${need.because}`, this);
    }

    const vaults: pulumi.Output<VaultStatus[]>[] = [];
    if (args.vault?.aws) {
      const restoreRegions = args.databases.flatMap(({ dynamodb }) => dynamodb?.restoreTo?.region ?? []);
      vaults.push(
        new AwsVault(
          awsVaultName(name),
          { vault: args.vault.aws, databases: vaulted, need, restoreRegions, aws, tags },
          { parent: this },
        ).vaults,
      );
      warnOfSnapshots(args.vault.aws, vaulted, need, this);
    }
    if (args.vault?.azure) {
      const { azure } = args.vault;
      const servers = vaultedServers(args.databases, azure).flatMap((server) => {
        const resource = managed[server.index]?.azureResource;
        return resource === undefined ? [] : [{ ...server, resource }];
      });
      const missing = notKept(args.databases);
      vaults.push(
        new AzureVault(
          `${name}-azure-vault`,
          { vault: azure, databases: servers, notKept: missing, need, azure: context.azure, tags },
          { parent: this },
        ).vaults,
      );
      warnOfWeekly(azure.name, servers, missing, need, this);
    }
    this.vaults = pulumi.all(vaults).apply((each) => each.flat());

    this.pauseRequired = pulumi.output(need);
    this.databases = pulumi.all(managed.map((database) => database.status));
    this.ranges = pulumi.all(managed.map((database) => database.range));
    this.windows = windows;
    this.restorePoints = pulumi.all([windows, this.ranges, pauseProblems]).apply(([recorded, ranges, problems]) =>
      restorePoints({
        now: Date.now(),
        pauseRequired: need.required,
        releases,
        withoutTransactions: withoutTransactions(releases),
        windows: recorded,
        databases: ranges,
        pauseProblems: problems,
      }),
    );
    this.set = {
      databases: args.databases,
      releases,
      vault: args.vault,
      windows,
      pauseProblems,
      ranges: this.ranges,
      vaults: this.vaults,
      pods: setPods(args.pause, need.required ? `${name}-pause` : undefined, this),
    };
    // `set` repeats args and outputs: the state of existing stacks has no such output.
    this.registerOutputs({
      pauseRequired: this.pauseRequired,
      restorePoints: this.restorePoints,
      databases: this.databases,
      ranges: this.ranges,
      windows: this.windows,
      vaults: this.vaults,
    });
  }
}

/** The databases that plans of AWS Backup select: the set's vault's, and those of existing databases that it keeps continuously. */
function selectedByBackup(
  databases: readonly DatabaseArgs[],
  vaulted: readonly VaultedDatabase[],
  vault: AwsVaultArgs | undefined,
  aws: AwsSettings,
): SelectedDatabase[] {
  return databases.flatMap((database): SelectedDatabase[] => {
    const { name, kind, args } = kindOf(database);
    const source = kind.awsBackup?.(name, args, aws);
    if (source?.region === undefined || source.gone) return [];
    const inVault = vaulted.some((each) => each.name === name);
    if (!inVault && source.notContinuousBecause !== undefined) return [];
    const { resourceType, region } = source;
    // If tags alone select the resources, AWS Backup backs up only the services that the region has opted in to.
    return [
      { name, resourceType, region, needsOptIn: source.needsOptIn || (inVault && vault?.selectByTag !== undefined) },
    ];
  });
}

function keptContinuously(set: string, vaulted: VaultedDatabase[], name: string, vault: AwsVaultArgs | undefined) {
  const database = vaulted.find((each) => each.name === name);
  const days = continuousRule(database)?.lifecycle?.deleteAfter;
  const plan = database && vault && continuousRun(awsVaultName(set), database, vault);
  return vault === undefined || days === undefined || plan === undefined
    ? undefined
    : { vault: vault.name, days, plan };
}

/** The name of the set's AWS vault as a component. */
function awsVaultName(set: string): string {
  return `${set}-aws-vault`;
}

/** The trap of scheduled copies: they look like a backup of the set, and are none. */
function warnOfSnapshots(vault: AwsVaultArgs, vaulted: VaultedDatabase[], need: PauseNeed, parent: pulumi.Resource) {
  const snapshots = vaulted.filter(({ rules }) => rules.some((rule) => !rule.continuous));
  if (!need.required || snapshots.length === 0) return;
  pulumi.log.warn(
    `scheduled copies of ${snapshots.map(({ name }) => name).join(", ")} in vault ${vault.name} are per-database copies, not restore points of the set: ${need.because}. ${
      vault.keepRestored
        ? "Consistent ones get there from each restore of a restore point, while its copies exist (vault.aws.keepRestored)."
        : "For consistent ones, set vault.aws.keepRestored and restore a restore point now and then."
    }`,
    parent,
  );
}

/** The same of Azure Backup's, and what it keeps nothing of. */
function warnOfWeekly(
  vault: string,
  servers: VaultedServer[],
  missing: NotKept[],
  need: PauseNeed,
  parent: pulumi.Resource,
) {
  if (need.required)
    pulumi.log.warn(
      `scheduled copies of ${servers.map(({ name }) => name).join(", ")} in vault ${vault} are per-database copies, not restore points of the set: ${need.because}. Azure Backup makes no others: restore points of the set are within point-in-time recovery only.`,
      parent,
    );
  if (missing.length > 0)
    pulumi.log.warn(
      `vault ${vault} keeps nothing of ${missing.map(({ name, because }) => `${name}: ${because}`).join("; ")}`,
      parent,
    );
}
