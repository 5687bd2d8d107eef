import test from "ava";
import { AZURE_RESOURCE_GROUP } from "../../rehearsal/sets/azure";
import { buildCosmosdb } from "../../rehearsal/sets/cosmosdb";
import { STORED_PROCEDURE } from "../../simulator/cloud/azure/azure";
import { recordNextWindow, rehearsed } from "./rehearsed";
import { suffixed } from "./verified-set";

const MINUTE = 60_000;
const RELEASES = [
  { namespace: "scalar", name: "ledger", databases: ["ledger"] },
  { namespace: "scalar", name: "auditor", databases: ["auditor"] },
];

test("ScalarDL's Schema Loader repairs Ledger's account, and Auditor's by its variable SCHEMA_TYPE", async (t) => {
  t.timeout(180_000);
  const loader = { namespace: "scalar", image: "ghcr.io/scalar-labs/scalardl-schema-loader:3.14.0" };
  const database = (name: string, env?: Record<string, string>) => ({
    name,
    cosmosdb: {
      existing: { accountName: `${name}-prod`, resourceGroupName: AZURE_RESOURCE_GROUP },
      restoreTo: { schemaLoader: { ...loader, ...(env && { env }) } },
    },
  });
  const { cloud, stack, up } = await rehearsed(t, {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: RELEASES },
    "scalar-backup:databases": [database("ledger"), database("auditor", { SCHEMA_TYPE: "auditor" })],
  });
  buildCosmosdb(cloud, "ledger-prod", "scalar");
  buildCosmosdb(cloud, "auditor-prod", "auditor");
  cloud.kubernetes.createNamespace("scalar");
  await up();
  cloud.clock.advance(120 * MINUTE);
  const at = recordNextWindow(cloud, "scalar", ["ledger", "auditor"]);
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  await up();
  const repaired = (account: string) => {
    const copy = cloud.azure.cosmosdb.account(`${account}-${suffixed(at)}`);
    return copy
      .containers()
      .filter(({ database, container }) => copy.container(database, container)?.storedProcedures.has(STORED_PROCEDURE))
      .map((each) => `${each.database}.${each.container}`);
  };
  t.deepEqual(repaired("ledger-prod"), ["scalar.accounts", "coordinator.state"]);
  t.deepEqual(repaired("auditor-prod"), ["auditor.accounts", "coordinator.state"]);
});
