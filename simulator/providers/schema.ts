import { type PropertyMap, type PropertyValue, UNKNOWN } from "./provider";

/** What a simulated provider knows of one property of a resource: data, from which checks and differences follow. */
export interface Property {
  /** `json` is JSON text, or an object in its place. */
  type: "string" | "integer" | "number" | "boolean" | "json" | "object" | "list" | "set" | "map";
  /** The elements of a list, set or map. */
  of?: Property;
  /** The properties of an object. */
  properties?: Properties;
  required?: true;
  /** When left out, the cloud decides, and what it decided is no difference. */
  computed?: true;
  /** A change can't be made in place. */
  replaces?: true;
  default?: PropertyValue;
  values?: readonly string[];
  /** Least and most. */
  range?: readonly [number, number];
  /** What a text must look like, and how to say so. */
  format?: { pattern: RegExp; description: string };
  secret?: true;
  /** Whether two unequal values mean the same. */
  equivalent?: (old: PropertyValue, next: PropertyValue) => boolean;
}

export type Properties = Readonly<Record<string, Property>>;

export interface Problem {
  /** Path such as `restoreToPointInTime.restoreToTime`. */
  property: string;
  reason: string;
}

/** Everything wrong with values, by names, types and allowed values. What isn't known yet passes. */
export function problemsOf(properties: Properties, values: PropertyMap, owner: string, prefix = ""): Problem[] {
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(values)) {
    const property = properties[name];
    if (property) problems.push(...valueProblems(property, value, owner, prefix + name));
    else
      problems.push({
        property: prefix + name,
        reason: `unknown to ${owner}, or not simulated; known are ${Object.keys(properties).join(", ")}`,
      });
  }
  for (const [name, property] of Object.entries(properties))
    if (property.required && isAbsent(values[name]))
      problems.push({ property: prefix + name, reason: "missing required property" });
  return problems;
}

function valueProblems(property: Property, value: PropertyValue, owner: string, path: string): Problem[] {
  if (isAbsent(value) || value === UNKNOWN) return [];
  const problem = (reason: string): Problem[] => [{ property: path, reason }];
  const wrongType = () => problem(`expected ${property.type}, got ${describe(value)}`);
  switch (property.type) {
    case "string":
      if (typeof value !== "string") return wrongType();
      if (property.values && !property.values.includes(value))
        return problem(`expected one of ${property.values.join(", ")}, got ${value}`);
      if (property.format && !property.format.pattern.test(value))
        return problem(`expected ${property.format.description}, got ${value}`);
      return [];
    case "integer":
    case "number":
      if (typeof value !== "number" || (property.type === "integer" && !Number.isInteger(value))) return wrongType();
      if (property.range && (value < property.range[0] || value > property.range[1]))
        return problem(`expected ${property.range[0]} to ${property.range[1]}, got ${value}`);
      return [];
    case "boolean":
      return typeof value === "boolean" ? [] : wrongType();
    case "json":
      return typeof value === "string" || isObject(value) ? [] : wrongType();
    case "object":
      return isObject(value) ? problemsOf(property.properties ?? {}, value, owner, `${path}.`) : wrongType();
    case "map":
      if (!isObject(value)) return wrongType();
      return Object.entries(value).flatMap(([key, element]) =>
        valueProblems(property.of as Property, element, owner, `${path}.${key}`),
      );
    case "list":
    case "set":
      if (!Array.isArray(value)) return wrongType();
      return value.flatMap((element, index) =>
        valueProblems(property.of as Property, element, owner, `${path}[${index}]`),
      );
  }
}

/** The values with the defaults of what is absent, nested ones too. */
export function withDefaults(properties: Properties, values: PropertyMap): PropertyMap {
  const filled: PropertyMap = {};
  for (const [name, value] of Object.entries(values)) {
    const property = properties[name];
    filled[name] = property ? nestedDefaults(property, value) : value;
  }
  for (const [name, property] of Object.entries(properties))
    if (isAbsent(filled[name]) && property.default !== undefined) filled[name] = property.default;
  return filled;
}

function nestedDefaults(property: Property, value: PropertyValue): PropertyValue {
  if (property.type === "object" && isObject(value)) return withDefaults(property.properties ?? {}, value);
  if (Array.isArray(value)) return value.map((element) => nestedDefaults(property.of as Property, element));
  return value;
}

export function isAbsent(value: PropertyValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}

export function isObject(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value holds, at any depth, something a preview can't know. */
export function hasUnknown(value: PropertyValue | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

function describe(value: PropertyValue): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `the ${typeof value} ${JSON.stringify(value)}`;
}
