/** What Cosmos DB checks in requests to create, restore and update an account. */

import { type CosmosAccount, locationsOf } from "./cosmosdb-account";
import { databasesToRestore } from "./cosmosdb-restore-parameters";
import { badRequest, unknownMember } from "./error";
import { type JsonObject, object, text } from "./json";
import { locationOf } from "./location";

/** The properties of an account that are simulated. */
const PROPERTIES = [
  "apiProperties",
  "backupPolicy",
  "capabilities",
  "capacity",
  "consistencyPolicy",
  "cors",
  "createMode",
  "databaseAccountOfferType",
  "defaultIdentity",
  "disableKeyBasedMetadataWriteAccess",
  "disableLocalAuth",
  "enableAnalyticalStorage",
  "enableAutomaticFailover",
  "enableBurstCapacity",
  "enableMultipleWriteLocations",
  "enablePartitionMerge",
  "ipRules",
  "isVirtualNetworkFilterEnabled",
  "keyVaultKeyUri",
  "locations",
  "minimalTlsVersion",
  "networkAclBypass",
  "networkAclBypassResourceIds",
  "publicNetworkAccess",
  "restoreParameters",
  "virtualNetworkRules",
];

const CONSISTENCY_LEVELS = ["Eventual", "ConsistentPrefix", "Session", "BoundedStaleness", "Strong"];

/**
 * The source of a restore, its instant, and the databases that are restored.
 * @param restorableIn the accounts that are listed as restorable under a location
 * @throws {ArmError}
 */
export function checkedRestore(body: JsonObject, restorableIn: (location: string) => CosmosAccount[]) {
  const properties = object(body.properties);
  const parameters = object(properties.restoreParameters);
  const from = text(parameters.restoreSource) ?? "";
  const match = /\/locations\/([^/]+)\/restorableDatabaseAccounts\/([^/]+)$/i.exec(from);
  if (!match) throw badRequest(`Failed to parse uri ${from}`);
  const [, region, instanceId] = match as unknown as [string, string, string];
  const source = restorableIn(region).find((account) => account.instanceId === instanceId);
  if (!source)
    throw badRequest(`Cannot find regional database account associated with global instance id ${instanceId}`);
  if (parameters.restoreMode !== "PointInTime") throw badRequest("restoreMode must be PointInTime.");
  if (object(properties.backupPolicy).type !== "Continuous")
    throw badRequest("A restored account must have continuous backup.");
  const only = databasesToRestore(parameters, source);
  const locations = locationsOf(properties);
  // [azure-cli, cosmosdb/custom.py: cli_cosmosdb_restore] The copy's location is that of the restorable account.
  if (locationOf(text(body.location) ?? "") !== locationOf(source.location))
    throw badRequest(`The location of a restored account must be that of restoreSource, '${source.location}'.`);
  if (locations.length !== 1)
    throw badRequest("locations must name exactly one region in which the source is backed up.");
  const time = text(parameters.restoreTimestampInUtc) ?? "";
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time))
    throw badRequest(`The restore timestamp '${time}' is not in ISO-8601 format.`);
  const at = Date.parse(time);
  const range = source.restorableRange();
  if (!range || at < range.earliest || at > range.latest)
    throw badRequest("Invalid restore timestamp. Please provide a time (in UTC) after the account has been created.");
  // [Microsoft Learn, Cosmos DB continuous backup: current limitations] No region where the source did not exist.
  if (!source.wasIn(locations[0] as string, at))
    throw badRequest(
      `Cannot find a database account with name ${source.name} that is online at ${time} in location ${locations[0]}`,
    );
  const { keyVaultKeyUri = null, defaultIdentity = null } = source.properties;
  if (keyVaultKeyUri !== null) {
    // [Microsoft Learn, how-to-setup-customer-managed-keys: continuous backups] Of the identities that may read the
    // key, a user-assigned one alone can be another account's, too.
    const isUserAssigned = (identity: unknown) => /^UserAssignedIdentity=/.test(String(identity));
    if (!isUserAssigned(defaultIdentity) || !isUserAssigned(properties.defaultIdentity))
      throw badRequest("The default identity of an account with customer-managed keys must be user-assigned.");
    const named = String(properties.defaultIdentity).replace("UserAssignedIdentity=", "");
    if (!(named in object(object(body.identity).userAssignedIdentities)))
      throw badRequest(`The default identity ${named} is not assigned to the account.`);
  }
  return { source, at, only };
}

/** [azure-mgmt-cosmosdb, DefaultConsistencyLevel] */
export function refuseConsistency(properties: JsonObject): void {
  const level = object(properties.consistencyPolicy).defaultConsistencyLevel;
  if (level !== undefined && !CONSISTENCY_LEVELS.includes(level as string))
    throw badRequest(`The consistency level '${level}' is not valid.`);
}

/** [azure-mgmt-cosmosdb, DatabaseAccountCreateUpdateParameters] */
export function refuseUnknown(body: JsonObject): void {
  const unknown =
    Object.keys(body).find((key) => !["location", "tags", "kind", "identity", "properties"].includes(key)) ??
    Object.keys(object(body.properties)).find((key) => !PROPERTIES.includes(key));
  if (unknown) throw unknownMember(unknown, "DatabaseAccountCreateUpdateParameters");
}

export function instant(millis: number): string {
  return new Date(millis).toISOString();
}

/** `10/26/2021 5:27:45 PM`, in UTC: the form in which Azure returns this time. */
export function americanTime(millis: number): string {
  return new Date(millis)
    .toLocaleString("en-US", { timeZone: "UTC" })
    .replace(",", "")
    .replace(/\s([AP]M)$/, " $1");
}
