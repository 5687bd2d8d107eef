import type { Problem } from "./problem";

const EXPECTED =
  "expected the text of database.properties, a key=value on each line: `properties: |`, and the lines below it";

/** What is wrong with a product's properties. They may hold passwords, so no message repeats a line. */
export function propertiesProblems(text: string): Problem[] {
  const problem = (message: string): Problem[] => [{ path: "properties", message }];
  if (text.trim() === "") return problem(`is empty; ${EXPECTED}, or remove this key`);
  if (/^\s*[{[]/.test(text)) return problem(`is a map or a list; ${EXPECTED}`);
  const wrong = linesWithoutValue(text);
  if (wrong.length === 0) return [];
  const [first] = wrong;
  const file = !text.trim().includes("\n") && /\.properties$/.test(text.trim());
  return problem(
    `${wrong.length === 1 ? `line ${first} is` : `lines ${wrong.join(", ")} are`} not key=value; ${EXPECTED}${file ? " (not the name of a file)" : ""}`,
  );
}

/**
 * The numbers of lines that no product reads as a property. Java takes any word for a key; of a key without an equals sign or
 * a colon, only one with a period in it and a value behind it is meant as one.
 */
function linesWithoutValue(text: string): number[] {
  const { Properties }: typeof import("properties-file/parser") = require("properties-file/parser");
  return new Properties(text)
    .getProperties()
    .filter(({ key, value, separatorChar }) => separatorChar === undefined && (value === "" || !key.includes(".")))
    .map(({ startingLineNumber }) => startingLineNumber);
}
