import type { z } from "zod";
import { exampleOf, type JsonSchemaNode } from "./json-schema";
import { yamlText } from "./value";

/** What a schema expects, as text, where it does not say so itself. */
export function expectation(node: JsonSchemaNode = {}, issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return oneOf(issue.values);
  const type = issue.code === "invalid_type" ? issue.expected : (node.type ?? originOf(issue));
  switch (type) {
    case "array":
      return `a list${node.minItems ? ` of at least ${node.minItems} ${node.minItems === 1 ? "item" : "items"}` : ""}${example(node)}`;
    case "object":
    case "record":
      return `a map${keysText(node)}${example(node)}`;
    case "boolean":
      return "true or false";
    case "number":
    case "int":
    case "integer":
      return numberText(node);
    case "string":
      return `a string${issue.code === "too_small" ? " that is not empty" : ""}${example(node)}`;
    default:
      return `a ${type}`;
  }
}

function originOf(issue: z.core.$ZodIssue): string {
  return "origin" in issue ? String(issue.origin) : "value";
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? yamlText(values[0]) : `one of ${values.map(yamlText).join(", ")}`;
}

function numberText({ minimum, maximum }: JsonSchemaNode): string {
  if (minimum === undefined && maximum === undefined) return "a whole number";
  if (maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER) return `a whole number, ${minimum} or more`;
  return `a whole number from ${minimum} to ${maximum}`;
}

function keysText({ properties = {}, required = [] }: JsonSchemaNode): string {
  const keys = Object.keys(properties);
  if (keys.length === 0) return "";
  const optional = keys.filter((key) => !required.includes(key));
  if (required.length === 0) return ` with the optional keys ${keys.join(", ")}`;
  const needed = `with ${required.join(" and ")}`;
  return optional.length === 0 ? ` ${needed}` : ` ${needed}, and optionally ${optional.join(", ")}`;
}

function example(node: JsonSchemaNode): string {
  if (node.type === "string") return node.examples?.length ? `, such as ${yamlText(node.examples[0])}` : "";
  const value = exampleOf(node);
  const empty = value === undefined || (value instanceof Object && Object.keys(value).length === 0);
  return empty ? "" : `, such as ${yamlText(value)}`;
}
