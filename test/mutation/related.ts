import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";

/** Files with functions to put errors into: a file itself, or all of a folder. */
export function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [join(path)];
  return typescriptOf(path).sort();
}

/**
 * The unit tests of a file, those of its own name first: tests of its room that import it, or else those that import a
 * file which imports it, and so on.
 */
export function testsOf(file: string): string[] {
  const room = join("test/unit", file.split(sep)[0] ?? "");
  const tests = typescriptOf(room).filter(
    (each) => each.endsWith(".test.ts") && !NEEDS_MORE.test(readFileSync(each, "utf8")),
  );
  const own = join("test/unit", file.replace(/\.ts$/, ".test.ts"));
  let wanted = new Set([file]);
  for (;;) {
    const importing = (each: string) => importsOf(each).some((one) => wanted.has(one));
    const found = tests.filter(importing).sort((a, b) => Number(b === own) - Number(a === own));
    const more = typescriptOf(file.split(sep)[0] ?? "").filter((each) => !wanted.has(each) && importing(each));
    if (found.length > 0 || more.length === 0) return found;
    wanted = new Set([...wanted, ...more]);
  }
}

/** What a test outside of Ava cannot do, or what takes long: other processes, and hooks. */
const NEEDS_MORE = /node:child_process|node:worker_threads|\btest\.(before|after)|worker-pool/;

function typescriptOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((each) => each.endsWith(".ts"))
    .map((each) => join(folder, each));
}

function importsOf(file: string): string[] {
  const imports = readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g);
  return [...imports].map(([, path = ""]) => `${join(dirname(file), path)}.ts`);
}
