import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { nearestWord } from "../../restore-points/rules/nearest-word";
import type { Problem } from "../problem";
import { expectation } from "./expectation";
import { fixOf } from "./fix";
import { type JsonSchemaNode, jsonSchemaOf, mayHoldSecret, nodeAt } from "./json-schema";
import { holdsCredentials, namesSecret, pathText, shown, valueAt, withValueAt } from "./value";

/** Marks an issue for which no schema of ours has a message: zod's own are not for users. */
const NO_MESSAGE = "\u0000";

/** What is wrong with a value, by the schema that refuses it: the value found, what is expected and how to fix it. */
export function messagesOf(schema: z.ZodType, value: unknown): Problem[] {
  const { error } = schema.safeParse(value, { error: () => NO_MESSAGE });
  const issues = (error?.issues ?? []).filter((issue) => !isOutputAt(value, issue.path));
  const root = jsonSchemaOf(schema);
  const misspelt = new Set<string>();
  const problems = issues.flatMap((issue): (Problem & { issue: z.core.$ZodIssue })[] => {
    if (issue.code !== "unrecognized_keys") return [{ ...problemOf(schema, value, root, issue), issue }];
    const known = Object.keys(nodeAt(root, issue.path)?.properties ?? {});
    return issue.keys.map((key) => {
      const near = nearestWord(key, known);
      if (near !== undefined) misspelt.add(pathText([...issue.path, near])).add(pathText(issue.path));
      return {
        path: pathText([...issue.path, key]),
        message: `unknown key${near ? `; did you mean "${near}"?` : "."} Allowed here: ${known.join(", ")}`,
        issue,
      };
    });
  });
  // Do not report a misspelt key as missing too, nor its map as wrong without it.
  return (
    problems
      .filter(({ path, message, issue }) => {
        const follows = message.startsWith(MISSING) || issue.code === "custom";
        return !(follows && misspelt.has(path));
      })
      // A value that is wrong in two ways is one problem.
      .filter(({ path }, index, all) => all.findIndex((other) => other.path === path) === index)
      .map(({ path, message }) => ({ path, message }))
  );
}

const MISSING = "is missing";

function problemOf(schema: z.ZodType, value: unknown, root: JsonSchemaNode, issue: z.core.$ZodIssue): Problem {
  const path = pathText(issue.path);
  const found = valueAt(value, issue.path);
  const isWhole = issue.code === "custom" && issue.params?.wholeMessage === true;
  // Whole messages show the value.
  if (isWhole && !holdsCredentials(found)) return { path, message: issue.message };
  const node = nodeAt(root, issue.path);
  const expected =
    (isWhole ? undefined : messageOf(issue)) ?? messageForText(schema, value, issue) ?? expectation(node, issue);
  if (found === undefined) return { path, message: `${MISSING}; expected ${expected}` };
  if (issue.code === "invalid_key") return { path, message: `this key is not allowed; expected ${expected}` };
  // What is wrong with a whole map is which keys it has.
  if (issue.code === "custom" && found !== null && typeof found === "object" && !Array.isArray(found)) {
    const keys = Object.keys(found);
    return { path, message: `${keys.length === 0 ? "is empty" : `has ${keys.join(", ")}`}; expected ${expected}` };
  }
  // Any part of it: a URL may be where a map is expected, and a list may hold the whole map.
  const isMap = found !== null && typeof found === "object";
  const parts = isMap ? Object.keys(found).length : 1;
  const isHidden = parts > 0 && (node?.writeOnly || (isMap && mayHoldSecret(node)) || namesSecret(issue.path, found));
  // How to fix a map says nothing of what it holds.
  const fix = isHidden && !isMap ? undefined : fixOf(schema, value, issue, node?.examples !== undefined);
  const text = isHidden
    ? "its value is not allowed (it is not shown, because it may be a secret)"
    : `${shown(found)} is not allowed`;
  return { path, message: `${text}; expected ${expected}${fix === undefined ? "" : `; ${fix}`}` };
}

/** The message of our own schema; that of a key is nested. */
function messageOf(issue: z.core.$ZodIssue): string | undefined {
  if (issue.message !== NO_MESSAGE) return issue.message;
  const inner = issue.code === "invalid_key" ? issue.issues[0] : undefined;
  return inner && inner.message !== NO_MESSAGE ? inner.message : undefined;
}

/** What the schema says of an empty string, where one is expected: it knows more of it than that it is a string. */
function messageForText(schema: z.ZodType, value: unknown, issue: z.core.$ZodIssue): string | undefined {
  if (issue.code !== "invalid_type" || issue.expected !== "string") return undefined;
  const { error } = schema.safeParse(withValueAt(value, issue.path, ""), { error: () => NO_MESSAGE });
  const same = error?.issues.find((other) => pathText(other.path) === pathText(issue.path));
  const isWhole = same?.code === "custom" && same.params?.wholeMessage;
  return same && !isWhole ? messageOf(same) : undefined;
}

/** Whether the value there, or one that it is part of, is yet to be known: an output or a promise. */
function isOutputAt(value: unknown, path: readonly PropertyKey[]): boolean {
  return path.some((_, depth) => {
    const found = valueAt(value, path.slice(0, depth + 1));
    return pulumi.Output.isInstance(found) || found instanceof Promise;
  });
}
