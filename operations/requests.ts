import type { QuietGapsSearch } from "../restore-points/quiet-gaps";
import type { AwsAccess } from "./aws";
import type { AzureAccess } from "./azure";
import type { ServerCompletion, ServerProtection } from "./azure-server-changes";
import type { BackupPermissionRequest } from "./azure-vaults";
import type { AccountCompletion, AccountProtection } from "./cosmosdb-changes";
import type { CosmosdbVerification } from "./cosmosdb-verification";
import type { ExpiredBackups } from "./dynamodb-backups";
import type { CopiesCompletion, TablesProtection } from "./dynamodb-changes";
import type { NamespacesRenaming } from "./dynamodb-namespaces";
import type { DynamodbVerification } from "./dynamodb-verification";
import type { JobEnd } from "./kubernetes/job-result";
import type { ClusterChoice } from "./kubernetes/kubeconfig";
import type { ClusterCompletion, ClusterCopy, ClusterRestore } from "./multi-az-copies";
import type { ClusterProtection } from "./multi-az-protection";
import type { InstanceCompletion } from "./rds";
import type { SwitchOver, SwitchOverAccess } from "./switch-over/request";

/** Every operation, and the cloud that it works on, or that it works on several. Stacks' states hold these names. */
export const OPERATION_CLOUDS = {
  "protect-dynamodb-tables": "aws",
  "complete-dynamodb-copies": "aws",
  "rename-dynamodb-namespaces": "aws",
  "verify-dynamodb-copies": "aws",
  "find-quiet-gaps": "aws",
  "delete-expired-window-backups": "aws",
  "complete-rds-instance-copy": "aws",
  "protect-rds-cluster": "aws",
  "restore-rds-cluster-copy": "aws",
  "complete-rds-cluster-copy": "aws",
  "delete-rds-cluster-copy": "aws",
  "protect-azure-server": "azure",
  "complete-azure-server-copy": "azure",
  "protect-cosmosdb-account": "azure",
  "complete-cosmosdb-copy": "azure",
  "verify-cosmosdb-copies": "azure",
  "await-azure-backup-permission": "azure",
  "await-verification-job": "kubernetes",
  "switch-over": "several",
  "abort-switch-over": "several",
} as const;

/** The environment variables in which an operation is given how it reaches its cloud, as JSON (`AccessOf`). */
export const ACCESS_VARIABLES = {
  aws: "SCALAR_BACKUP_AWS_ACCESS",
  azure: "SCALAR_BACKUP_AZURE_ACCESS",
  kubernetes: "SCALAR_BACKUP_KUBERNETES_ACCESS",
  several: "SCALAR_BACKUP_SWITCH_OVER_ACCESS",
};

export type OperationName = keyof typeof OPERATION_CLOUDS;

/** What each operation is asked. The component that declares it and the function that runs it are both typed by this. */
interface Requests {
  "protect-dynamodb-tables": Repair<TablesProtection>;
  "complete-dynamodb-copies": CopiesCompletion;
  "rename-dynamodb-namespaces": NamespacesRenaming;
  "verify-dynamodb-copies": DynamodbVerification;
  "find-quiet-gaps": QuietGapsSearch;
  "delete-expired-window-backups": ExpiredBackups;
  "complete-rds-instance-copy": InstanceCompletion;
  "protect-rds-cluster": Repair<ClusterProtection>;
  "restore-rds-cluster-copy": ClusterRestore;
  "complete-rds-cluster-copy": ClusterCompletion;
  "delete-rds-cluster-copy": ClusterCopy;
  "protect-azure-server": Repair<ServerProtection>;
  "complete-azure-server-copy": ServerCompletion;
  "protect-cosmosdb-account": Repair<AccountProtection>;
  "complete-cosmosdb-copy": AccountCompletion;
  "verify-cosmosdb-copies": CosmosdbVerification;
  "await-azure-backup-permission": BackupPermissionRequest;
  "await-verification-job": JobEnd;
  "switch-over": SwitchOver;
  "abort-switch-over": SwitchOver;
}

/** A repair's request also says what was wrong and when: so it differs from the last one, and the operation runs again. */
type Repair<Request> = Request & { amiss?: { observed: string; problems: readonly unknown[] } };

export type RequestOf<Name extends OperationName> = Requests[Name];

/** How an operation reaches its cloud. */
export type AccessOf<Name extends OperationName> = {
  aws: AwsAccess;
  azure: AzureAccess;
  kubernetes: ClusterChoice;
  several: SwitchOverAccess;
}[(typeof OPERATION_CLOUDS)[Name]];

/** An operation. Each step is reported to `say`; a run that failed can be repeated. */
export type Operation<Name extends OperationName> = (
  request: RequestOf<Name>,
  access: AccessOf<Name>,
  say: (line: string) => void,
) => Promise<void>;
