import { azurePostgresqlPart } from "./azure-postgresql";
import { cosmosdbPart } from "./cosmosdb";
import { type SetPart, setOf } from "./part";
import { PAUSED } from "./pause";
import type { RehearsalSet } from "./set";

const parts: [SetPart, SetPart] = [cosmosdbPart("ledger"), azurePostgresqlPart("customers")];
const about = {
  name: "cosmosdb-azure-postgresql",
  title: "ScalarDB Cluster on Cosmos DB (ledger) and Azure Database for PostgreSQL (customers)",
  config: { ...PAUSED, "scalar-backup:tags": { service: "payments" } },
};

/**
 * A recovery needs copies that are proven. The coordinator is restored 2 s before and after the minute, within the window, and a pod of
 * a busy machine pauses some seconds late: 8 s are left for that.
 */
const HELD_LONGER = { ...PAUSED, "scalar-backup:pause": { ...PAUSED["scalar-backup:pause"], holdSeconds: 20 } };

/** ScalarDB on Azure. */
export const cosmosdbAzurePostgresql: RehearsalSet = {
  ...setOf(parts, about),
  recovery: setOf(parts, { ...about, config: { ...about.config, ...HELD_LONGER } }),
};
