import { neverSilent, type Say } from "./long-work";
import { ACCESS_VARIABLES, OPERATION_CLOUDS, type Operation, type OperationName } from "./requests";

// Each loads a module when its operation runs: the clouds' SDKs take long to load.
function dynamodb(): typeof import("./dynamodb-changes") {
  return require("./dynamodb-changes");
}
function dynamodbNamespaces(): typeof import("./dynamodb-namespaces") {
  return require("./dynamodb-namespaces");
}
function dynamodbVerification(): typeof import("./dynamodb-verification") {
  return require("./dynamodb-verification");
}
function quietGaps(): typeof import("./quiet-gaps") {
  return require("./quiet-gaps");
}
function dynamodbBackups(): typeof import("./dynamodb-backups") {
  return require("./dynamodb-backups");
}
function rds(): typeof import("./rds") {
  return require("./rds");
}
function multiAzProtection(): typeof import("./multi-az-protection") {
  return require("./multi-az-protection");
}
function multiAzCopies(): typeof import("./multi-az-copies") {
  return require("./multi-az-copies");
}
function azureServerChanges(): typeof import("./azure-server-changes") {
  return require("./azure-server-changes");
}
function cosmosdb(): typeof import("./cosmosdb-changes") {
  return require("./cosmosdb-changes");
}
function cosmosdbVerification(): typeof import("./cosmosdb-verification") {
  return require("./cosmosdb-verification");
}
function azureVaults(): typeof import("./azure-vaults") {
  return require("./azure-vaults");
}
function jobs(): typeof import("./kubernetes/job-result") {
  return require("./kubernetes/job-result");
}

function switchOvers(): typeof import("./switch-over") {
  return require("./switch-over");
}

const OPERATIONS: { [Name in OperationName]: () => Operation<Name> } = {
  "protect-dynamodb-tables": () => dynamodb().protectTables,
  "complete-dynamodb-copies": () => dynamodb().completeCopies,
  "rename-dynamodb-namespaces": () => dynamodbNamespaces().renameNamespaces,
  "verify-dynamodb-copies": () => dynamodbVerification().verifyCopies,
  "find-quiet-gaps": () => quietGaps().findQuietGaps,
  "delete-expired-window-backups": () => dynamodbBackups().deleteExpiredBackups,
  "complete-rds-instance-copy": () => rds().completeInstanceCopy,
  "protect-rds-cluster": () => multiAzProtection().protectCluster,
  "restore-rds-cluster-copy": () => multiAzCopies().restoreClusterCopy,
  "complete-rds-cluster-copy": () => multiAzCopies().completeClusterCopy,
  "delete-rds-cluster-copy": () => multiAzCopies().deleteClusterCopy,
  "protect-azure-server": () => azureServerChanges().protectServer,
  "complete-azure-server-copy": () => azureServerChanges().completeServer,
  "protect-cosmosdb-account": () => cosmosdb().protectAccount,
  "complete-cosmosdb-copy": () => cosmosdb().completeAccount,
  "verify-cosmosdb-copies": () => cosmosdbVerification().verifyCopies,
  "await-azure-backup-permission": () => azureVaults().awaitBackupPermission,
  "await-verification-job": () => jobs().awaitJob,
  "switch-over": () => switchOvers().switchOver,
  "abort-switch-over": () => switchOvers().abort,
};

export class UnknownOperation extends Error {}

/**
 * Runs one operation.
 * @param request JSON, as the component of the same version wrote it.
 * @param environment Holds the access to the cloud as JSON; without it, the SDK's own sources of credentials are used.
 * @param say Takes each step; the last line may be a result.
 * @param report Takes what goes on in a step that takes long, which is no part of the result.
 * @throws {UnknownOperation} for any other name.
 */
export async function runOperation(
  name: string | undefined,
  request: string,
  environment: Record<string, string | undefined>,
  say: Say,
  report: Say = () => {},
): Promise<void> {
  if (!isOperation(name))
    throw new UnknownOperation(
      `there is no operation ${name ?? "without a name"}; expected one of: ${Object.keys(OPERATION_CLOUDS).join(", ")}`,
    );
  await neverSilent(name, report, (said) =>
    run(name, request, environment, (line) => {
      said(line);
      say(line);
    }),
  );
}

async function run<Name extends OperationName>(
  name: Name,
  request: string,
  environment: Record<string, string | undefined>,
  say: Say,
): Promise<void> {
  const operation: Operation<Name> = OPERATIONS[name]();
  // JSON.parse returns `any`: declareOperation (components/operation.ts) wrote both texts from values of these types.
  await operation(JSON.parse(request), JSON.parse(environment[ACCESS_VARIABLES[OPERATION_CLOUDS[name]]] ?? "{}"), say);
}

function isOperation(name: string | undefined): name is OperationName {
  return name !== undefined && Object.hasOwn(OPERATION_CLOUDS, name);
}
