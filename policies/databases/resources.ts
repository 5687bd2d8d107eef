import { COSMOSDB_TIERS, RECOVERY_PERIODS } from "../../restore-points/rules/recovery-period";
import { COPY_TAG } from "../../restore-points/rules/tag-keys";
import { booleanAt, isSet, listAt, numberAt, type Reading, stringAt, UNKNOWN, type Value, valueAt } from "../values";

/** A resource type that is a managed database, with the distinctions that the policies need. */
export interface DatabaseResource {
  /** The product's name for people. */
  label: string;
  relational: boolean;
  is(type: string): boolean;
  /** The days that its own settings let recovery reach back; 0 when it is off. */
  recoveryDays(props: Value): Reading<number>;
}

/** Where RDS instances and clusters alike keep their retention. */
export const RDS_RETENTION = "backupRetentionPeriod";

export const TABLE: DatabaseResource = {
  label: "DynamoDB",
  relational: false,
  is: (type) => type === "aws:dynamodb/table:Table",
  recoveryDays(props) {
    const enabled = booleanAt(props, "pointInTimeRecovery.enabled");
    if (enabled === UNKNOWN) return UNKNOWN;
    const days = numberAt(props, "pointInTimeRecovery.recoveryPeriodInDays");
    return enabled === true ? days || RECOVERY_PERIODS.dynamodb.unset : 0;
  },
};
export const RDS_INSTANCE: DatabaseResource = {
  label: "RDS",
  relational: true,
  is: (type) => type === "aws:rds/instance:Instance",
  recoveryDays: (props) => numberAt(props, RDS_RETENTION) ?? RECOVERY_PERIODS.rds.unset,
};
/** Aurora and Multi-AZ DB clusters alike. */
export const RDS_CLUSTER: DatabaseResource = {
  label: "RDS cluster",
  relational: true,
  is: (type) => type === "aws:rds/cluster:Cluster",
  recoveryDays: (props) => numberAt(props, RDS_RETENTION) ?? RECOVERY_PERIODS.rdsCluster.unset,
};
export const COSMOSDB: DatabaseResource = {
  label: "Cosmos DB",
  relational: false,
  is: azureNative("cosmosdb|documentdb", "DatabaseAccount"),
  recoveryDays(props) {
    const type = stringAt(props, "backupPolicy.type");
    const tier = stringAt(props, "backupPolicy.continuousModeProperties.tier");
    if (type === UNKNOWN || (type === "Continuous" && tier === UNKNOWN)) return UNKNOWN;
    if (type !== "Continuous") return 0;
    return tier === "Continuous7Days" ? COSMOSDB_TIERS.Continuous7Days : RECOVERY_PERIODS.cosmosdb.unset;
  },
};
export const AZURE_MYSQL: DatabaseResource = {
  label: "Azure Database for MySQL",
  relational: true,
  is: azureNative("dbformysql", "Server"),
  recoveryDays: (props) => numberAt(props, "backup.backupRetentionDays") ?? RECOVERY_PERIODS.azureMysql.unset,
};
export const AZURE_POSTGRESQL: DatabaseResource = {
  label: "Azure Database for PostgreSQL",
  relational: true,
  is: azureNative("dbforpostgresql", "Server"),
  recoveryDays: (props) => numberAt(props, "backup.backupRetentionDays") ?? RECOVERY_PERIODS.azurePostgresql.unset,
};

export const DATABASES = [TABLE, RDS_INSTANCE, RDS_CLUSTER, COSMOSDB, AZURE_MYSQL, AZURE_POSTGRESQL];

/** An instance of an Aurora cluster; the cluster holds the data. */
export const isClusterInstance = (type: string) => type === "aws:rds/clusterInstance:ClusterInstance";

/** Matches the type in azure-native's default API version, in an explicit one, and in a locally generated SDK. */
export function azureNative(module: string, resource: string): (type: string) => boolean {
  const token = new RegExp(`^azure-native(_\\w+)?:(${module})(/\\w+)?:${resource}$`);
  return (type) => token.test(type);
}

export function databaseOf(type: string): DatabaseResource | undefined {
  return DATABASES.find((database) => database.is(type));
}

/** Identifies a drill's copy: its properties, and its ignored changes. */
export interface Copy {
  props: Value;
  ignoreChanges: string[];
}

/** Whether the resource is a copy that a drill made and will remove; where its tags are not known, it may be one. */
export function mayBeDrillCopy({ props, ignoreChanges }: Copy): boolean {
  const tag = tagOf(props, COPY_TAG);
  if (tag === UNKNOWN || tag === "drill") return true;
  // A restore of DynamoDB sends no tags: they are set afterwards, and outputs, or inputs of version 0.1, do not have them.
  return tag === undefined && isRestored(props) && ignoreChanges.includes("tags");
}

export function tagOf(props: Value, tag: string): Reading<string> {
  const tags = valueAt(props, "tags");
  if (tags === UNKNOWN) return UNKNOWN;
  // A tag's name may hold dots, so that it is no path.
  return stringAt(
    { tag: tags !== null && typeof tags === "object" && !Array.isArray(tags) ? tags[tag] : undefined },
    "tag",
  );
}

/** Read replicas follow a source that is backed up itself. */
export function isReplica(props: Value): boolean {
  return (
    isSet(props, "replicateSourceDb") ||
    isSet(props, "replicationSourceIdentifier") ||
    valueAt(props, "createMode") === "Replica"
  );
}

/** The resource's source: a restore inherits unset properties from it. */
export function isRestored(props: Value): boolean {
  const createMode = valueAt(props, "createMode");
  return (
    isSet(props, "restoreToPointInTime") ||
    isSet(props, "restoreSourceName") ||
    isSet(props, "restoreSourceTableArn") ||
    isSet(props, "restoreBackupArn") ||
    isSet(props, "snapshotIdentifier") ||
    isSet(props, "s3Import") ||
    createMode === UNKNOWN ||
    (typeof createMode === "string" && createMode !== "Default" && createMode !== "Create")
  );
}

/** Cosmos DB for NoSQL is the one of its interfaces that Scalar's products use. */
export function isCosmosForNoSql(props: Value): boolean {
  const kind = valueAt(props, "kind");
  const others = ["EnableMongo", "EnableCassandra", "EnableGremlin", "EnableTable"];
  const capabilities = listAt(props, "capabilities").map((capability) => valueAt(capability, "name"));
  return (
    (kind === undefined || kind === UNKNOWN || kind === "GlobalDocumentDB") &&
    !capabilities.some((name) => typeof name === "string" && others.includes(name))
  );
}
