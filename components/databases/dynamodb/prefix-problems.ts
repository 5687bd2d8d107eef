import type { TableSettings } from "../../../operations/dynamodb";
import { indexName, prefixed, renamedIndex } from "../../../restore-points/namespace-prefix";
import type { DynamodbArgs } from "./args";
import { metadataNamespace, namespacePrefixes } from "./tables";

/** Of a table or an index: 3 to 255 characters [AWS API Reference, CreateTable]. */
const LONGEST_NAME = 255;

/** "Each table in DynamoDB can have up to 20 global secondary indexes (default quota)" [Amazon DynamoDB Developer Guide]. */
const MOST_INDEXES = 20;

/** Why copies of these tables cannot have another namespace prefix; undefined where they can, or have the same. */
export function prefixProblem(args: DynamodbArgs, tables: readonly TableSettings[]): string | undefined {
  const prefixes = namespacePrefixes(args);
  if (prefixes === undefined) return undefined;
  const { from, to } = prefixes;
  const instead = "choose another prefix, or restore without restoreTo.namespacePrefix";
  const metadata = `${from}${metadataNamespace(args)}.metadata`;
  const others = tables.filter(({ name }) => !name.startsWith(from)).map(({ name }) => name);
  if (others.length > 0)
    return `${others.join(", ")} does not begin with the namespace prefix ${from} (existing.namespacePrefix), so that it is no table of this ScalarDB; remove it from existing.tables`;
  if (!tables.some(({ name }) => name === metadata))
    return `there is no table ${metadata}, without which ScalarDB finds no table under another prefix; correct existing.metadataNamespace, or restore without restoreTo.namespacePrefix`;
  const taken = tables.find(({ name }) => name.startsWith(to));
  if (taken) return `the name of ${taken.name} begins with the prefix of the copies, ${to}; ${instead}`;
  for (const { name, description } of tables) {
    const copy = prefixed(prefixes, name);
    const indexes = (description.GlobalSecondaryIndexes ?? []).map(({ IndexName = "" }) => IndexName);
    const renamed = indexes.filter((index) => renamedIndex(index, name, copy) !== index);
    const long = [copy, ...renamed.map((index) => renamedIndex(index, name, copy))].find(
      (each) => each.length > LONGEST_NAME,
    );
    if (long)
      return `${long} has ${long.length} characters, and a name in DynamoDB at most ${LONGEST_NAME}; ${instead}`;
    if (renamed.length > 0 && indexes.length >= MOST_INDEXES)
      return `table ${name} has ${indexes.length} indexes, of ${MOST_INDEXES} that DynamoDB allows: its copy has no place for one with another name (${indexName(copy, "<column>")}), and an index cannot be renamed; restore without restoreTo.namespacePrefix`;
  }
  return undefined;
}
