import ts from "typescript";
import type { JsonSchemaNode } from "../../components/problem-messages/json-schema";
import { commentOf, type Declarations, declaredType, itemOf, unwrapped, withoutComponents } from "./declarations";
import { sentence, typeName } from "./names";
import { SchemaProblem } from "./problem";

/** A type in a Pulumi schema. */
export interface TypeSpec {
  type?: string;
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  plain?: boolean;
}

/** A property in a Pulumi schema. */
export interface PropertySpec extends TypeSpec {
  description?: string;
  secret?: boolean;
}

/** A complex type or an enum in a Pulumi schema. */
export interface ComplexType {
  description?: string;
  type: string;
  properties?: Record<string, PropertySpec>;
  required?: string[];
  enum?: { name: string; value: string }[];
}

/** The properties of one object, and which of them take outputs of other resources. */
export interface Properties {
  properties: Record<string, PropertySpec>;
  required: string[];
  acceptOutputs: string[];
}

const ANY: TypeSpec = { $ref: "pulumi.json#/Any" };
const PACKAGE = "scalar-backup";

/** Where a type is used, for the name of an unnamed type, and for messages. */
interface Place {
  owner: string;
  property: string;
  /** Whether its value has to be known before the deployment begins. */
  known: boolean;
}

/** The types of a Pulumi schema, collected while the declarations of properties are read. */
export class Types {
  readonly types: Record<string, ComplexType> = {};
  /** The properties of each type that take outputs of other resources. */
  readonly acceptOutputs: Record<string, string[]> = {};
  readonly #symbols = new Map<string, ts.Symbol | undefined>();

  constructor(private readonly declarations: Declarations) {}

  /**
   * Properties as an interface or a class declares them.
   * @param owner Its name in the schema.
   * @param known Whether their values have to be known before the deployment begins, where they are no `Input`.
   * @param described The same properties in the JSON Schema by which values are checked, as far as they are in it.
   */
  properties(
    owner: string,
    symbols: ts.Symbol[],
    described: Record<string, JsonSchemaNode | undefined>,
    known: boolean,
  ): Properties {
    const { checker } = this.declarations;
    const names = new Set(symbols.map(({ name }) => name));
    const unknown = Object.keys(described).filter((name) => !names.has(name));
    if (unknown.length > 0)
      throw new SchemaProblem(
        `${owner}: ${unknown.join(", ")} is in the zod schema only; declare it in the interface (such as DatabaseArgs), too`,
      );
    const found: Properties = { properties: {}, required: [], acceptOutputs: [] };
    for (const symbol of symbols) {
      const { name } = symbol;
      const node = described[name];
      const declared = unwrapped(declaredType(symbol, checker));
      const mustBeKnown = known && !declared.accepts;
      const spec = this.#typeOf(declared.type, node, { owner, property: name, known: mustBeKnown });
      const description = sentence(node?.description ?? commentOf(symbol, checker));
      if (declared.accepts) found.acceptOutputs.push(name);
      found.properties[name] = {
        ...(mustBeKnown ? plain(spec) : spec),
        ...(description !== "" && { description }),
      };
      if ((symbol.flags & ts.SymbolFlags.Optional) === 0) found.required.push(name);
    }
    return found;
  }

  #typeOf(type: ts.Type, node: JsonSchemaNode | undefined, place: Place): TypeSpec {
    const { checker } = this.declarations;
    const inner = withoutComponents(unwrapped(type).type);
    if (inner.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return anyOf(node);
    const values = inner.isUnion() ? inner.types.flatMap((each) => (each.isStringLiteral() ? each.value : [])) : [];
    const names = node?.enum?.filter((value) => typeof value === "string") ?? values;
    if (names.length > 0) return this.#enumOf(inner, names, place);
    if (isEach(inner, ts.TypeFlags.StringLike)) return { type: "string" };
    if (isEach(inner, ts.TypeFlags.BooleanLike)) return { type: "boolean" };
    if (isEach(inner, ts.TypeFlags.NumberLike)) return { type: isInteger(node) ? "integer" : "number" };
    const item = itemOf(checker, inner);
    if (item) return { type: "array", items: this.#typeOf(item, node?.items, place) };
    const index = checker.getIndexInfoOfType(inner, ts.IndexKind.String);
    if (index) {
      const values = typeof node?.additionalProperties === "object" ? node.additionalProperties : undefined;
      return { type: "object", additionalProperties: this.#typeOf(index.type, values, place) };
    }
    if (!(inner.flags & ts.TypeFlags.Object))
      throw new SchemaProblem(
        `${place.owner}.${place.property}: ${checker.typeToString(inner)} is not a type that every Pulumi language has; use a named interface, an enum, a list or a map`,
      );
    return this.#objectOf(inner, node, place);
  }

  #objectOf(type: ts.Type, node: JsonSchemaNode | undefined, { owner, property, known }: Place): TypeSpec {
    const { checker } = this.declarations;
    const symbol = type.aliasSymbol ?? type.symbol;
    const name = typeName(symbol?.name === "__type" ? undefined : symbol?.name, owner, property);
    const seen = this.#claim(name, symbol, `${owner}.${property}`);
    if (seen) return reference(name);
    const { properties, required, acceptOutputs } = this.properties(
      name,
      checker.getPropertiesOfType(type),
      node?.properties ?? {},
      known,
    );
    const optional = required.filter((each) => node?.properties?.[each] && !node.required?.includes(each));
    const needed = (node?.required ?? []).filter((each) => !required.includes(each));
    if (optional.length > 0 || needed.length > 0)
      throw new SchemaProblem(
        `${name}: interface and zod schema differ in whether ${[...optional, ...needed]} is required`,
      );
    const description = sentence(commentOf(symbol, checker) || (node?.description ?? ""));
    this.types[token(name)] = { type: "object", ...(description !== "" && { description }), properties, required };
    if (acceptOutputs.length > 0) this.acceptOutputs[name] = acceptOutputs;
    return reference(name);
  }

  #enumOf(type: ts.Type, values: string[], { owner, property }: Place): TypeSpec {
    const symbol = type.aliasSymbol ?? (type.flags & ts.TypeFlags.EnumLike ? type.symbol : undefined);
    const name = typeName(symbol?.name, owner, property);
    this.#claim(name, symbol, `${owner}.${property}`);
    const description = sentence(commentOf(symbol, this.declarations.checker));
    this.types[token(name)] = {
      type: "string",
      ...(description !== "" && { description }),
      enum: values.map((value) => ({ name: value.replace(/^./, (first) => first.toUpperCase()), value })),
    };
    return reference(name);
  }

  /** Names are global in the SDKs: two types of one name would become one. Returns whether this very type is there already. */
  #claim(name: string, symbol: ts.Symbol | undefined, place: string): boolean {
    const seen = this.#symbols.has(name);
    if (seen && this.#symbols.get(name) !== symbol)
      throw new SchemaProblem(`${place}: another type is called ${name} already; rename one of the two`);
    this.#symbols.set(name, symbol);
    return seen;
  }
}

export function token(name: string): string {
  return `${PACKAGE}:index:${name}`;
}

function reference(name: string): TypeSpec {
  return { $ref: `#/types/${token(name)}` };
}

/** Marks what has to be known before the deployment begins. Lists and maps of objects hold properties that need not be. */
function plain(spec: TypeSpec): TypeSpec {
  const isObject = ({ $ref = "", items, additionalProperties }: TypeSpec): boolean => {
    const inside = items ?? additionalProperties;
    return inside ? isObject(inside) : $ref !== "";
  };
  if (isObject(spec)) return spec;
  return {
    ...spec,
    ...(spec.items && { items: plain(spec.items) }),
    ...(spec.additionalProperties && { additionalProperties: plain(spec.additionalProperties) }),
    plain: true,
  };
}

function isInteger(node: JsonSchemaNode | undefined): boolean {
  return node?.type === "integer" || (node?.enum?.every((value) => Number.isInteger(value)) ?? false);
}

/** A value whose type is a provider's: the JSON Schema says whether it is a map of these, or one of them. */
function anyOf(node: JsonSchemaNode | undefined): TypeSpec {
  if (node?.items) return { type: "array", items: anyOf(node.items) };
  if (node?.type !== "object") return ANY;
  const values = typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
  return { type: "object", additionalProperties: values?.type === undefined ? ANY : anyOf(values) };
}

function isEach(type: ts.Type, flags: ts.TypeFlags): boolean {
  const types = (type.isUnion() ? type.types : [type]).filter((each) => !(each.flags & ts.TypeFlags.Undefined));
  return types.every((each) => each.flags & flags);
}
