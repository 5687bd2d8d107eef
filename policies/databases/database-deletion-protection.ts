import { booleanAt, UNKNOWN } from "../values";
import { databasePolicy } from "./database-policy";
import { isReplica, mayBeDrillCopy, RDS_CLUSTER, RDS_INSTANCE, TABLE } from "./resources";

const propertyOf = (type: string) => (TABLE.is(type) ? "deletionProtectionEnabled" : "deletionProtection");

export const databaseDeletionProtection = databasePolicy({
  name: "database-deletion-protection",
  description: "Checks whether the cloud itself refuses to delete DynamoDB tables, RDS instances and RDS clusters.",
  looksAt: "aws.dynamodb.Table, aws.rds.Instance, aws.rds.Cluster, except copies of a drill",
  severity: "high",
  settings: {},
  appliesTo: (type) => TABLE.is(type) || RDS_INSTANCE.is(type) || RDS_CLUSTER.is(type),
  problems({ type, props, ignoreChanges }) {
    const property = propertyOf(type);
    const protection = booleanAt(props, property);
    if (protection === true || protection === UNKNOWN || isReplica(props) || mayBeDrillCopy({ props, ignoreChanges }))
      return [];
    return [`deletion protection is off${protection === undefined ? " by default" : ""}: set ${property} to true`];
  },
  fix(props, _settings, type) {
    props[propertyOf(type)] = true;
  },
});
