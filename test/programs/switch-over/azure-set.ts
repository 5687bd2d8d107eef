import type { ExecutionContext } from "ava";
import { parse } from "yaml";
import { COORDINATOR_TABLE, TransactionState } from "../../../rehearsal/scalardb/record";
import { cosmosdbDatabase, relationalDatabase } from "../../../rehearsal/scalardb/stores/databases";
import { AZURE_RESOURCE_GROUP } from "../../../rehearsal/sets/azure";
import { buildAzurePostgresql } from "../../../rehearsal/sets/azure-postgresql";
import { buildCosmosdb } from "../../../rehearsal/sets/cosmosdb";
import { revealed, type StackResult } from "../../../simulator/engine/stack";
import { rehearsed } from "../rehearsed";
import { MINUTE } from "../verified-set";

/** How many times as fast as real time the switch-over runs: the 60 s that a request to Azure may take have to be enough. */
export const PACE = 20;
const RELEASES = [
  { namespace: "scalar", name: "ledger", databases: ["ledger"] },
  { namespace: "scalar", name: "auditor", databases: ["auditor"] },
] as const;
const existing = { resourceGroupName: AZURE_RESOURCE_GROUP };

export const databases = ({ account, server }: { account: string; server: string }) => [
  { name: "ledger", cosmosdb: { existing: { ...existing, accountName: account } } },
  { name: "auditor", azurePostgresql: { existing: { ...existing, serverName: server }, databaseName: "auditor" } },
];

export type Values = Record<string, string>;
export const valuesOf = ({ outputs }: StackResult) => (revealed(outputs.helmValues) ?? outputs.helmValues) as Values;

/** Ledger on Cosmos DB, Auditor on Azure PostgreSQL: two releases with a database of its own each, protected for two hours. */
export async function protectedAzureSet(t: ExecutionContext) {
  t.timeout(900_000);
  const all = await rehearsed(t, {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: RELEASES },
    "scalar-backup:databases": databases({ account: "ledger-prod", server: "auditor-prod" }),
  });
  const { cloud, stack, up } = all;
  buildCosmosdb(cloud, "ledger-prod");
  buildAzurePostgresql(cloud, "auditor-prod");
  const { cosmosdb, postgresql } = cloud.azure;
  const properties = {
    ledger: `# Ledger\nscalar.db.storage=cosmos\nscalar.db.contact_points=${cosmosdb.account("ledger-prod").endpoint}\nscalar.db.password=${cosmosdb.account("ledger-prod").keys.primaryMasterKey}\n`,
    auditor: `scalar.db.storage=jdbc\nscalar.db.contact_points=jdbc:postgresql://${postgresql.server("auditor-prod").host}:5432/auditor?ssl=true\nscalar.db.password=AUDITOR-SECRET\n`,
  };
  stack.config["scalar-backup:properties"] = properties;
  const releases = {
    ledger: await cloud.kubernetes.installRelease({
      ...RELEASES[0],
      product: "ledger",
      replicas: 3,
      properties: properties.ledger,
    }),
    auditor: await cloud.kubernetes.installRelease({
      ...RELEASES[1],
      product: "auditor",
      replicas: 2,
      properties: properties.auditor,
    }),
  };
  await up();
  cloud.clock.advance(120 * MINUTE);
  const ledger = (account: string) => cosmosdbDatabase(cosmosdb.account(account));
  const auditor = (server: string) => relationalDatabase(postgresql.server(server));
  ledger("ledger-prod").write(COORDINATOR_TABLE, "before", {
    tx_id: "before",
    tx_state: TransactionState.COMMITTED,
    tx_created_at: cloud.clock.now(),
  });
  /** `helm upgrade` of both releases with such values. */
  const upgrade = async (values: Values) => {
    for (const name of ["ledger", "auditor"] as const) {
      // Cast: the chart's values.
      const parsed = (parse(values[`scalar/${name}`] ?? "") as Record<string, Record<string, unknown>>)[name] ?? {};
      await releases[name].upgrade({
        properties: String(parsed[`${name}Properties`]),
        replicaCount: Number(parsed.replicaCount),
      });
    }
  };
  const pods = () => [
    cloud.kubernetes.pods("scalar", "ledger").length,
    cloud.kubernetes.pods("scalar", "auditor").length,
  ];
  return { ...all, cosmosdb, postgresql, ledger, auditor, releases, upgrade, pods };
}
