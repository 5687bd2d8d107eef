import { booleanAt, holdsUnknown, listAt, stringAt, UNKNOWN, type Value, valueAt } from "../values";
import { isWideRange } from "./address-ranges";
import { databasePolicy } from "./database-policy";
import { COSMOSDB, isClusterInstance, RDS_CLUSTER, RDS_INSTANCE } from "./resources";

const isRds = (type: string) => RDS_INSTANCE.is(type) || RDS_CLUSTER.is(type) || isClusterInstance(type);

// No fix: removing access may also exclude the application.
export const databaseNotPublic = databasePolicy({
  name: "database-not-public",
  description: "Checks whether databases have no public access.",
  looksAt: "aws.rds.Instance, aws.rds.Cluster, aws.rds.ClusterInstance, azure-native.cosmosdb.DatabaseAccount",
  severity: "high",
  settings: {},
  appliesTo: (type) => isRds(type) || COSMOSDB.is(type),
  problems({ type, props }) {
    if (isRds(type))
      return booleanAt(props, "publiclyAccessible") === true
        ? ["the database has a public address: set publiclyAccessible to false"]
        : [];
    return cosmosdbProblems(props);
  },
});

/**
 * An account is reached from every network until it has rules: then from those alone. Scalar recommends a service endpoint,
 * which is a virtual network's rule [docs-scalardl, SetupDatabaseForAzure, "Enable service endpoint"].
 */
function cosmosdbProblems(props: Value): string[] {
  const access = stringAt(props, "publicNetworkAccess");
  if (access === "Disabled" || access === "SecuredByPerimeter") return [];
  const filter = booleanAt(props, "isVirtualNetworkFilterEnabled");
  if (access === UNKNOWN || filter === UNKNOWN || holdsUnknown(valueAt(props, "ipRules"))) return [];
  const ranges = listAt(props, "ipRules").map((rule) => stringAt(rule, "ipAddressOrRange"));
  const wide = ranges.filter((range) => typeof range === "string" && isWideRange(range));
  if (wide.length > 0)
    return [
      `the firewall allows ${wide.join(", ")}, which other organizations use: use the addresses of Scalar's pods in ipRules, allow their subnet in virtualNetworkRules, or set publicNetworkAccess to "Disabled" and use a private endpoint`,
    ];
  if (filter === true || ranges.length > 0) return [];
  const found = access === undefined ? "enabled by default" : access.toLowerCase();
  return [
    `public network access is ${found}, and no rule limits it: set publicNetworkAccess to "Disabled" and use a private endpoint, or allow only the subnet of Scalar's pods (isVirtualNetworkFilterEnabled, virtualNetworkRules)`,
  ];
}
