import type { DatabaseArgs } from "../databases";
import type { Fault } from "../faults";

/**
 * Why no vault is declared for the databases on Azure: asked for, it is an error that says what there is instead, rather than
 * a vault that would be thought to be there.
 */
export function azureVaultFaults(databases: readonly DatabaseArgs[], asked: unknown): Fault[] {
  if (asked === undefined) return [];
  const faults: Fault[] = databases.flatMap(({ name, azureMysql, azurePostgresql, cosmosdb }) => {
    const because = azureMysql
      ? "Microsoft has paused long-term retention for Azure Database for MySQL, and takes no server into a backup vault"
      : azurePostgresql
        ? "Azure Backup keeps PostgreSQL servers for long, but gives them back as files only, and this program does not declare it: set it up by hand"
        : cosmosdb
          ? "this program declares no vault for Azure Cosmos DB; its continuous backup reaches back 30 days"
          : undefined;
    return because === undefined ? [] : [{ path: "vault.azure", message: `${name}: ${because}` }];
  });
  return [...faults, { path: "vault.azure", message: "is for no database that a vault is declared for; remove it" }];
}
