import { type JsonSchemaNode, jsonSchemaOf } from "../../../components/problem-messages/json-schema";
import { stackConfigSchema } from "../../../config/schema";
import { isMap } from "./maps";

/** How often each key of the configuration was there, by its path without positions: `databases.dynamodb.existing.tables`. */
export type Reached = Record<string, number>;

/** Counts the keys of a configuration that the schema knows. */
export function reach(
  counts: Reached,
  value: unknown,
  path = "",
  node: JsonSchemaNode = jsonSchemaOf(stackConfigSchema),
): void {
  if (Array.isArray(value)) {
    for (const each of value) reach(counts, each, path, node.items ?? {});
    return;
  }
  if (!isMap(value)) return;
  for (const [key, inner] of Object.entries(node.properties ?? {})) {
    if (!Object.hasOwn(value, key)) continue;
    const at = path === "" ? key : `${path}.${key}`;
    counts[at] = (counts[at] ?? 0) + 1;
    reach(counts, value[key], at, inner);
  }
  if (typeof node.additionalProperties === "object")
    for (const inner of Object.values(value)) reach(counts, inner, `${path}.*`, node.additionalProperties);
}

/** The keys of the configuration that are not in `counts`. */
export function unreached(
  counts: Reached,
  path = "",
  node: JsonSchemaNode = jsonSchemaOf(stackConfigSchema),
): string[] {
  const item = node.items ? unreached(counts, path, node.items) : [];
  const entry =
    typeof node.additionalProperties === "object" ? unreached(counts, `${path}.*`, node.additionalProperties) : [];
  const own = Object.entries(node.properties ?? {}).flatMap(([key, inner]) => {
    const at = path === "" ? key : `${path}.${key}`;
    return [...(counts[at] === undefined ? [at] : []), ...unreached(counts, at, inner)];
  });
  return [...item, ...entry, ...own];
}
