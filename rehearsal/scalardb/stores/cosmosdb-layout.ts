/**
 * Records as ScalarDB's adapter for Cosmos DB writes them. [scalardb: storage/cosmos/Record.java, CosmosMutation.java,
 * CosmosOperation.java, and the stored procedure mutate.js, which removes nulls]
 */

import type { Item } from "../../../simulator/cloud/azure/azure";
import { partitionKeyColumn } from "../record";

export interface ScalarDocument {
  /** The columns of partition and clustering key, joined by colons. */
  id: string;
  concatenatedPartitionKey: string;
  partitionKey: Record<string, unknown>;
  clusteringKey: Record<string, unknown>;
  values: Record<string, unknown>;
}

export function toDocument(record: object): ScalarDocument & Item {
  const column = partitionKeyColumn(record);
  const { [column]: key, ...values } = record as Record<string, unknown>;
  return {
    id: String(key),
    concatenatedPartitionKey: String(key),
    partitionKey: { [column]: key },
    clusteringKey: {},
    values: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)),
  };
}

export function recordOfDocument(document: Item): object {
  const { partitionKey, values } = document as unknown as ScalarDocument;
  return { ...partitionKey, ...values };
}
