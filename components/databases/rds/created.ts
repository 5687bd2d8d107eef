import { OWNED } from "../create";
import type { CreatedResource } from "../create/created-resource";

/** What this program sets for every kind of RDS, regardless of the given arguments. */
const OWNED_OF_RDS = {
  region: OWNED.region,
  backupRetentionPeriod: OWNED.next("backupRetentionPeriod"),
  deletionProtection: OWNED.next("deletionProtection"),
  deleteAutomatedBackups: OWNED.backups,
};

/** A cluster of Aurora, or a Multi-AZ DB cluster. */
export function createdCluster(args: object): CreatedResource {
  return {
    path: ["create", "cluster"],
    resource: "aws/rds/cluster",
    args,
    owned: { ...OWNED_OF_RDS, engine: OWNED.engine },
  };
}

/** An instance of RDS; its engine may be given, because some kinds have several. */
export function createdInstance(args: object): CreatedResource {
  return { path: ["create", "instance"], resource: "aws/rds/instance", args, owned: OWNED_OF_RDS };
}
