/**
 * `npm run docs:fidelity` writes docs/fidelity.md, `npm run check:fidelity` compares it, and refuses more rules without a source
 * than remaining.json says, which may only become lower.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { declaredErrors } from "./declared-errors";
import { pageText, rulesByKind, type TestsOf } from "./page";
import { type Unit, unitsIn } from "./rules";
import { INFERRED, UNMARKED } from "./witnesses";

const ROOT = join(__dirname, "../..");
const PAGE = join(ROOT, "docs/fidelity.md");
const REMAINING = join(__dirname, "remaining.json");

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const tracked = (...paths: string[]) =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", ...paths], {
    cwd: ROOT,
    encoding: "utf8",
  })
    .split("\n")
    .filter((file) => /(?<!\.d)\.ts$/.test(file));

/** The page's text, and the rules that it is made of. */
export function generated(): { text: string; units: Unit[] } {
  const declares = declaredErrors();
  const units = tracked("simulator/cloud", "simulator/providers").flatMap((file) =>
    unitsIn(file, read(file), declares),
  );
  return { text: pageText(units, testsOf()), units };
}

/** Short texts, such as "name", are in every test. */
const LEAST_WORD = 12;
const MOST_TESTS = 2;
/** A text that more tests have says nothing of this rule. */
const MOST_NAMING = 4;

function testsOf(): TestsOf {
  const tests = tracked("test/unit/simulator", "test/fidelity")
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => ({ file, text: read(file) }));
  return ({ file, words }) => {
    const said = words.map((word) => word.trim()).filter((word) => word.length >= LEAST_WORD);
    const byWord = said.flatMap((word) => {
      const naming = tests.filter(({ text }) => text.includes(word));
      return naming.length > MOST_NAMING ? [] : naming;
    });
    const mirrored = tests.filter((test) => test.file === `test/unit/${file.replace(/(\/index)?\.ts$/, ".test.ts")}`);
    return [...new Set([...byWord, ...mirrored].map((test) => test.file))].slice(0, MOST_TESTS);
  };
}

function main(check: boolean): void {
  const { text, units } = generated();
  const counts = rulesByKind(units);
  const remaining: Record<string, number> = JSON.parse(readFileSync(REMAINING, "utf8"));
  for (const kind of [INFERRED, UNMARKED]) {
    const [count, limit] = [counts.get(kind) ?? 0, remaining[kind] ?? 0];
    if (count < limit) console.log(`${count} rules are ${kind}; lower checks/fidelity/remaining.json from ${limit}`);
    if (count <= limit || kind === INFERRED) continue;
    console.error(
      `${count} rules of simulator/ have neither a source nor the word "inferred", at most ${limit}: name the source in a comment, [in brackets], or write "inferred"`,
    );
    process.exitCode = 1;
  }
  if (!check) writeFileSync(PAGE, text);
  else if (readFileSync(PAGE, "utf8") !== text) {
    console.error("docs/fidelity.md is not what the simulator's comments say; run: npm run docs:fidelity");
    process.exitCode = 1;
  }
}

if (require.main === module) main(process.argv.includes("--check"));
