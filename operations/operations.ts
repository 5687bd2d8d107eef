import { AWS_ACCESS_VARIABLE, type AwsAccess } from "./aws";
import { AZURE_ACCESS_VARIABLE, type AzureAccess } from "./azure";

type Say = (line: string) => void;
/** An operation. Its request is what a component wrote, each step is said, and a failure can be run again. */
type Operation<Access> = (request: never, access: Access, say: Say) => Promise<void>;

const onAws = (load: () => Operation<AwsAccess>) => ({ variable: AWS_ACCESS_VARIABLE, load });
const onAzure = (load: () => Operation<AzureAccess>) => ({ variable: AZURE_ACCESS_VARIABLE, load });

/** By the names that components call them by. Each is loaded when it is run: the clouds' SDKs take their time. */
const OPERATIONS: Record<string, { variable: string; load: () => Operation<never> }> = {
  "protect-dynamodb-tables": onAws(() => (require("./dynamodb") as typeof import("./dynamodb")).protectTables),
  "complete-dynamodb-copies": onAws(() => (require("./dynamodb") as typeof import("./dynamodb")).completeCopies),
  "delete-expired-window-backups": onAws(
    () => (require("./dynamodb-backups") as typeof import("./dynamodb-backups")).deleteExpiredBackups,
  ),
  "complete-rds-instance-copy": onAws(() => (require("./rds") as typeof import("./rds")).completeInstanceCopy),
  "protect-rds-cluster": onAws(
    () => (require("./multi-az-protection") as typeof import("./multi-az-protection")).protectCluster,
  ),
  "restore-rds-cluster-copy": onAws(
    () => (require("./multi-az-copies") as typeof import("./multi-az-copies")).restoreClusterCopy,
  ),
  "complete-rds-cluster-copy": onAws(
    () => (require("./multi-az-copies") as typeof import("./multi-az-copies")).completeClusterCopy,
  ),
  "delete-rds-cluster-copy": onAws(
    () => (require("./multi-az-copies") as typeof import("./multi-az-copies")).deleteClusterCopy,
  ),
  "protect-azure-server": onAzure(() => (require("./azure-servers") as typeof import("./azure-servers")).protectServer),
  "complete-azure-server-copy": onAzure(
    () => (require("./azure-servers") as typeof import("./azure-servers")).completeServer,
  ),
  "protect-cosmosdb-account": onAzure(() => (require("./cosmosdb") as typeof import("./cosmosdb")).protectAccount),
  "complete-cosmosdb-copy": onAzure(() => (require("./cosmosdb") as typeof import("./cosmosdb")).completeAccount),
  "await-azure-backup-permission": onAzure(
    () => (require("./azure-vaults") as typeof import("./azure-vaults")).awaitBackupPermission,
  ),
};

export const OPERATION_NAMES: readonly string[] = Object.keys(OPERATIONS);

export class UnknownOperation extends Error {}

/**
 * Runs one operation.
 * @param request JSON.
 * @param environment Where the access to the cloud is said.
 * @throws {UnknownOperation} when there is none of that name.
 */
export async function runOperation(
  name: string | undefined,
  request: string,
  environment: Record<string, string | undefined>,
  say: Say,
): Promise<void> {
  const operation = name === undefined ? undefined : OPERATIONS[name];
  if (operation === undefined)
    throw new UnknownOperation(`unknown operation ${name ?? "(none)"}; there are: ${OPERATION_NAMES.join(", ")}`);
  const run = operation.load();
  await run(JSON.parse(request) as never, JSON.parse(environment[operation.variable] ?? "{}") as never, say);
}
