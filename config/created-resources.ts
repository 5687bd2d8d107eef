import { dirname, join } from "node:path";
import ts from "typescript";
import { DECLARATION_OPTIONS } from "./declaration-options";

/**
 * The arguments of the resources that `create` declares, from the declarations of the installed Pulumi SDKs. At run time the
 * SDKs do not check them: they drop an unknown argument silently, and a missing one ends in a stack trace.
 */

/** The resources, by the import that declares them. */
const RESOURCES: Record<string, string> = {
  "@pulumi/aws/dynamodb/table": "TableArgs",
  "@pulumi/aws/rds/cluster": "ClusterArgs",
  "@pulumi/aws/rds/clusterInstance": "ClusterInstanceArgs",
  "@pulumi/aws/rds/instance": "InstanceArgs",
  "@pulumi/azure-native/cosmosdb/databaseAccount": "DatabaseAccountArgs",
  "@pulumi/azure-native/dbformysql/server": "ServerArgs",
  "@pulumi/azure-native/dbforpostgresql/server": "ServerArgs",
};

/** "string", "number", "boolean" or "any"; a list of one; a map of "*"; or arguments by name, with "!" behind what is needed. */
export type ArgumentType = string | [ArgumentType] | { [name: string]: ArgumentType };

/** The file's text: one line for each argument of each resource. */
export function createdResourcesText(): string {
  const blocks = Object.entries(readArguments()).map(([resource, args]) => {
    const lines = Object.entries(args).map(([name, type]) => `    ${JSON.stringify(name)}: ${JSON.stringify(type)}`);
    return `  ${JSON.stringify(resource)}: {\n${lines.join(",\n")}\n  }`;
  });
  return `{\n${blocks.join(",\n")}\n}\n`;
}

function readArguments(): Record<string, Record<string, ArgumentType>> {
  const host = ts.createCompilerHost(DECLARATION_OPTIONS);
  // Most of the SDKs' megabytes are comments.
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  const program = ts.createProgram(Object.keys(RESOURCES).map(declarationFile), DECLARATION_OPTIONS, host);
  const checker = program.getTypeChecker();
  return Object.fromEntries(
    Object.entries(RESOURCES).map(([resource, name]) => {
      const source = program.getSourceFile(declarationFile(resource));
      const module = source && checker.getSymbolAtLocation(source);
      const symbol = module && checker.getExportsOfModule(module).find((each) => each.name === name);
      if (!symbol) throw new Error(`${name} is not declared in ${resource}`);
      return [resource, membersOf(checker, checker.getDeclaredTypeOfSymbol(symbol))];
    }),
  );
}

function declarationFile(resource: string): string {
  const [scope, name, ...path] = resource.split("/");
  return join(dirname(require.resolve(`${scope}/${name}/package.json`)), `${path.join("/")}.d.ts`);
}

function membersOf(checker: ts.TypeChecker, type: ts.Type): Record<string, ArgumentType> {
  const members = checker.getPropertiesOfType(type).map((symbol): [string, ArgumentType] => {
    const needed = (symbol.flags & ts.SymbolFlags.Optional) === 0;
    return [`${symbol.name}${needed ? "!" : ""}`, typeOf(checker, checker.getTypeOfSymbol(symbol))];
  });
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function typeOf(checker: ts.TypeChecker, type: ts.Type): ArgumentType {
  // What remains of `Input<T | undefined>` when outputs and promises of T are left out.
  const types = (type.isUnion() ? type.types : [type]).filter((each) => {
    const wrapped = each.isIntersection() || ["Promise", "OutputInstance"].includes(each.symbol?.name);
    return !wrapped && !(each.flags & ts.TypeFlags.Undefined);
  });
  const all = (flag: ts.TypeFlags) => types.length > 0 && types.every((each) => each.flags & flag);
  if (all(ts.TypeFlags.StringLike)) return "string";
  if (all(ts.TypeFlags.NumberLike)) return "number";
  if (all(ts.TypeFlags.BooleanLike)) return "boolean";
  const [only] = types;
  if (only === undefined || types.length > 1 || !(only.flags & ts.TypeFlags.Object)) return "any";
  const item = checker.isArrayType(only) ? checker.getIndexTypeOfType(only, ts.IndexKind.Number) : undefined;
  if (item) return [typeOf(checker, item)];
  const index = checker.getIndexInfoOfType(only, ts.IndexKind.String);
  if (index) return { "*": typeOf(checker, index.type) };
  // Another resource, which stands for its id.
  return only.isClass() ? "any" : membersOf(checker, only);
}
