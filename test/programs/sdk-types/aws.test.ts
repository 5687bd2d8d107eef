import { dirname, join } from "node:path";
import test from "ava";
import ts from "typescript";
import type { ResourceType } from "../../../simulator/providers/aws/resource-type";
import { RESOURCE_TYPES } from "../../../simulator/providers/aws/resource-types";
import type { Properties, Property } from "../../../simulator/providers/schema";

/** The declarations of the installed SDK: a program is checked against them, and so is the simulation. */
const SDK = dirname(require.resolve("@pulumi/aws/package.json"));

const options: ts.CompilerOptions = {
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
  lib: ["lib.es2023.d.ts"],
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};
const host = ts.createCompilerHost(options);
// Most of the SDK's megabytes are comments.
host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
const program = ts.createProgram(RESOURCE_TYPES.map(declarationFile), options, host);
const checker = program.getTypeChecker();

/** `aws:dynamodb/table:Table` is declared in `dynamodb/table.d.ts`. */
function declarationFile(type: ResourceType): string {
  return join(SDK, `${type.token.split(":")[1]}.d.ts`);
}

function declared(type: ResourceType, suffix: string): ts.Type {
  const source = program.getSourceFile(declarationFile(type));
  const module = source && checker.getSymbolAtLocation(source);
  const name = `${type.token.split(":")[2]}${suffix}`;
  const symbol = module && checker.getExportsOfModule(module).find((each) => each.name === name);
  if (!symbol) throw new Error(`${name} is not declared in ${declarationFile(type)}`);
  return checker.getDeclaredTypeOfSymbol(symbol);
}

/** What remains of `Input<T | undefined>` when outputs and promises of T are left out. */
function alternatives(type: ts.Type): ts.Type[] {
  return (type.isUnion() ? type.types : [type]).filter((each) => {
    const wrapped = each.isIntersection() || ["Promise", "OutputInstance"].includes(each.symbol?.name);
    return !wrapped && !(each.flags & ts.TypeFlags.Undefined);
  });
}

/** Where the simulation says something else than the SDK. */
function mismatches(properties: Properties, sdk: ts.Type, path: string): string[] {
  const members = new Map(checker.getPropertiesOfType(sdk).map((symbol) => [symbol.name, symbol]));
  const found: string[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const symbol = members.get(name);
    if (!symbol) {
      found.push(`${path}${name} is unknown to the SDK`);
      continue;
    }
    const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    if (optional === (property.required === true))
      found.push(`${path}${name} is ${optional ? "optional" : "required"} in the SDK`);
    found.push(...typeMismatches(property, checker.getTypeOfSymbol(symbol), path + name));
  }
  for (const [name, symbol] of members)
    if (!(symbol.flags & ts.SymbolFlags.Optional) && !(name in properties)) found.push(`${path}${name} is missing`);
  return found;
}

function typeMismatches(property: Property, sdk: ts.Type, path: string): string[] {
  const types = alternatives(sdk);
  const is = (flag: ts.TypeFlags) => types.length > 0 && types.every((type) => type.flags & flag);
  const wrong = [`${path} is no ${property.type} in the SDK, but ${checker.typeToString(sdk)}`];
  const [only] = types;
  switch (property.type) {
    case "string":
      // A reference to another resource travels as its id.
      return types.every((type) => type.flags & ts.TypeFlags.StringLike || type.isClass()) ? [] : wrong;
    case "integer":
    case "number":
      return is(ts.TypeFlags.NumberLike) ? [] : wrong;
    case "boolean":
      return is(ts.TypeFlags.BooleanLike) ? [] : wrong;
    case "json":
      return types.some((type) => type.flags & ts.TypeFlags.StringLike) && types.length === 2 ? [] : wrong;
    case "list":
    case "set": {
      if (types.length !== 1 || !only || !checker.isArrayType(only)) return wrong;
      const [element] = checker.getTypeArguments(only as ts.TypeReference);
      return typeMismatches(property.of as Property, element as ts.Type, `${path}[]`);
    }
    case "map": {
      const index = only && checker.getIndexInfoOfType(only, ts.IndexKind.String);
      return types.length === 1 && index ? typeMismatches(property.of as Property, index.type, `${path}.*`) : wrong;
    }
    case "object":
      if (types.length !== 1 || !only || !(only.flags & ts.TypeFlags.Object) || checker.isArrayType(only)) return wrong;
      return mismatches(property.properties as Properties, only, `${path}.`);
  }
}

function inputMismatches(type: ResourceType): string[] {
  return mismatches(type.inputs, declared(type, "Args"), "");
}

for (const type of RESOURCE_TYPES) {
  test(`${type.token} takes no input that the SDK doesn't declare, by name and type`, (t) => {
    t.deepEqual(inputMismatches(type), []);
  });

  test(`${type.token} gives no output that the SDK doesn't declare`, (t) => {
    const members = checker.getPropertiesOfType(declared(type, "")).map((symbol) => symbol.name);
    t.deepEqual(
      [...Object.keys(type.inputs), ...type.outputs].filter((name) => !members.includes(name)),
      [],
    );
  });
}

test("a misspelt, wrongly typed or wrongly nested input, or one that isn't as required as in the SDK, is found", (t) => {
  const type = RESOURCE_TYPES.find((each) => each.token === "aws:dynamodb/table:Table") as ResourceType;
  const with_ = (inputs: Properties) => inputMismatches({ ...type, inputs: { ...type.inputs, ...inputs } });
  t.regex(with_({ nmae: { type: "string" } }).join(), /nmae is unknown/);
  t.regex(with_({ readCapacity: { type: "string" } }).join(), /readCapacity is no string/);
  t.regex(with_({ tags: { type: "list", of: { type: "string" } } }).join(), /tags is no list/);
  t.regex(with_({ name: { type: "string", required: true } }).join(), /name is optional/);
  t.regex(with_({ ttl: { type: "object", properties: { on: { type: "boolean" } } } }).join(), /ttl.on is unknown/);
  t.regex(
    with_({ pointInTimeRecovery: { type: "object", properties: {} } }).join(),
    /pointInTimeRecovery.enabled is missing/,
  );
});
