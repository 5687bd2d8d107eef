import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { azureServerBackupRetention } from "./databases/azure-server-backup-retention";
import { azureServerFirewall } from "./databases/azure-server-firewall";
import { cosmosdbContinuousBackup } from "./databases/cosmosdb-continuous-backup";
import { cosmosdbStrongConsistency } from "./databases/cosmosdb-strong-consistency";
import { databaseDeletionProtection } from "./databases/database-deletion-protection";
import { databaseEncryption } from "./databases/database-encryption";
import { databaseNotPublic } from "./databases/database-not-public";
import { databaseProtected } from "./databases/database-protected";
import { dynamodbPointInTimeRecovery } from "./databases/dynamodb-point-in-time-recovery";
import { rdsBackupRetention } from "./databases/rds-backup-retention";
import { rdsKeepAutomatedBackups } from "./databases/rds-keep-automated-backups";
import { pauseDeadline } from "./pausing/pause-deadline";
import { pauseForbidsConcurrency } from "./pausing/pause-forbids-concurrency";
import { pauseMinimalRbac } from "./pausing/pause-minimal-rbac";
import { pauseNotSuspended } from "./pausing/pause-not-suspended";
import { pausePodHardened } from "./pausing/pause-pod-hardened";
import type { Documented } from "./resource-policy";
import { awsBackupCoversDatabase } from "./sets/aws-backup-covers-database";
import { databaseInSet } from "./sets/database-in-set";
import { drillCopiesRemoved } from "./sets/drill-copies-removed";
import { drillRecent } from "./sets/drill-recent";
import { pauseCoversReleases } from "./sets/pause-covers-releases";
import { restorePointsAvailable } from "./sets/restore-points-available";
import { snapshotsOfPausedSet } from "./sets/snapshots-of-paused-set";
import { backupPlanCopies } from "./vaults/backup-plan-copies";
import { backupPlanFitsVaultLock } from "./vaults/backup-plan-fits-vault-lock";
import { backupPlanLifecycle } from "./vaults/backup-plan-lifecycle";
import { backupVaultForceDestroy } from "./vaults/backup-vault-force-destroy";
import { backupVaultLock } from "./vaults/backup-vault-lock";
import { backupVaultSoftDelete } from "./vaults/backup-vault-soft-delete";

/** Every policy of the pack, in the order of its documentation. */
export const policies: Documented<ResourceValidationPolicy | StackValidationPolicy>[] = [
  dynamodbPointInTimeRecovery,
  rdsBackupRetention,
  rdsKeepAutomatedBackups,
  cosmosdbContinuousBackup,
  cosmosdbStrongConsistency,
  azureServerBackupRetention,
  databaseDeletionProtection,
  databaseProtected,
  databaseEncryption,
  databaseNotPublic,
  azureServerFirewall,
  backupVaultLock,
  backupVaultForceDestroy,
  backupVaultSoftDelete,
  backupPlanLifecycle,
  backupPlanCopies,
  backupPlanFitsVaultLock,
  pauseForbidsConcurrency,
  pauseNotSuspended,
  pauseDeadline,
  pausePodHardened,
  pauseMinimalRbac,
  databaseInSet,
  pauseCoversReleases,
  restorePointsAvailable,
  snapshotsOfPausedSet,
  awsBackupCoversDatabase,
  drillCopiesRemoved,
  drillRecent,
];
