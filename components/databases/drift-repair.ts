import type * as pulumi from "@pulumi/pulumi";
import { declareOperation, type OperationArgs } from "../operation";

/** The operations that repair what protects a database. */
type RepairName =
  | "protect-azure-server"
  | "protect-cosmosdb-account"
  | "protect-dynamodb-tables"
  | "protect-rds-cluster";

/** What a repair's request says of the problems that were found: a new input runs the operation again. */
export function noted<Problem>(problems: readonly Problem[]) {
  return problems.length > 0 ? { amiss: { observed: new Date().toISOString(), problems } } : {};
}

/**
 * Declares the operation that repairs a database's protection. It exists whatever is observed, or it would come and go with what it
 * fixes. Without problems, its inputs stay as they were; with some, its request names them (`noted`). A created resource of Azure's
 * has it too: azure-native compares inputs with inputs, and does not see what was changed in Azure.
 */
export function declareRepair<Name extends RepairName>(
  database: string,
  operation: Name,
  args: OperationArgs<Name>,
  problems: readonly unknown[],
  options: { parent: pulumi.Resource; after?: pulumi.Resource | undefined },
): void {
  declareOperation(`${database}-protection`, operation, args, {
    parent: options.parent,
    dependsOn: options.after ? [options.after] : [],
    ignoreChanges: problems.length === 0 ? ["*"] : [],
  });
}
