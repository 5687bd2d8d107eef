import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { LIST, readExplained } from "../../mutation/explained";
import { mutantsOf } from "../../mutation/mutants";

const ROOT = join(__dirname, "../../..");

test("every explained mutant is still made of its file", (t) => {
  const stale = Object.entries(readExplained()).flatMap(([file, reasons]) => {
    const path = join(ROOT, file);
    if (!existsSync(path)) return [`${file} does not exist`];
    const made = new Set(mutantsOf(readFileSync(path, "utf8")).map(({ becomes }) => becomes));
    return Object.keys(reasons).flatMap((line) => (made.has(line) ? [] : [`${file} has no mutant: ${line}`]));
  });
  t.deepEqual(stale, [], `remove them from ${LIST}, or explain what they have become`);
});

test("each mutant of a file has a name of its own", (t) => {
  const text = "if (a) refuse(1);\nif (a) refuse(1);\nif (\n  b\n) {\n  refuse(2);\n}\n";
  const names = mutantsOf(text).map(({ becomes }) => becomes);
  t.deepEqual([...new Set(names)], names);
  t.deepEqual(
    names.filter((name) => name.startsWith(";")),
    ["; instead of refuse(2);"],
  );
});
