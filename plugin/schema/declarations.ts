import { join } from "node:path";
import ts from "typescript";
import { DECLARATION_OPTIONS } from "../../config/declaration-options";
import { SchemaProblem } from "./problem";

/** The TypeScript declarations of the components, as far as a schema for other languages needs them. */
export interface Declarations {
  checker: ts.TypeChecker;
  /** What `components/index.ts` exports. */
  exports: Map<string, ts.Symbol>;
}

const ENTRY = join(__dirname, "../../components/index.ts");

/**
 * The declarations that the compiler follows outside of this project. The providers' SDKs take seconds to parse; of their
 * types a schema says only that they are maps.
 */
const FOLLOWED = /^(\.|node:|@pulumi\/pulumi)/;

export function readDeclarations(): Declarations {
  const options: ts.CompilerOptions = { ...DECLARATION_OPTIONS, resolveJsonModule: true };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, file, redirected, settings, source) =>
    literals.map((literal) => {
      if (!FOLLOWED.test(literal.text)) return { resolvedModule: undefined };
      const mode = ts.getModeForUsageLocation(source, literal, settings);
      return ts.resolveModuleName(literal.text, file, settings, host, undefined, redirected, mode);
    });
  const program = ts.createProgram([ENTRY], options, host);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(ENTRY);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new SchemaProblem(`${ENTRY} exports nothing`);
  const exports = checker.getExportsOfModule(module).map((symbol): [string, ts.Symbol] => [symbol.name, symbol]);
  return { checker, exports: new Map(exports) };
}

/** The comment of a declaration, on one line. */
export function commentOf(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): string {
  const text = symbol ? ts.displayPartsToString(symbol.getDocumentationComment(checker)) : "";
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

/** A property's type as it is declared, without the `undefined` of an optional one: aliases such as `Input` keep their names. */
export function declaredType(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Type {
  const [declaration] = symbol.declarations ?? [];
  const node =
    declaration && (ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration)) && declaration.type;
  return node ? checker.getTypeFromTypeNode(node) : checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
}

/** What is inside an `Input` or `Output`, and whether it was an `Input`. */
export function unwrapped(type: ts.Type): { type: ts.Type; accepts: boolean } {
  const [inner] = type.aliasTypeArguments ?? [];
  const name = type.aliasSymbol?.name;
  if (inner && (name === "Input" || name === "Output")) return { type: inner, accepts: name === "Input" };
  return { type, accepts: false };
}

/** Of a component or its data, the data: programs in other languages have no components of TypeScript. */
export function withoutComponents(type: ts.Type): ts.Type {
  if (!type.isUnion()) return type;
  const [data, ...others] = type.types.filter((each) => !each.isClass());
  return data && others.length === 0 && type.types.length > 1 ? data : type;
}

/** What an array holds; undefined for other types. */
export function itemOf(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  return checker.isArrayType(type) ? checker.getIndexTypeOfType(type, ts.IndexKind.Number) : undefined;
}
