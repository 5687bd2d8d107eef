import type { CosmosAccount } from "../../simulator/cloud/azure/azure";
import { type JsonObject, object, STORED_PROCEDURE } from "../../simulator/cloud/azure/azure";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { StackResult } from "../../simulator/engine/stack";
import { COORDINATOR_TABLE, TransactionState } from "../scalardb/record";
import { cosmosdbDatabase } from "../scalardb/stores/databases";
import { contactPointsIn } from "./addresses";
import { AZURE_LOCATION, AZURE_RESOURCE_GROUP, azureResource, buildPrivateEndpoint } from "./azure";
import { copyOf } from "./copies";
import { differing, type SetPart } from "./part";
import type { Check } from "./set";

/** ScalarDB's containers in Cosmos DB for one namespace, including its own. */
function containersOf(namespace: string, coordinator: boolean): [database: string, container: string][] {
  return [
    [namespace, "accounts"],
    ...(coordinator ? [["coordinator", "state"] satisfies [string, string]] : []),
    ["scalardb", "metadata"],
  ];
}

/**
 * An account that was created without regard to backups: periodic backup, a firewall, Strong consistency. ScalarDL Auditor's has no
 * coordinator: no table of its schema is transactional [scalar-labs/scalardl: schema-loader/auditor-schema.json, nine tables with
 * `"transaction": false`], and Scalar's chart loads it without `--coordinator`.
 */
export function buildCosmosdb(
  cloud: SimulatedCloud,
  accountName: string,
  namespace = "ledger",
  coordinator = true,
): void {
  const { id, send } = azureResource(cloud, "Microsoft.DocumentDB/databaseAccounts", accountName, "2025-10-15");
  send("PUT", "", {
    location: AZURE_LOCATION,
    kind: "GlobalDocumentDB",
    tags: { team: "ledger" },
    properties: {
      databaseAccountOfferType: "Standard",
      locations: [{ locationName: AZURE_LOCATION, failoverPriority: 0 }],
      consistencyPolicy: { defaultConsistencyLevel: "Strong" },
      ipRules: [{ ipAddressOrRange: "203.0.113.0/24" }],
      minimalTlsVersion: "Tls12",
    },
  });
  const account = cloud.azure.cosmosdb.account(accountName);
  for (const [database, container] of containersOf(namespace, coordinator))
    account.createContainer(database, container, [STORED_PROCEDURE]);
  // A transaction that ScalarDB has run before: a coordinator without a row decides about no data.
  const first = { tx_id: "first", tx_state: TransactionState.COMMITTED, tx_created_at: account.now() };
  if (coordinator) cosmosdbDatabase(account).write(COORDINATOR_TABLE, first.tx_id, first);
  buildPrivateEndpoint(cloud, `${accountName}-endpoint`, {
    id,
    group: "Sql",
    zone: "privatelink.documents.azure.com",
  });
}

/** An account whose copy is created in the same resource group, with stored procedures from Scalar's Schema Loader. */
export function cosmosdbPart(name: string): SetPart {
  const accountName = `${name}-prod`;
  return {
    name,
    config: {
      cosmosdb: {
        existing: { accountName, resourceGroupName: AZURE_RESOURCE_GROUP },
        restoreTo: {
          schemaLoader: {
            namespace: "scalar",
            image: "ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0",
            schema: {
              [`${name}.accounts`]: {
                transaction: true,
                "partition-key": ["account"],
                columns: { account: "TEXT", balance: "INT" },
              },
            },
          },
        },
      },
    },
    build(cloud) {
      buildCosmosdb(cloud, accountName, name);
      const { cosmosdb } = cloud.azure;
      const named = () => {
        const endpoint = contactPointsIn(cloud, name);
        return cosmosdb.accounts().find((account) => account.endpoint === endpoint);
      };
      const source = () => named() ?? cosmosdb.account(accountName);
      const copyIn = (restored: StackResult) => {
        const { endpoint } = copyOf(restored, name);
        const found = cosmosdb.accounts().find((account) => account.endpoint === endpoint);
        if (found === undefined) throw new Error(`there is no account at ${endpoint}`);
        return found;
      };
      return {
        source: () => cosmosdbDatabase(source()),
        copy: (restored) => cosmosdbDatabase(copyIn(restored)),
        // The account by its name, which is kept: after a switch-over `source` is the copy.
        settings: (restored) => accountSettings(name, cosmosdb.account(accountName), copyIn(restored)),
        existing: () => cosmosdb.accounts().map(({ id }) => id),
        storage: () => ({
          storage: "cosmos",
          contact_points: source().endpoint,
          password: source().keys.primaryMasterKey,
        }),
      };
    },
  };
}

/** Checks that a copy is configured as ScalarDB needs it, and protected like its source. */
function accountSettings(name: string, source: CosmosAccount, copy: CosmosAccount): Check[] {
  const [before, after] = [source, copy].map((account) => object(account.describe().properties)) as [
    JsonObject,
    JsonObject,
  ];
  const level = object(after.consistencyPolicy).defaultConsistencyLevel;
  const [closed, reached] = [networkOf(before), networkOf(after)];
  const opened = differing(closed, reached, Object.keys(closed));
  const bare = copy
    .containers()
    .filter(({ database, container }) => !copy.container(database, container)?.storedProcedures.has(STORED_PROCEDURE));
  return [
    {
      claim: `${name}: the copy has the consistency level that ScalarDB needs`,
      holds: level === "Strong",
      detail: `${level}`,
    },
    {
      claim: `${name}: the copy has its stored procedures again`,
      holds: bare.length === 0 && copy.containers().length === source.containers().length,
      detail: bare.map(({ database, container }) => `${database}/${container}`).join(", "),
    },
    {
      claim: `${name}: the copy has the source's network settings`,
      holds: opened.length === 0,
      detail: opened.join(", "),
    },
    {
      claim: `${name}: the copy has as many private endpoints as its source`,
      holds: copy.privateEndpoints.size === source.privateEndpoints.size,
      detail: `${copy.privateEndpoints.size}`,
    },
    {
      claim: `${name}: the copy has continuous backup of 30 days`,
      holds: copy.isContinuous && copy.tier === "Continuous30Days",
    },
  ];
}

/** An account's network settings. */
function networkOf({ publicNetworkAccess, ipRules, virtualNetworkRules }: JsonObject): JsonObject {
  return {
    publicNetworkAccess: publicNetworkAccess ?? "Enabled",
    ipRules: ipRules ?? [],
    virtualNetworkRules: virtualNetworkRules ?? [],
  };
}
