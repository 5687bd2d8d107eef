import { booleanAt, isSet, stringAt, UNKNOWN, type Value } from "../values";
import { databasePolicy } from "./database-policy";
import {
  AZURE_MYSQL,
  AZURE_POSTGRESQL,
  COSMOSDB,
  databaseOf,
  isReplica,
  isRestored,
  RDS_CLUSTER,
  RDS_INSTANCE,
  TABLE,
} from "./resources";

interface Settings {
  customerManagedKey: boolean;
}

/** Where a database names the key of its owner's; where it names none, the cloud's own key is used. */
const KEYS: { is(type: string): boolean; property: string }[] = [
  { is: TABLE.is, property: "serverSideEncryption.kmsKeyArn" },
  { is: RDS_INSTANCE.is, property: "kmsKeyId" },
  { is: RDS_CLUSTER.is, property: "kmsKeyId" },
  { is: COSMOSDB.is, property: "keyVaultKeyUri" },
  { is: AZURE_MYSQL.is, property: "dataEncryption.primaryKeyURI" },
  { is: AZURE_POSTGRESQL.is, property: "dataEncryption.primaryKeyURI" },
];

// No fix: encryption cannot be changed without replacing the database.
export const databaseEncryption = databasePolicy<Settings>({
  name: "database-encryption",
  description: "Checks whether databases are encrypted at rest, if wanted with a customer-managed key.",
  looksAt: "every database (all but RDS are always encrypted)",
  severity: "high",
  settings: {
    customerManagedKey: {
      type: "boolean",
      default: false,
      description: "Whether a customer-managed key is required instead of the cloud's key.",
    },
  },
  appliesTo: (type) => databaseOf(type) !== undefined,
  problems({ type, props }, { customerManagedKey }) {
    // A copy is encrypted like its source.
    const inherits = isReplica(props) || isRestored(props) || isSet(props, "globalClusterIdentifier");
    const problems: string[] = [];
    if ((RDS_INSTANCE.is(type) || RDS_CLUSTER.is(type)) && !isServerless(props)) {
      const encrypted = booleanAt(props, "storageEncrypted");
      if (encrypted === false || (encrypted === undefined && !inherits))
        problems.push(
          `storage is not encrypted${encrypted === undefined ? " by default" : ""}: set storageEncrypted to true (for a database that holds data already this means to restore it from an encrypted copy of a snapshot)`,
        );
    }
    const key = KEYS.find(({ is }) => is(type))?.property;
    if (customerManagedKey && key !== undefined && !isSet(props, key) && !inherits)
      problems.push(`encryption uses the cloud's own key: set ${key} to your key`);
    return problems;
  },
});

/** Aurora Serverless v1 is always encrypted. */
function isServerless(props: Value): boolean {
  const mode = stringAt(props, "engineMode");
  return mode === "serverless" || mode === UNKNOWN;
}
