import ts from "typescript";
import { DECLARED, INFERRED, UNMARKED, type Witness, witnessesIn } from "./witnesses";

/** A declaration of the simulator that has rules: refusals, durations, limits. */
export interface Unit {
  file: string;
  name: string;
  /** The first sentence of its comment; empty without one. */
  about: string;
  refusals: number;
  /** Numbers, such as durations and limits. */
  numbers: number;
  /** The error codes that it throws, and texts of its messages, by which tests are found. */
  words: string[];
  witnesses: Witness[];
}

/** What ends a test of the simulator, and no cloud's request; and what is passed on. */
const NO_RULE =
  /^(new (Error|RangeError|SyntaxError|DeadError|PausedError|NotScheduledError)\b|notSimulated\(|error$|failure$)/;
/** Names of numbers that say nothing of a cloud. */
const UNITS = /^(MILLIS|SECOND|MINUTE|HOUR|DAY|WEEK|GIBIBYTE|LONG_TIMER_MILLIS|MAX_TIMER_MILLIS)$/;

/** The declarations of a file that have rules. `declares` says whether an API's model declares an error of this code. */
export function unitsIn(
  file: string,
  text: string,
  declares: (code: string, file: string) => string | undefined,
): Unit[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const header = headerOf(source);
  // Functions that make errors.
  const helpers = new Map(
    source.statements
      .filter((each) => ts.isFunctionDeclaration(each))
      .map((each): [string, string[]] => [each.name?.text ?? "", literalsOf(each)]),
  );
  let former: Witness | undefined;
  return declarationsOf(source).flatMap((node): Unit[] => {
    const own = commentsOf(node, source);
    const named = own.flatMap((comment) => witnessesIn(comment, former));
    former = named.findLast(({ kind }) => kind !== INFERRED) ?? former;
    const thrown = refusalsIn(node);
    const numbers = numbersIn(node);
    if (thrown.length === 0 && numbers === 0) return [];
    const words = thrown.flatMap((each) => [...literalsOf(each), ...(helpers.get(calledIn(each)) ?? [])]);
    const declared = words.flatMap((word) => {
      const model = declares(word, file);
      return model === undefined ? [] : [{ kind: DECLARED, source: `${word}, ${model}` }];
    });
    const witnesses = [...named, ...declared];
    return [
      {
        file,
        name: nameOf(node),
        about: sentenceOf(own[0] ?? ""),
        refusals: thrown.length,
        numbers,
        words,
        witnesses:
          witnesses.length > 0 ? unique(witnesses) : header.length > 0 ? header : [{ kind: UNMARKED, source: "" }],
      },
    ];
  });
}

/** Members of classes, and everything else at the top. */
function declarationsOf(source: ts.SourceFile): ts.Node[] {
  return source.statements.flatMap((statement): ts.Node[] =>
    ts.isClassDeclaration(statement) ? [...statement.members] : [statement],
  );
}

function nameOf(node: ts.Node): string {
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations.map((each) => each.name.getText()).join(", ");
  if (ts.isConstructorDeclaration(node)) return `new ${node.parent.name?.text ?? ""}`;
  if (ts.isClassElement(node))
    return `${(node.parent as ts.ClassDeclaration).name?.text ?? ""}.${node.name?.getText() ?? ""}`;
  if (ts.isFunctionDeclaration(node)) return node.name?.text ?? "";
  return "";
}

/** The comments before a declaration and in it; lines that follow each other are one. */
function commentsOf(node: ts.Node, { text }: ts.SourceFile): string[] {
  const ranges = new Map<number, ts.CommentRange>();
  const visit = (each: ts.Node): void => {
    for (const range of ts.getLeadingCommentRanges(text, each.getFullStart()) ?? []) ranges.set(range.pos, range);
    for (const child of each.getChildren()) visit(child);
  };
  visit(node);
  const comments: { end: number; text: string }[] = [];
  for (const { pos, end } of [...ranges.values()].sort((one, other) => one.pos - other.pos)) {
    const last = comments.at(-1);
    const own = text.slice(pos, end);
    if (last && own.startsWith("//") && /^\s*$/.test(text.slice(last.end, pos)))
      Object.assign(last, { end, text: `${last.text}\n${own}` });
    else comments.push({ end, text: own });
  }
  return comments.map((each) => each.text);
}

/** What the comment at a file's beginning names: it holds for what has no source of its own. */
function headerOf(source: ts.SourceFile): Witness[] {
  const [first] = ts.getLeadingCommentRanges(source.text, 0) ?? [];
  return first === undefined ? [] : witnessesIn(source.text.slice(first.pos, first.end));
}

function refusalsIn(node: ts.Node): ts.ThrowStatement[] {
  const found: ts.ThrowStatement[] = [];
  const visit = (each: ts.Node): void => {
    if (ts.isThrowStatement(each) && !NO_RULE.test(each.expression.getText())) found.push(each);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return found;
}

/** The function that makes what is thrown. */
function calledIn({ expression }: ts.ThrowStatement): string {
  return ts.isCallExpression(expression) ? expression.expression.getText() : "";
}

function numbersIn(node: ts.Node): number {
  if (!ts.isVariableStatement(node)) return 0;
  return node.declarationList.declarations.filter(
    ({ name, initializer }) =>
      /^[A-Z][A-Z\d_]+$/.test(name.getText()) && !UNITS.test(name.getText()) && isNumeric(initializer),
  ).length;
}

/** A number, a product of numbers and units, or a map of numbers. */
function isNumeric(value: ts.Expression | undefined): boolean {
  if (value === undefined) return false;
  if (ts.isNumericLiteral(value)) return true;
  if (ts.isBinaryExpression(value)) return isNumeric(value.left) || isNumeric(value.right);
  if (!ts.isObjectLiteralExpression(value)) return false;
  return value.properties.some((each) => ts.isPropertyAssignment(each) && isNumeric(each.initializer));
}

function literalsOf(node: ts.Node): string[] {
  const found: string[] = [];
  const visit = (each: ts.Node): void => {
    if (ts.isStringLiteralLike(each)) found.push(each.text);
    if (ts.isTemplateHead(each) || ts.isTemplateMiddle(each) || ts.isTemplateTail(each)) found.push(each.text);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return found;
}

function sentenceOf(comment: string): string {
  const text = comment
    .replace(/^\/\*\*?|\*\/$/g, "")
    .replace(/^\s*(\*|\/\/) ?/gm, "")
    .replace(/\[[^\]]*\]/g, "");
  return (/^.*?[.:](?=\s|$)|^.*$/.exec(text.replace(/\s+/g, " ").trim())?.[0] ?? "").trim();
}

function unique(witnesses: readonly Witness[]): Witness[] {
  return witnesses.filter(
    (each, index) => witnesses.findIndex((other) => other.kind === each.kind && other.source === each.source) === index,
  );
}
