import { buildAzureMysql } from "../../../rehearsal/sets/azure-mysql";
import { buildAzurePostgresql } from "../../../rehearsal/sets/azure-postgresql";
import { contract } from "./contract";
import { azureServer, cosmosdb } from "./kinds/azure";

contract([
  cosmosdb,
  azureServer({
    kind: "azure-mysql",
    key: "azureMysql",
    slug: "az-mysql",
    type: "Microsoft.DBforMySQL/flexibleServers",
    apiVersion: "2023-12-30",
    servers: (cloud) => cloud.azure.mysql,
    build: buildAzureMysql,
    version: "8.0.21",
    sku: "Standard_D2ads_v5",
    jdbcUrl: (host) => `jdbc:mysql://${host}:3306/customers`,
  }),
  azureServer({
    kind: "azure-postgresql",
    key: "azurePostgresql",
    slug: "az-postgresql",
    type: "Microsoft.DBforPostgreSQL/flexibleServers",
    apiVersion: "2025-08-01",
    servers: (cloud) => cloud.azure.postgresql,
    build: buildAzurePostgresql,
    version: "16",
    sku: "Standard_D2ds_v5",
    jdbcUrl: (host) => `jdbc:postgresql://${host}:5432/customers`,
  }),
]);
