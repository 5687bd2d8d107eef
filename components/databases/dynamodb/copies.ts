import { type AwsSettings, COPY_TAG, INSTANT_TAG } from "../kind";
import type { DynamodbArgs } from "./args";
import { tableReader } from "./reader";
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
  const target = tableReader(targetRegion(name, args, aws), aws);
  // One list tells what a drill begins with: no copies. To describe each table would take as many calls as there are tables.
  const existing = new Set(await target.names());
  const copies = (await target.tagged(tables.map(nameOf).filter((copy) => existing.has(copy))))
    .filter(({ tags }) => tags[INSTANT_TAG] === instant && tags[COPY_TAG] !== undefined)
    .map((copy) => copy.name);
  if (copies.length === 0) return false;
  // A table has no copy where it did not exist yet.
  const others = tables.filter((table) => !copies.includes(nameOf(table)));
  const sources = await tableReader(sourceRegion(name, args, aws), aws).protection(others);
  return sources.every(({ created }) => Date.parse(created) > Date.parse(instant));
}
