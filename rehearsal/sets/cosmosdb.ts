import { STORED_PROCEDURE } from "../cloud/azure/schema-loader";
import type { SimulatedCloud } from "../cloud/cloud";
import { AZURE_LOCATION, azureResource, buildPrivateEndpoint } from "./azure";

/** What ScalarDB keeps in Cosmos DB for one namespace, its own containers included. */
const CONTAINERS = [
  ["ledger", "accounts"],
  ["coordinator", "state"],
  ["scalardb", "metadata"],
] as const;

/** An account as somebody made it long before they thought of backups: periodic backup, a firewall, Strong consistency. */
export function buildCosmosdb(cloud: SimulatedCloud, accountName: string): void {
  const { id, send } = azureResource(cloud, "Microsoft.DocumentDB/databaseAccounts", accountName, "2025-10-15");
  send("PUT", "", {
    location: AZURE_LOCATION,
    kind: "GlobalDocumentDB",
    tags: { team: "ledger" },
    properties: {
      databaseAccountOfferType: "Standard",
      locations: [{ locationName: AZURE_LOCATION, failoverPriority: 0 }],
      consistencyPolicy: { defaultConsistencyLevel: "Strong" },
      ipRules: [{ ipAddressOrRange: "203.0.113.0/24" }],
      minimalTlsVersion: "Tls12",
    },
  });
  const account = cloud.azure.cosmosdb.account(accountName);
  for (const [database, container] of CONTAINERS) account.createContainer(database, container, [STORED_PROCEDURE]);
  buildPrivateEndpoint(cloud, `${accountName}-endpoint`, {
    id,
    group: "Sql",
    zone: "privatelink.documents.azure.com",
  });
}
