import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type YAMLParseError,
} from "yaml";
import { messageOf } from "../../restore-points/error-message";

/** A position in a file; both count from 1. */
export interface Position {
  line: number;
  column: number;
}

export interface PlacedProblem extends Position {
  message: string;
}

/** A stack's file as it is written: its values by path, each with its position. */
export interface StackFile {
  /** What is wrong with the file as YAML. The rest is then not to be used. */
  problems: PlacedProblem[];
  /** The values, as Pulumi reads them: an instant is a text. */
  content: unknown;
  /** The position of the key or list item at a path; of the nearest one that is there, if the path itself is not. */
  positionOf(path: readonly (string | number)[]): Position;
}

/** Pulumi reads stack files by YAML's core schema: `yes` and instants are texts. */
const OPTIONS = { schema: "core", version: "1.2", merge: true, prettyErrors: false } as const;

export function readStackFile(text: string): StackFile {
  const lineCounter = new LineCounter();
  const place = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    // An empty file has no line that the counter knows.
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents = parseAllDocuments(text, { ...OPTIONS, lineCounter });
  // An empty text has no document, but a list with a property in its place.
  const [document, second] = "empty" in documents ? [] : documents;
  const problems = firstErrors(document?.errors ?? []).map(({ pos, message }) => ({
    ...place(pos[0]),
    message: sentence(message),
  }));
  if (second)
    problems.push({
      ...place(second.range[0]),
      message: "Pulumi reads only the first YAML document of a file; remove the second, or give it a file of its own",
    });
  if (document) problems.push(...aliasProblems(document).map(({ at, message }) => ({ ...place(at), message })));
  return {
    problems,
    content: problems.length > 0 ? undefined : document?.toJS(),
    positionOf: (path) => place(offsetOf(document, path)),
  };
}

/** Repeated keys, and the first of the others: one wrong indentation makes more errors in the lines that follow. */
function firstErrors(errors: readonly YAMLParseError[]): YAMLParseError[] {
  const first = errors.find(({ code }) => code !== "DUPLICATE_KEY");
  return errors.filter((error) => error === first || error.code === "DUPLICATE_KEY");
}

/** Aliases that the parser cannot resolve: without an anchor, within their own anchor, or too many. */
function aliasProblems(document: Document): { at: number; message: string }[] {
  const found: { at: number; message: string }[] = [];
  visit(document, {
    Alias(_, alias, path) {
      const at = alias.range?.[0] ?? 0;
      const anchored = alias.resolve(document);
      if (anchored === undefined)
        found.push({
          at,
          message: `*${alias.source} stands for nothing: there is no anchor &${alias.source} before it`,
        });
      else if (path.includes(anchored))
        found.push({ at, message: `*${alias.source} is within &${alias.source}, so it would never end; remove it` });
    },
  });
  if (found.length > 0) return found;
  try {
    document.toJS();
  } catch (error) {
    // Aliases of aliases, which a small file can multiply to any size.
    found.push({ at: 0, message: sentence(messageOf(error)) });
  }
  return found;
}

function offsetOf(document: Document | undefined, path: readonly (string | number)[]): number {
  let node: unknown = document?.contents;
  let offset = 0;
  for (const step of path) {
    const child = childOf(resolved(document, node), step);
    if (child === undefined) break;
    offset = child.offset ?? offset;
    node = child.value;
  }
  return offset;
}

function childOf(node: unknown, step: string | number): { offset?: number; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => keyText(key) === String(step));
    return pair && { offset: startOf(pair.key), value: pair.value };
  }
  if (!isSeq(node) || typeof step !== "number") return undefined;
  const item = node.items[step];
  return item === undefined ? undefined : { offset: startOf(item), value: item };
}

/** The node that an alias stands for. */
function resolved(document: Document | undefined, node: unknown): unknown {
  return document && isAlias(node) ? node.resolve(document) : node;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** The parser's message as this program writes its own: no capital, no period, no position of its own. */
function sentence(message: string): string {
  const [first = ""] = message.split("\n");
  return `is not valid YAML: ${first.charAt(0).toLowerCase()}${first.slice(1).replace(/[.:]$/, "")}`;
}
