import { resourcePolicy } from "../resource-policy";
import { booleanAt, isSet, stringAt, UNKNOWN } from "../values";
import {
  AZURE_MYSQL,
  AZURE_POSTGRESQL,
  COSMOSDB,
  isClusterInstance,
  isRestored,
  RDS_CLUSTER,
  RDS_INSTANCE,
} from "./resources";

const isRds = (type: string) => RDS_INSTANCE.is(type) || RDS_CLUSTER.is(type) || isClusterInstance(type);
const isAzureServer = (type: string) => AZURE_MYSQL.is(type) || AZURE_POSTGRESQL.is(type);

// No mend: closing a door may shut out the application too.
export const databaseNotPublic = resourcePolicy({
  name: "database-not-public",
  description: "Checks whether databases are kept off the internet.",
  looksAt:
    "aws.rds.Instance, aws.rds.Cluster, aws.rds.ClusterInstance, azure-native.cosmosdb.DatabaseAccount, azure-native.dbformysql.Server, azure-native.dbforpostgresql.Server",
  severity: "high",
  settings: {},
  appliesTo: (type) => isRds(type) || COSMOSDB.is(type) || isAzureServer(type),
  faults({ type, props }) {
    if (isRds(type))
      return booleanAt(props, "publiclyAccessible") === true
        ? ["the database has a public address: set publiclyAccessible to false"]
        : [];
    // A server with a subnet of its own has no public address.
    if (isAzureServer(type) && isSet(props, "network.delegatedSubnetResourceId")) return [];
    const property = isAzureServer(type) ? "network.publicNetworkAccess" : "publicNetworkAccess";
    const access = stringAt(props, property);
    if (access === "Disabled" || access === "SecuredByPerimeter" || access === UNKNOWN) return [];
    // A restored server is reached as its source is; a restored Cosmos DB account is public unless told otherwise.
    if (access === undefined && isAzureServer(type) && isRestored(props)) return [];
    return [
      `public network access is ${access === undefined ? "enabled by default" : access.toLowerCase()}: set ${property} to "Disabled" and use a private endpoint`,
    ];
  },
});
