import { stringAt, UNKNOWN } from "../values";
import { databasePolicy } from "./database-policy";
import { COSMOSDB, isCosmosForNoSql } from "./resources";

export const cosmosdbStrongConsistency = databasePolicy({
  name: "cosmosdb-strong-consistency",
  description: "Checks whether Cosmos DB accounts read with strong consistency, which ScalarDB's transactions need.",
  looksAt: "azure-native.cosmosdb.DatabaseAccount (NoSQL)",
  severity: "critical",
  settings: {},
  appliesTo: COSMOSDB.is,
  problems({ props }) {
    const level = stringAt(props, "consistencyPolicy.defaultConsistencyLevel");
    if (level === "Strong" || level === UNKNOWN || !isCosmosForNoSql(props)) return [];
    return [
      `default consistency is ${level ?? "Session by default"}: set consistencyPolicy.defaultConsistencyLevel to "Strong"; after a restore, refresh and check it, since Azure does not honour the level that the restore names`,
    ];
  },
});
