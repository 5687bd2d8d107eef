import { invalid } from "./dynamodb-errors";
import type { Item } from "./dynamodb-item";

/**
 * Which attributes a projection keeps; undefined for all. [Amazon DynamoDB Developer Guide, "Using projection expressions" and
 * "Expression attribute names"] Only top-level attributes are simulated, and only by their placeholders: a name in the
 * expression itself could be one of DynamoDB's 573 reserved words.
 */
export function projected(
  expression: string | undefined,
  names: Record<string, string> | undefined,
): readonly string[] | undefined {
  if (expression === undefined) {
    if (names) throw invalid("ExpressionAttributeNames can only be specified when using expressions");
    return undefined;
  }
  if (names && Object.keys(names).length === 0) throw invalid("ExpressionAttributeNames must not be empty");
  const paths = expression.split(",").map((path) => path.trim());
  const attributes = paths.map((path) => {
    if (!/^#[A-Za-z0-9_]+$/.test(path))
      throw invalid(`Invalid ProjectionExpression: "${path}" is no placeholder of an attribute name, or not simulated`);
    const attribute = names?.[path];
    if (attribute === undefined)
      throw invalid(
        `Invalid ProjectionExpression: An expression attribute name used in the document path is not defined; attribute name: ${path}`,
      );
    return attribute;
  });
  const twice = attributes.find((attribute, index) => attributes.indexOf(attribute) !== index);
  if (twice !== undefined)
    throw invalid(
      `Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [${twice}], path two: [${twice}]`,
    );
  const unused = Object.keys(names ?? {}).filter((name) => !paths.includes(name));
  if (unused.length > 0)
    throw invalid(`Value provided in ExpressionAttributeNames unused in expressions: keys: {${unused.join(", ")}}`);
  return attributes;
}

/** The attributes that the item has. */
export function project<Of extends Item>(item: Of, attributes: readonly string[] | undefined): Of {
  if (attributes === undefined) return item;
  return Object.fromEntries(Object.entries(item).filter(([name]) => attributes.includes(name))) as Of;
}
