import * as azure from "@pulumi/azure-native";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { at, copyTags, suffix } from "./drill";

const resourceGroupName = "scalar-databases";
const config = new pulumi.Config();
const subscription = `/subscriptions/${config.require("subscription")}`;
const resourceGroup = `${subscription}/resourceGroups/${resourceGroupName}`;
const network = `${resourceGroup}/providers/Microsoft.Network`;

/** Continuous backup for an account that exists. */
export function protectCosmosdb(account: string): void {
  new command.local.Command(`protect-${account}`, {
    create: `az cosmosdb update --name ${account} --resource-group ${resourceGroupName} --backup-policy-type Continuous --continuous-tier Continuous30Days`,
  });
}

/** A long retention for a flexible server that exists. */
export function protectServer(product: "mysql" | "postgres", server: string): void {
  new command.local.Command(`protect-${server}`, {
    create: `az ${product} flexible-server update --name ${server} --resource-group ${resourceGroupName} --backup-retention 35`,
  });
}

/** A copy of an account as of the instant. */
export function restoreCosmosdb(source: string): { endpoint: pulumi.Output<string>; key: pulumi.Output<string> } {
  const accountName = `${source}-${suffix}`;
  const account = new azure.cosmosdb.DatabaseAccount(
    `${source}-copy`,
    {
      accountName,
      resourceGroupName,
      location: "japaneast",
      kind: "GlobalDocumentDB",
      databaseAccountOfferType: "Standard",
      locations: [{ locationName: "japaneast", failoverPriority: 0, isZoneRedundant: false }],
      createMode: "Restore",
      restoreParameters: {
        restoreMode: "PointInTime",
        restoreSource: `${subscription}/providers/Microsoft.DocumentDB/locations/japaneast/restorableDatabaseAccounts/${config.require("restorableAccount")}`,
        restoreTimestampInUtc: at,
      },
      backupPolicy: { type: "Continuous", continuousModeProperties: { tier: "Continuous30Days" } },
      consistencyPolicy: { defaultConsistencyLevel: "Strong" },
      publicNetworkAccess: "Disabled",
      tags: copyTags,
    },
    { ignoreChanges: ["createMode", "restoreParameters"] },
  );
  new command.local.Command(
    `${source}-copy-settings`,
    {
      create: `az cosmosdb update --name ${accountName} --resource-group ${resourceGroupName} --default-consistency-level Strong`,
    },
    { dependsOn: [account] },
  );
  privateEndpoint(source, account.id, "Sql", "privatelink.documents.azure.com");
  const keys = azure.cosmosdb.listDatabaseAccountKeysOutput({ accountName: account.name, resourceGroupName });
  return { endpoint: account.documentEndpoint, key: keys.primaryMasterKey };
}

/** A copy of a MySQL server as of the instant. */
export function restoreMysql(source: string): void {
  const serverName = `${source}-${suffix}`;
  const server = new azure.dbformysql.Server(
    `${source}-copy`,
    {
      serverName,
      resourceGroupName,
      location: "japaneast",
      createMode: "PointInTimeRestore",
      sourceServerResourceId: `${resourceGroup}/providers/Microsoft.DBforMySQL/flexibleServers/${source}`,
      restorePointInTime: at,
      tags: copyTags,
    },
    { ignoreChanges: ["createMode", "sourceServerResourceId", "restorePointInTime"] },
  );
  settings("mysql", source, serverName, server);
  privateEndpoint(source, server.id, "mysqlServer", "privatelink.mysql.database.azure.com");
}

/** A copy of a PostgreSQL server as of the instant. */
export function restorePostgresql(source: string): void {
  const serverName = `${source}-${suffix}`;
  const server = new azure.dbforpostgresql.Server(
    `${source}-copy`,
    {
      serverName,
      resourceGroupName,
      location: "japaneast",
      createMode: "PointInTimeRestore",
      sourceServerResourceId: `${resourceGroup}/providers/Microsoft.DBforPostgreSQL/flexibleServers/${source}`,
      pointInTimeUTC: at,
      tags: copyTags,
    },
    { ignoreChanges: ["createMode", "sourceServerResourceId", "pointInTimeUTC"] },
  );
  settings("postgres", source, serverName, server);
  privateEndpoint(source, server.id, "postgresqlServer", "privatelink.postgres.database.azure.com");
}

function settings(product: string, source: string, serverName: string, server: pulumi.Resource): void {
  new command.local.Command(
    `${source}-copy-settings`,
    {
      create: `az ${product} flexible-server parameter set --server-name ${serverName} --resource-group ${resourceGroupName} --name max_connections --value 400`,
    },
    { dependsOn: [server] },
  );
}

function privateEndpoint(source: string, target: pulumi.Output<string>, group: string, zone: string): void {
  const name = `${source}-endpoint-${suffix}`;
  const endpoint = new azure.network.PrivateEndpoint(`${source}-copy-endpoint`, {
    privateEndpointName: name,
    resourceGroupName,
    location: "japaneast",
    privateLinkServiceConnections: [{ name, privateLinkServiceId: target, groupIds: [group] }],
    subnet: { id: `${network}/virtualNetworks/scalar/subnets/databases` },
    tags: copyTags,
  });
  new azure.network.PrivateDnsZoneGroup(`${source}-copy-endpoint`, {
    privateDnsZoneGroupName: "default",
    privateEndpointName: endpoint.name,
    resourceGroupName,
    privateDnsZoneConfigs: [{ name: "zone", privateDnsZoneId: `${network}/privateDnsZones/${zone}` }],
  });
}
