import { protectCosmosdb, protectServer, restoreCosmosdb, restorePostgresql } from "../shared/azure";
import { pausePods } from "../shared/pause";
import { loadSchema } from "../shared/schema-loader";

protectCosmosdb("ledger-prod");
protectServer("postgres", "customers-prod");
pausePods("scalar", "scalardb-cluster");
const ledger = restoreCosmosdb("ledger-prod");
loadSchema(ledger, "scalar", {
  "ledger.accounts": { transaction: true, "partition-key": ["id"], columns: { id: "TEXT", balance: "INT" } },
});
restorePostgresql("customers-prod");
