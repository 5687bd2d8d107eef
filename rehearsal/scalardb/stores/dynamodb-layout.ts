/**
 * Records as ScalarDB's adapter for DynamoDB writes them. [scalardb: storage/dynamo/DynamoOperation.java, DynamoMutation.java,
 * ValueBinder.java, bytes/KeyBytesEncoder.java]
 */

import type { Item, TypedItem } from "../../../simulator/cloud/aws/aws";
import { partitionKeyColumn } from "../record";

/** Every column that is not null is an attribute; the key is repeated as bytes that sort like its columns. */
export function toItem(record: object): TypedItem {
  const columns = Object.entries(record as Record<string, string | number | undefined>);
  const key = columns.find(([name]) => name === partitionKeyColumn(record))?.[1];
  return {
    concatenatedPartitionKey: { B: keyBytes(String(key)).toString("base64") },
    ...Object.fromEntries(
      columns.flatMap(([name, value]) => {
        if (value === undefined) return [];
        return [[name, typeof value === "number" ? { N: String(value) } : { S: value }]];
      }),
    ),
  };
}

/** A key of one TEXT column: its UTF-8 bytes, ended by 0. [scalardb: storage/dynamo/bytes/TextBytesEncoder.java] */
function keyBytes(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

export function recordOfItem(item: Item): object {
  const columns = Object.entries(item as TypedItem).filter(([name]) => name !== "concatenatedPartitionKey");
  return Object.fromEntries(
    columns.map(([name, value]) => [name, "N" in value ? Number(value.N) : (value as { S: string }).S]),
  );
}
