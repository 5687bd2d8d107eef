import { booleanAt, UNKNOWN } from "../values";
import { databasePolicy } from "./database-policy";
import { isReplica, mayBeDrillCopy, RDS_CLUSTER, RDS_INSTANCE } from "./resources";

export const rdsKeepAutomatedBackups = databasePolicy({
  name: "rds-keep-automated-backups",
  description: "Checks whether automated backups of RDS and Aurora outlive the database, should it be deleted.",
  looksAt: "aws.rds.Instance, aws.rds.Cluster, except copies of a drill",
  severity: "high",
  settings: {},
  appliesTo: (type) => RDS_INSTANCE.is(type) || RDS_CLUSTER.is(type),
  problems({ props, ignoreChanges }) {
    const deleted = booleanAt(props, "deleteAutomatedBackups");
    if (deleted === false || deleted === UNKNOWN || isReplica(props) || mayBeDrillCopy({ props, ignoreChanges }))
      return [];
    return [
      `automated backups are deleted together with the database${deleted === undefined ? " by default" : ""}: set deleteAutomatedBackups to false`,
    ];
  },
  fix(props) {
    props.deleteAutomatedBackups = false;
  },
});
