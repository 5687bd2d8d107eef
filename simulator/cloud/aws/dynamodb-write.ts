/**
 * DynamoDB's `PutItem` and `DeleteItem`, without conditions. [botocore: dynamodb/2012-08-10/service-2.json, PutItemInput and
 * DeleteItemInput]
 */

import { isDeepStrictEqual } from "node:util";
import { primaryKey, type TypedItem, typed } from "./dynamodb-item";
import type { Table } from "./dynamodb-table";
import { AwsError } from "./error";

export interface PutItemInput {
  TableName: string;
  Item: TypedItem;
}

export interface DeleteItemInput {
  TableName: string;
  Key: TypedItem;
}

/** The members of both that are simulated. */
export const PUT_ITEM_MEMBERS = ["TableName", "Item"] satisfies (keyof PutItemInput)[];
export const DELETE_ITEM_MEMBERS = ["TableName", "Key"] satisfies (keyof DeleteItemInput)[];

/** Writes an item in place of the one with its key. */
export function putItem(table: Table, { Item }: PutItemInput): object {
  checkKey(table, Item);
  const key = primaryKey(Item, table.settings.keySchema);
  table.putItem(placeOfKey(table, key) ?? JSON.stringify(key), typed(Item));
  return {};
}

/** Deletes the item with a key; nothing if there is none: "DeleteItem is an idempotent operation". [DeleteItem] */
export function deleteItem(table: Table, { Key }: DeleteItemInput): object {
  checkKey(table, Key);
  if (Object.keys(Key).length !== table.settings.keySchema.length)
    throw invalid("The provided key element does not match the schema");
  const place = placeOfKey(table, Key);
  if (place !== undefined) table.deleteItem(place);
  return {};
}

/** What the simulated table keeps an item under. */
function placeOfKey(table: Table, key: TypedItem): string | undefined {
  const schema = table.settings.keySchema;
  return [...table.items()].find(([, item]) => isDeepStrictEqual(primaryKey(typed(item), schema), key))?.[0];
}

function checkKey({ settings }: Table, item: TypedItem): void {
  for (const { AttributeName: name = "" } of settings.keySchema) {
    const value = item[name];
    if (value === undefined)
      throw invalid(`One or more parameter values were invalid: Missing the key ${name} in the item`);
    const expected = settings.attributes.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
    const [actual] = Object.keys(value);
    if (actual !== expected)
      throw invalid(
        `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${expected} actual: ${actual}`,
      );
  }
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
