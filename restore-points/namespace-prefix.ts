/**
 * The names of ScalarDB's tables in DynamoDB, and of their indexes, under another namespace prefix
 * (`scalar.db.dynamo.namespace.prefix`): a table is called `<prefix><namespace>.<table>`, an index
 * `<the table's name>.global_index.<column>` [scalardb: storage/dynamo/DynamoAdmin.java, DynamoOperation.java].
 */

/** The prefix of the tables, often empty, and that of their copies. No table's name begins with the copies' prefix. */
export interface NamespacePrefixes {
  from: string;
  to: string;
}

const INDEX = ".global_index.";

/** A name with the copies' prefix. */
export function prefixed({ from, to }: NamespacePrefixes, name: string): string {
  return `${to}${name.slice(from.length)}`;
}

/** The name of the index of a column. */
export function indexName(table: string, column: string): string {
  return `${table}${INDEX}${column}`;
}

/** The name of an index once its table has another name; an index that is not ScalarDB's keeps its own. */
export function renamedIndex(index: string, table: string, renamed: string): string {
  const before = indexName(table, "");
  return index.startsWith(before) ? indexName(renamed, index.slice(before.length)) : index;
}
