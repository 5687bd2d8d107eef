import ts from "typescript";

/** One small error in a file: what is there, and what is there in place of it. */
export interface Mutant {
  start: number;
  end: number;
  /** Of its first line. */
  line: number;
  from: string;
  to: string;
  /**
   * The changed lines, in one: what a mutant is known by while lines above it change. If others of the file become the same, or
   * nothing is left, what it replaces follows.
   */
  becomes: string;
}

const OPERATORS: Record<string, string> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "&&": "||",
  "||": "&&",
  "??": "&&",
};

/** Of a condition's parts, each may be what decides in all tests. */
const LOGICAL = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

/** Calls without which a value is another one: `x.filter(f)` becomes `x`. */
const DROPPED = /^(filter|sort|reverse|slice|trim|toLowerCase|flat)$/;
/** Calls that stand for each other. */
const EXCHANGED: Record<string, string> = {
  some: "every",
  every: "some",
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
};

/** Every mutant of a file. What is a text for people is left as it is: tests of messages would find it, and nothing else. */
export function mutantsOf(text: string): Mutant[] {
  const source = ts.createSourceFile("mutated.ts", text, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const add = (node: ts.Node, to: string) => {
    const start = node.getStart();
    const { line } = source.getLineAndCharacterOfPosition(start);
    found.push({
      start,
      end: node.end,
      line: line + 1,
      from: node.getText(),
      to,
      becomes: becomes(text, start, node.end, to),
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const other = OPERATORS[node.operatorToken.getText()];
      // A plus between texts joins them.
      if (other !== undefined && !ts.isStringLiteralLike(node.left)) add(node.operatorToken, other);
    }
    if (ts.isConditionalExpression(node)) {
      add(node.condition, "true");
      add(node.condition, "false");
    }
    if (ts.isIfStatement(node)) {
      add(node.expression, "true");
      add(node.expression, "false");
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
      add(node, node.operand.getText());
    if (ts.isNumericLiteral(node)) add(node, `(${node.text} + 1)`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, "false");
    if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, "true");
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression;
      if (DROPPED.test(name.text)) add(node, expression.getText());
      const other = EXCHANGED[name.text];
      if (other !== undefined) add(name, other);
    }
    if (ts.isExpressionStatement(node) && (ts.isCallExpression(node.expression) || isAssignment(node.expression)))
      add(node, ";");
    if (ts.isBinaryExpression(node) && LOGICAL.has(node.operatorToken.kind))
      for (const operand of [node.left, node.right]) add(node, operand.getText());
    if (ts.isReturnStatement(node) && node.expression && node.expression.getText() !== "undefined")
      add(node, "return undefined;");
    if (ts.isSpreadElement(node) && ts.isArrayLiteralExpression(node.parent)) add(node, "...[]");
    if (ts.isObjectLiteralElement(node) && !isPattern(node.parent)) add(node, "...{}");
    ts.forEachChild(node, visit);
  };
  visit(source);
  return distinct(found);
}

/** An explanation of one mutant must not speak for another. */
function distinct(mutants: readonly Mutant[]): Mutant[] {
  const times = countOf(mutants.map(({ becomes }) => becomes));
  const named = mutants.map(({ becomes, from }) =>
    becomes === ";" || (times.get(becomes) ?? 0) > 1
      ? `${becomes} instead of ${from.replaceAll(/\s+/g, " ")}`
      : becomes,
  );
  const seen = new Map<string, number>();
  return mutants.map((mutant, index) => {
    const name = named[index] ?? "";
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return { ...mutant, becomes: nth === 1 ? name : `${name} (${nth})` };
  });
}

function isAssignment(node: ts.Node): boolean {
  const { FirstAssignment, LastAssignment } = ts.SyntaxKind;
  const operator = ts.isBinaryExpression(node) ? node.operatorToken.kind : ts.SyntaxKind.Unknown;
  return FirstAssignment <= operator && operator <= LastAssignment;
}

/** Whether an object literal is what is assigned to: `({ a, b } = value)`. */
function isPattern(node: ts.Node): boolean {
  return isAssignment(node.parent) && "left" in node.parent && node.parent.left === node;
}

function countOf(texts: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
}

function becomes(text: string, start: number, end: number, to: string): string {
  const before = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const [after = ""] = text.slice(end).split("\n", 1);
  return (before + to + after).trim().replaceAll(/\s+/g, " ");
}

export function mutated(text: string, { start, end, to }: Mutant): string {
  return text.slice(0, start) + to + text.slice(end);
}
