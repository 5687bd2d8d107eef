/** The parts of a JSON Schema that messages need. */
export interface SchemaNode {
  type?: string;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  items?: SchemaNode;
  additionalProperties?: SchemaNode | boolean;
  propertyNames?: SchemaNode;
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  examples?: unknown[];
}

/** The schema of the value at a path. */
export function nodeAt(root: SchemaNode, path: readonly PropertyKey[]): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((node, step) => {
    const next =
      typeof step === "number" ? node?.items : (node?.properties?.[String(step)] ?? node?.additionalProperties);
    return typeof next === "object" ? next : undefined;
  }, root);
}

/** A value that the schema accepts, with what it needs and not more; what only a user knows is in angle brackets. */
export function exampleOf(node: SchemaNode, name = "value"): unknown {
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
