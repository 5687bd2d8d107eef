import test from "ava";
import { AZURE_RESOURCE_GROUP } from "../../rehearsal/sets/azure";
import { buildCosmosdb } from "../../rehearsal/sets/cosmosdb";
import { Verdict } from "../../restore-points/verification/verdict";
import { STORED_PROCEDURE } from "../../simulator/cloud/azure/azure";
import { errors, recordNextWindow, rehearsed } from "./rehearsed";
import { suffixed, verdictOf } from "./verified-set";

const MINUTE = 60_000;
const RELEASES = [
  { namespace: "scalar", name: "ledger", databases: ["ledger"] },
  { namespace: "scalar", name: "auditor", databases: ["auditor"], transactions: false },
];

test("a drill of Ledger and of Auditor, which has no coordinator, is proven, and ScalarDL's Schema Loader repairs both copies", async (t) => {
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
  buildCosmosdb(cloud, "auditor-prod", "auditor", false);
  cloud.kubernetes.createNamespace("scalar");
  const pause = stack.config["scalar-backup:pause"] as object;
  stack.config["scalar-backup:pause"] = { ...pause, releases: RELEASES.map(({ transactions: _, ...each }) => each) };
  t.regex(
    errors(await stack.preview()),
    /releases\[1\]: no database that scalar\/auditor uses holds ScalarDB's coordinator.*ScalarDL Auditor, which runs no ScalarDB transactions, set pause\.releases\[1\]\.transactions to false/,
  );
  stack.config["scalar-backup:pause"] = pause;
  await up();
  cloud.clock.advance(120 * MINUTE);
  const at = recordNextWindow(cloud, "scalar", ["ledger", "auditor"]);
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const restored = await up();
  const { verdict, because, notCovered } = verdictOf(restored);
  t.is(verdict, Verdict.PauseProven, because.join("; "));
  t.regex(notCovered[0] ?? "", /^scalar\/auditor runs no ScalarDB transactions/);
  t.truthy(restored.outputs.lastDrill, "the drill has passed");
  const accounts = cloud.azure.cosmosdb.accounts().map(({ id }) => id.split("/").at(-1) ?? "");
  t.deepEqual(accounts.filter((name) => /-(early|late)-/.test(name)).length, 2, accounts.join());
  const repaired = (account: string) => {
    const copy = cloud.azure.cosmosdb.account(`${account}-${suffixed(at)}`);
    return copy
      .containers()
      .filter(({ database, container }) => copy.container(database, container)?.storedProcedures.has(STORED_PROCEDURE))
      .map((each) => `${each.database}.${each.container}`);
  };
  t.deepEqual(repaired("ledger-prod"), ["scalar.accounts", "coordinator.state"]);
  t.deepEqual(repaired("auditor-prod"), ["auditor.accounts"]);
});
