import { createHash } from "node:crypto";
import type { KeySchemaElement } from "@aws-sdk/client-dynamodb";

/** An item. The control plane accepts any plain object; the data plane needs attribute values. */
export type Item = Record<string, unknown>;

/** A value as it is on the wire: binary values are base64. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { SS: string[] }
  | { M: Record<string, AttributeValue> }
  | { L: AttributeValue[] };

export type TypedItem = Record<string, AttributeValue>;

/** @throws {Error} for a value without a type, which is a mistake in the simulation */
export function typed(item: Item): TypedItem {
  for (const [name, value] of Object.entries(item)) valueSize(value, name);
  return item as TypedItem;
}

/** The names, and the bytes of the values. [Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats"] */
export function itemSize(item: Item): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueSize(value, name)));
}

/** The size of any plain object: as JSON if its values have no types. */
export function approximateSize(item: Item): number {
  const isTyped = Object.values(item).every((value) => typeOf(value) !== undefined);
  return isTyped ? itemSize(item) : Buffer.byteLength(JSON.stringify(item));
}

function typeOf(value: unknown): string | undefined {
  const types = typeof value === "object" && value !== null ? Object.keys(value) : [];
  return types.length === 1 && /^(S|N|B|BOOL|NULL|SS|M|L)$/.test(types[0] as string) ? types[0] : undefined;
}

function valueSize(value: unknown, name: string): number {
  const type = typeOf(value);
  if (type !== undefined) {
    const content = (value as Record<string, unknown>)[type];
    if (type === "S" && typeof content === "string") return Buffer.byteLength(content);
    if (type === "B" && typeof content === "string") return Buffer.from(content, "base64").length;
    // 1 byte for two significant digits, and 1 byte more.
    if (type === "N" && typeof content === "string") return Math.ceil(significantDigits(content) / 2) + 1;
    if ((type === "BOOL" && typeof content === "boolean") || (type === "NULL" && content === true)) return 1;
    // 3 bytes, and 1 byte for each element.
    if (type === "M") {
      const members = Object.entries(content as object);
      return 3 + sum(members.map(([key, each]) => 1 + Buffer.byteLength(key) + valueSize(each, key)));
    }
    if (type === "SS") return sum((content as string[]).map((each) => Buffer.byteLength(each)));
    if (type === "L") return 3 + sum((content as unknown[]).map((each) => 1 + valueSize(each, name)));
  }
  throw new Error(`the simulated DynamoDB has an item without attribute values: ${name} is ${JSON.stringify(value)}`);
}

function significantDigits(number: string): number {
  return number
    .replace(/e.*$/i, "")
    .replace(/[-+.]/g, "")
    .replace(/^0+|0+$/g, "").length;
}

/** The attributes of an item's primary key. */
export function primaryKey(item: TypedItem, schema: readonly KeySchemaElement[]): TypedItem {
  return Object.fromEntries(
    schema.map(({ AttributeName: name = "" }) => {
      const value = item[name];
      if (value === undefined) throw new Error(`the simulated DynamoDB has an item without its key attribute ${name}`);
      return [name, value];
    }),
  );
}

/** Where an item lies in its table: DynamoDB hashes the partition key, by a function that it does not document. */
export function placeOf(key: TypedItem, schema: readonly KeySchemaElement[]): { hash: number; position: string } {
  const value = (type: string) =>
    schema
      .filter(({ KeyType }) => KeyType === type)
      .map(({ AttributeName: name = "" }) => Object.values(key[name] as object)[0] as string)
      .join();
  const digest = createHash("md5").update(value("HASH")).digest();
  return { hash: digest.readUInt32BE(), position: `${digest.toString("hex")} ${value("RANGE")}` };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
