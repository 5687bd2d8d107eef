import { findTables, readProtection, readSettings } from "../../../operations/dynamodb";
import { type AwsSettings, COPY_TAG, INSTANT_TAG } from "../kind";
import type { DynamodbArgs } from "./args";
import { copyName, sourceRegion, tableNames, targetRegion } from "./tables";

/** Whether every copy of a restore stands already. */
export async function copiesStand(
  name: string,
  args: DynamodbArgs,
  aws: AwsSettings,
  instant: string,
): Promise<boolean> {
  const tables = await tableNames(name, args, aws);
  const nameOf = (table: string) => copyName(name, args, aws, table, instant);
  const target = targetRegion(name, args, aws);
  // One list tells what a drill begins with: no copies. To describe each table would take as many calls as there are tables.
  const found = await findTables({ region: target, tables: tables.map(nameOf), prefixes: [] }, aws.access);
  const copies = (await readSettings(target, found, aws.access))
    .filter(({ tags }) => tags[INSTANT_TAG] === instant && tags[COPY_TAG] !== undefined)
    .map((copy) => copy.name);
  if (copies.length === 0) return false;
  // A table has no copy where it did not exist yet.
  const others = tables.filter((table) => !copies.includes(nameOf(table)));
  const sources = await readProtection(sourceRegion(name, args, aws), others, aws.access);
  return sources.every(({ created }) => Date.parse(created) > Date.parse(instant));
}
