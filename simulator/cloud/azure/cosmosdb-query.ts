import type { Item } from "./cosmosdb-account";
import { DocumentError } from "./cosmosdb-wire";

/** What a query returns of each document. */
export type Projection = (document: Item) => Item;

/**
 * Reads a query of the kinds that are simulated: `SELECT * FROM c`, and properties such as `c.id` or `c["values"]["x"] AS y`.
 * [Microsoft Learn, "SELECT clause in Azure Cosmos DB for NoSQL"] A property that a document does not have is left out.
 */
export function readQuery(query: string): Projection {
  const [, selected, alias] = /^\s*SELECT\s+(.+?)\s+FROM\s+([a-z_]\w*)\s*$/is.exec(query) ?? [];
  if (selected === undefined || alias === undefined) throw notSimulated(query);
  if (selected === "*") return (document) => document;
  const properties = selected.split(",").map((text) => propertyOf(text.trim(), alias, query));
  return (document) =>
    Object.fromEntries(
      properties.flatMap(({ path, name }) => {
        const value = path.reduce<unknown>((within, key) => (within as Item | undefined)?.[key], document);
        return value === undefined ? [] : [[name, value]];
      }),
    );
}

function propertyOf(text: string, alias: string, query: string): { path: string[]; name: string } {
  const [, root, rest = "", as] = /^(\w+)((?:\.\w+|\["[^"]+"\])+)(?:\s+AS\s+(\w+))?$/i.exec(text) ?? [];
  if (root !== alias) throw notSimulated(query);
  const path = [...rest.matchAll(/\.(\w+)|\["([^"]+)"\]/g)].map(([, dotted, quoted]) => (dotted ?? quoted) as string);
  return { path, name: as ?? (path.at(-1) as string) };
}

function notSimulated(query: string): DocumentError {
  return new DocumentError(400, "BadRequest", `The query ${JSON.stringify(query)} is invalid, or not simulated.`);
}
