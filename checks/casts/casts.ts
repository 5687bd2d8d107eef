import ts from "typescript";

/** A cast that no comment gives a reason for. */
export interface Cast {
  line: number;
  /** Its text, cut to one line. */
  text: string;
}

/** A reason begins with this word, in a comment of the cast's own line or right above it. */
const REASON = /(?:\/\/|\*)(?:.*[.;])?\s*Cast: \S/;
const COMMENT = /^\s*(?:\/\/|\/\*|\*)/;

/**
 * The casts of a TypeScript file without a reason: `x as T`, `<T>x` and `x!`. Not `as const`, which narrows a type and cannot
 * be wrong, and not a `const x: T = ...`, which the compiler checks unless the value is `any`.
 */
export function castsWithoutReason(path: string, text: string): Cast[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lines = text.split("\n");
  const found = new Map<number, Cast>();
  const visit = (node: ts.Node): void => {
    if (isCast(node)) {
      const line = file.getLineAndCharacterOfPosition(placeOf(node)).line;
      if (!hasReason(lines, line)) found.set(line, { line: line + 1, text: (lines[line] ?? "").trim() });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...found.values()].sort((a, b) => a.line - b.line);
}

type CastNode = ts.AsExpression | ts.TypeAssertion | ts.NonNullExpression;

function isCast(node: ts.Node): node is CastNode {
  if (ts.isAsExpression(node)) return !ts.isConstTypeReference(node.type);
  return ts.isTypeAssertionExpression(node) || ts.isNonNullExpression(node);
}

/** Where its type is, which may be lines below the beginning of what is cast. */
function placeOf(node: CastNode): number {
  return ts.isNonNullExpression(node) ? node.getEnd() - 1 : node.type.getStart();
}

function hasReason(lines: readonly string[], line: number): boolean {
  if (REASON.test(lines[line] ?? "")) return true;
  for (let above = line - 1; above >= 0 && COMMENT.test(lines[above] ?? ""); above--)
    if (REASON.test(lines[above] ?? "")) return true;
  return false;
}
