import type { CosmosAccount, DatabasesToRestore } from "./cosmosdb-account";
import { badRequest } from "./error";
import { type JsonObject, object, text } from "./json";

/** [azure-mgmt-cosmosdb, RestoreParameters] Those of other APIs than NoSQL are not simulated. */
const MEMBERS = [
  "databasesToRestore",
  "restoreMode",
  "restoreSource",
  "restoreTimestampInUtc",
  "restoreWithTtlDisabled",
  "sourceBackupLocation",
];

/**
 * Which databases and containers a restore selects; undefined for all. [azure-mgmt-cosmosdb, DatabaseRestoreResource;
 * Az.CosmosDB, New-AzCosmosDBDatabaseToRestore: without names of collections, all are restored; Microsoft Learn, "Continuous
 * backup with point-in-time restore": "any combination of provisioned throughput containers, shared throughput database, or the
 * entire account"]
 */
export function databasesToRestore(parameters: JsonObject, source: CosmosAccount): DatabasesToRestore | undefined {
  const unknown = Object.keys(parameters).find((key) => !MEMBERS.includes(key));
  if (unknown) throw badRequest(`The restore parameter ${unknown} is unknown or not simulated.`);
  const { databasesToRestore: databases } = parameters;
  if (databases === undefined || databases === null) return undefined;
  if (!Array.isArray(databases) || databases.length === 0)
    throw badRequest("databasesToRestore must be a list with at least one database.");
  return new Map(
    databases.map((each) => {
      const { databaseName, collectionNames } = object(each);
      const database = text(databaseName) ?? "";
      const collections = collectionNames === undefined ? undefined : (collectionNames as string[]);
      const existing = source.containers().filter((container) => container.database === database);
      const missing = [...(collections ?? [])].find((name) => !existing.some(({ container }) => container === name));
      if (existing.length === 0 || missing !== undefined)
        throw badRequest(`The source account has no ${[database, missing].filter(Boolean).join("/")} to restore.`);
      const sharing = collections?.find((name) => source.container(database, name)?.hasOwnThroughput !== true);
      if (sharing !== undefined)
        throw badRequest(
          `The container ${database}/${sharing} shares its database's throughput: restore the whole database.`,
        );
      return [database, collections];
    }),
  );
}
