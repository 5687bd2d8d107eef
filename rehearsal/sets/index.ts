import { allKinds } from "./all-kinds";
import { cosmosdbAzurePostgresql } from "./cosmosdb-azure-postgresql";
import { dynamodbAurora } from "./dynamodb-aurora";
import type { RehearsalSet } from "./set";
import { singleRdb } from "./single-rdb";

/** Every set that can be rehearsed, the default first. */
export const sets: readonly RehearsalSet[] = [dynamodbAurora, singleRdb, cosmosdbAzurePostgresql, allKinds];
