import type { z } from "zod";
import { nearestWord } from "../../restore-points/rules/nearest-word";
import { namesWithin } from "./names-within";
import { valueAt, withValueAt, yamlText } from "./value";

/** A value that may have been meant, with what to do to get it. */
interface Candidate {
  value: unknown;
  fix: string;
}

/** How to fix a value: the first of what may have been meant that the schema accepts in its place. */
export function fixOf(
  schema: z.ZodType,
  whole: unknown,
  issue: z.core.$ZodIssue,
  hasExample: boolean,
): string | undefined {
  // A key of a map: its value is valid.
  if (issue.code === "invalid_key" || issue.path.length === 0) return undefined;
  const found = valueAt(whole, issue.path);
  return candidatesFor(found, issue, hasExample).find(({ value }) =>
    accepts(schema, withValueAt(whole, issue.path, value), issue),
  )?.fix;
}

function accepts(schema: z.ZodType, whole: unknown, { path }: z.core.$ZodIssue): boolean {
  const { error } = schema.safeParse(whole);
  return !error?.issues.some((issue) => path.every((step, depth) => issue.path[depth] === step));
}

function candidatesFor(found: unknown, issue: z.core.$ZodIssue, hasExample: boolean): Candidate[] {
  if (typeof found === "number" || typeof found === "boolean") {
    const text = String(found);
    return [
      // Where an example was given, a number in quotes is not what is meant.
      ...(hasExample ? [] : [{ value: text, fix: `put it in quotes: ${JSON.stringify(text)}` }]),
      { value: [found], fix: `write a list: [${text}]` },
      { value: [text], fix: `write a list: [${JSON.stringify(text)}]` },
    ];
  }
  if (typeof found === "string") {
    const near = issue.code === "invalid_value" ? nearestWord(found, issue.values.map(String)) : undefined;
    const lower = found.toLowerCase();
    return [
      ...(near === undefined ? [] : [{ value: near, fix: `did you mean ${near}?` }]),
      ...unquoted(found),
      ...namesWithin(found).map((name) => ({ value: name, fix: `write the name in it: ${name}` })),
      { value: found.trim(), fix: "remove the spaces around it" },
      { value: lower, fix: `write it in lowercase: ${lower}` },
      ...(found === "" ? [] : [{ value: [found], fix: `write a list: ${yamlText([found])}` }]),
    ];
  }
  // An empty map may be a list that was forgotten to be filled; a list is not made of it.
  if (found !== null && typeof found === "object" && !Array.isArray(found) && Object.keys(found).length > 0)
    return [{ value: [found], fix: 'write a list: put "- " before its first key' }];
  return [];
}

function unquoted(found: string): Candidate[] {
  const text = found.trim();
  if (/^-?\d+(\.\d+)?$/.test(text)) return [{ value: Number(text), fix: `remove the quotes: ${text}` }];
  if (text === "true" || text === "false") return [{ value: text === "true", fix: `remove the quotes: ${text}` }];
  return [];
}
