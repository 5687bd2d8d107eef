export type { DatabaseAtPoint, RestorePoint, RestorePoints } from "../restore-points/points";
export type { CoordinatorContainer, CoordinatorTable } from "../restore-points/quiet-gaps";
export type { DatabaseRange } from "../restore-points/ranges";
export type { PauseNeed } from "../restore-points/rules/pause-need";
export type { Verdict } from "../restore-points/verification/verdict";
export type {
  BackedUpDatabase,
  PausedRelease,
  PauseWindow,
  RecordingRun,
  WindowBackups,
} from "../restore-points/window";
export type { CoveredRelease } from "../restore-points/windows";
export { ScalarBackup } from "./backup";
export type { ScalarBackupArgs } from "./backup-args";
export type { BackupSet } from "./backup-set";
export type { AwsRegionArgs } from "./cloud-settings";
export type { DatabaseArgs } from "./databases";
export type { AuroraArgs, AuroraCreateArgs, AuroraExistingArgs, AuroraRestoreToArgs } from "./databases/aurora/args";
export type { AzureMysqlArgs, AzureMysqlCreateArgs } from "./databases/azure-mysql";
export type { AzurePostgresqlArgs, AzurePostgresqlCreateArgs } from "./databases/azure-postgresql";
export type { AzureServerExistingArgs, AzureServerRestoreToArgs } from "./databases/azure-server/args";
export type {
  CosmosdbCreateArgs,
  CosmosdbExistingArgs,
  CosmosdbNetworkArgs,
  CosmosdbRestoreToArgs,
  SchemaLoaderArgs,
} from "./databases/cosmosdb/args";
export { type CosmosdbArgs, CosmosdbNetworkPublicNetworkAccess } from "./databases/cosmosdb/args";
export type { ResourceArgs } from "./databases/create/resource-args";
export type {
  DynamodbArgs,
  DynamodbCreateArgs,
  DynamodbExistingArgs,
  DynamodbRestoreToArgs,
  DynamodbWindowBackupsArgs,
} from "./databases/dynamodb/args";
export type { DatabaseStatus } from "./databases/kind";
export type { RdsArgs, RdsCreateArgs, RdsExistingArgs, RdsRestoreToArgs } from "./databases/rds/args";
export type { PauseAwsArgs, PauserResourcesArgs, PauseScheduleArgs, WindowBackupArgs } from "./pause/args";
export type { NotifyArgs, NotifyEndpointArgs, OtlpArgs, SecretKeyArgs, WebhookArgs } from "./pause/notify-args";
export { NotifyWhen } from "./pause/notify-args";
export type { OtherClusterArgs, OtherRecordArgs } from "./pause/other-cluster-args";
export { PauseSchedule } from "./pause/pause-schedule";
export type { ReleaseArgs, ReleaseNameArgs, ReleaseTlsArgs } from "./pause/release-args";
export { type PodArgs, TaintEffect, type TolerationArgs, TolerationOperator } from "./pod-args";
export type { PausedReleaseArgs } from "./release-databases";
export { type RestoredCopy, ScalarRestore } from "./restore";
export type { ScalarRestoreArgs } from "./restore-args";
export { RestoreMode } from "./restore-mode";
export type { SwitchOverArgs } from "./switch-over/args";
export type { SwitchOverPlan } from "./switch-over/plan";
export type { VaultArgs } from "./vaults/args";
export type {
  AwsVaultArgs,
  KeepRestoredArgs,
  RestoreTestingArgs,
  SelectByTagArgs,
  VaultLockArgs,
  VaultNotificationsArgs,
} from "./vaults/aws/args";
export type { CopyToArgs, LifecycleArgs, VaultRuleArgs } from "./vaults/aws/rule-args";
export type { AzureLifecycleArgs, AzureVaultArgs, SoftDeleteArgs, WeeklyArgs } from "./vaults/azure/args";
export { AzureVaultImmutability, AzureVaultRedundancy, SoftDeleteState, WeeklyDay } from "./vaults/azure/vault-enums";
export type { DatabaseVaultArgs } from "./vaults/database-vault";
export type { RestoreFromArgs } from "./vaults/restore-from";
export type { VaultCopies, VaultStatus } from "./vaults/status";
export type { VerifyArgs } from "./verification/args";
export type { CheckArgs, JobResourcesArgs, ScanArgs } from "./verification/job-args";
export type { RestoreVerification } from "./verification/restore-verification";
