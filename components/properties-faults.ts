import type { Fault } from "./faults";

const EXPECTED =
  "expected the text of database.properties, a key=value on each line: `properties: |`, and the lines below it";

/** What is wrong with a product's properties. They may hold passwords, so no message repeats a line. */
export function propertiesFaults(text: string): Fault[] {
  const fault = (message: string): Fault[] => [{ path: "properties", message }];
  if (text.trim() === "") return fault(`is empty; ${EXPECTED}, or remove this key`);
  if (/^\s*[{[]/.test(text)) return fault(`is a map or a list; ${EXPECTED}`);
  const wrong = linesWithoutValue(text);
  if (wrong.length === 0) return [];
  const [first] = wrong;
  const file = !text.trim().includes("\n") && /\.properties$/.test(text.trim());
  return fault(
    `${wrong.length === 1 ? `line ${first} is` : `lines ${wrong.join(", ")} are`} not key=value; ${EXPECTED}${file ? " (not the name of a file)" : ""}`,
  );
}

/** The numbers of lines that are neither key=value nor key: value, a comment, empty, or the rest of the line before. */
function linesWithoutValue(text: string): number[] {
  let continued = false;
  return text.split(/\r?\n/).flatMap((line, index) => {
    const rest = continued;
    continued = /(^|[^\\])(\\\\)*\\$/.test(line);
    return rest || /^\s*($|[#!])/.test(line) || /^\s*[^#!=:\s][^=:\s]*\s*[=:]/.test(line) ? [] : [index + 1];
  });
}
