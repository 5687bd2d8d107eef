import type { Reference, ServiceModel, Shape } from "./aws-models";
import type { Element } from "./xml";

/** How a protocol writes values: JSON's own types, or text in the elements of forms and XML. */
export interface Notation<Value> {
  /** The members of a structure, or undefined when the value is none. */
  structure(value: Value): Map<string, Value> | undefined;
  list(value: Value, list: { elementName: string; flattened: boolean }): Value[] | undefined;
  /** A scalar: JSON's own, or text. */
  scalar(value: Value): unknown;
  textual: boolean;
}

/** What of a value the model does not have: unknown and missing members, wrong types, lengths, patterns and enums. */
export function problemsOf<Value>(
  model: ServiceModel,
  reference: Reference,
  value: Value,
  notation: Notation<Value>,
  path = "",
): string[] {
  const shape = model.shapes[reference.shape];
  if (!shape) return [`${path}: the model has no shape ${reference.shape}`];
  const at = (name: string) => (path === "" ? name : `${path}.${name}`);
  const within = (inner: Reference, each: Value, name: string) => problemsOf(model, inner, each, notation, at(name));
  const wrong = [`${path}: ${JSON.stringify(value)} is no ${shape.type}`];
  switch (shape.type) {
    case "structure": {
      const given = notation.structure(value);
      if (!given) return wrong;
      const members = Object.entries(shape.members ?? {}).map(([name, member]) => ({
        name,
        member,
        written: member.locationName ?? name,
      }));
      return [
        ...[...given].flatMap(([written, each]) => {
          const known = members.find((member) => member.written === written);
          return known ? within(known.member, each, written) : [`${at(written)}: unknown member`];
        }),
        ...members
          .filter(({ name, written }) => shape.required?.includes(name) && !given.has(written))
          .map(({ written }) => `${at(written)}: required, but missing`),
      ];
    }
    case "list": {
      const { member } = shape;
      const elementName = member?.locationName ?? "member";
      const elements = notation.list(value, { elementName, flattened: shape.flattened === true });
      if (!elements || !member) return wrong;
      return [
        ...outOfRange(shape, elements.length, `${path}: ${elements.length} elements`),
        ...elements.flatMap((each, index) => within(member, each, String(index))),
      ];
    }
    case "map": {
      const given = notation.structure(value);
      const { key, value: inner } = shape;
      if (!given || !key || !inner || notation.textual) return wrong;
      return [
        ...outOfRange(shape, given.size, `${path}: ${given.size} entries`),
        ...[...given].flatMap(([name, each]) => [
          ...scalarProblems(model.shapes[key.shape] as Shape, name, at(name), false),
          ...within(inner, each, name),
        ]),
      ];
    }
    default: {
      const scalar = notation.scalar(value);
      return scalar === undefined ? wrong : scalarProblems(shape, scalar, path, notation.textual);
    }
  }
}

function scalarProblems(shape: Shape, value: unknown, path: string, textual: boolean): string[] {
  const wrong = [`${path}: ${JSON.stringify(value)} is no ${shape.type}`];
  const text = typeof value === "string" ? value : undefined;
  switch (shape.type) {
    case "string":
    case "character": {
      if (text === undefined) return wrong;
      return [
        ...outOfRange(shape, [...text].length, `${path}: ${JSON.stringify(text)} has ${[...text].length} characters`),
        ...(shape.enum && !shape.enum.includes(text)
          ? [`${path}: ${JSON.stringify(text)} is none of ${shape.enum.join(", ")}`]
          : []),
        ...(shape.pattern && !wholly(shape.pattern).test(text)
          ? [`${path}: ${JSON.stringify(text)} does not match ${shape.pattern}`]
          : []),
      ];
    }
    case "integer":
    case "long":
    case "float":
    case "double": {
      const number = textual && text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : value;
      if (typeof number !== "number") return wrong;
      if (["integer", "long"].includes(shape.type) && !Number.isInteger(number)) return wrong;
      return outOfRange(shape, number, `${path}: ${number}`);
    }
    case "boolean":
      return typeof value === "boolean" || (textual && (text === "true" || text === "false")) ? [] : wrong;
    case "timestamp":
      // JSON has seconds since the epoch; forms and XML have ISO 8601.
      return textual
        ? /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text ?? "")
          ? []
          : wrong
        : typeof value === "number"
          ? []
          : wrong;
    default:
      return [`${path}: the judge does not know the type ${shape.type}`];
  }
}

function outOfRange({ min, max }: Shape, value: number, what: string): string[] {
  if (min !== undefined && value < min) return [`${what}, less than ${min}`];
  if (max !== undefined && value > max) return [`${what}, more than ${max}`];
  return [];
}

/**
 * AWS's patterns are Java's, and of whole values. Some have escapes that only expressions without the flag `u` know.
 */
function wholly(pattern: string): RegExp {
  const whole = `^(?:${pattern.replaceAll("\\p{Print}", "[\\x20-\\x7E]")})$`;
  try {
    return new RegExp(whole, "u");
  } catch {
    return new RegExp(whole);
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON in which null is as good as absent. */
export const JSON_NOTATION: Notation<unknown> = {
  structure: (value) =>
    isObject(value) ? new Map(Object.entries(value).filter(([, each]) => each !== null)) : undefined,
  list: (value) => (Array.isArray(value) ? value : undefined),
  scalar: (value) => (isObject(value) || Array.isArray(value) ? undefined : value),
  textual: false,
};

/** What a form says of a member: text, or members by their names. */
export type Form = string | Map<string, Form>;

export const FORM_NOTATION: Notation<Form> = {
  structure: (value) => (typeof value === "string" ? undefined : value),
  list(value, { elementName, flattened }) {
    // The SDKs write an empty list as an empty value.
    if (value === "") return [];
    const elements = flattened || typeof value === "string" ? value : value.get(elementName);
    if (elements === undefined || typeof elements === "string") return undefined;
    if (!flattened && (value as Map<string, Form>).size > 1) return undefined;
    const numbers = [...elements.keys()].map(Number).sort((a, b) => a - b);
    if (numbers.some((number, index) => number !== index + 1)) return undefined;
    return numbers.map((number) => elements.get(String(number)) as Form);
  },
  scalar: (value) => (typeof value === "string" ? value : undefined),
  textual: true,
};

export const XML_NOTATION: Notation<Element> = {
  structure({ children, text }) {
    if (text.trim() !== "") return undefined;
    const members = new Map(children.map((child) => [child.name, child]));
    // A member that comes twice is no member of a structure.
    return members.size === children.length ? members : undefined;
  },
  list: ({ children, text }, { elementName }) =>
    text.trim() === "" && children.every(({ name }) => name === elementName) ? children : undefined,
  scalar: ({ children, text }) => (children.length === 0 ? text : undefined),
  textual: true,
};
