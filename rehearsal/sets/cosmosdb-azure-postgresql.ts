import { azurePostgresqlPart } from "./azure-postgresql";
import { cosmosdbPart } from "./cosmosdb";
import { setOf } from "./part";
import { PAUSED } from "./pause";

/** ScalarDB on Azure. */
export const cosmosdbAzurePostgresql = setOf([cosmosdbPart("ledger"), azurePostgresqlPart("customers")], {
  name: "cosmosdb-azure-postgresql",
  title: "ScalarDB Cluster on Cosmos DB (ledger) and Azure Database for PostgreSQL (customers)",
  config: { ...PAUSED, "scalar-backup:tags": { service: "payments" } },
});
