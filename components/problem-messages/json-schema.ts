import { z } from "zod";

/** The parts of a JSON Schema that messages, the reference and the plugin's schema show. */
export interface JsonSchemaNode {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchemaNode>;
  required?: string[];
  items?: JsonSchemaNode;
  additionalProperties?: JsonSchemaNode | boolean;
  propertyNames?: JsonSchemaNode;
  enum?: (string | number)[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  examples?: unknown[];
  /** The value may be a secret, and is not to be shown. */
  writeOnly?: boolean;
}

/** Cached: to write a schema takes fifty times as long as to check a value by it. */
const written = new WeakMap<z.ZodType, JsonSchemaNode>();

/** The JSON Schema of what a user writes, before defaults. Unknown to it are checks in code alone. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchemaNode {
  let node = written.get(schema);
  if (node === undefined) {
    // Cast: zod's type of a JSON Schema also has forms that its schemas here do not produce.
    node = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchemaNode;
    written.set(schema, node);
  }
  return node;
}

/** The schema of the value at a path. */
export function nodeAt(root: JsonSchemaNode, path: readonly PropertyKey[]): JsonSchemaNode | undefined {
  return path.reduce<JsonSchemaNode | undefined>((node, step) => {
    const next =
      typeof step === "number" ? node?.items : (node?.properties?.[String(step)] ?? node?.additionalProperties);
    return typeof next === "object" ? next : undefined;
  }, root);
}

/** Whether a value of this schema, or a part of it, may be a secret. */
export function mayHoldSecret(node: JsonSchemaNode | undefined): boolean {
  if (node === undefined) return false;
  const parts = [...Object.values(node.properties ?? {}), node.items, node.additionalProperties];
  return node.writeOnly === true || parts.some((part) => typeof part === "object" && mayHoldSecret(part));
}

/** A value that the schema accepts, with what it needs and not more; what only a user knows is in angle brackets. */
export function exampleOf(node: JsonSchemaNode, name = "value"): unknown {
  if (node.examples?.length) return node.examples[0];
  if (node.const !== undefined) return node.const;
  if (node.enum?.length) return node.enum[0];
  if (node.type === "array") return node.items ? [exampleOf(node.items, name)] : [];
  if (node.type === "boolean") return true;
  if (node.type === "integer" || node.type === "number") return node.minimum ?? 1;
  if (node.type !== "object" && node.properties === undefined) return `<${name}>`;
  const properties = Object.entries(node.properties ?? {});
  const needed = properties.filter(([key]) => node.required?.includes(key));
  const chosen = needed.length > 0 ? needed : properties.slice(0, 1);
  return Object.fromEntries(chosen.map(([key, inner]) => [key, exampleOf(inner, key)]));
}
