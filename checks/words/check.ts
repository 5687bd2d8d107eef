/**
 * `npm run check:words`: no tracked text contains a word that this project has replaced. Rooms that are not rewritten yet
 * have a limit in `remaining.json`; lower it whenever you rewrite one.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { oldWords } from "./words";

const TEXT = /\.(ts|cjs|mjs|js|md|ya?ml|json|sh)$|^\.ci\/|^\.npmrc$/;
/** Generated from other texts, or written elsewhere, or the list itself. */
const NOT_OURS =
  /^(package-lock\.json|components\/databases\/create\/.*\.json|test\/.*fixtures\/|test\/.*\.json|checks\/words\/|test\/programs\/checks\/words\.test\.ts)/;

function main(folder: string): void {
  const tracked = execFileSync("git", ["ls-files"], { cwd: folder, encoding: "utf8" }).split("\n");
  const limits: Record<string, number> = JSON.parse(readFileSync(join(folder, "checks/words/remaining.json"), "utf8"));
  const rooms = new Map<string, string[]>();
  for (const path of tracked.filter((each) => TEXT.test(each) && !NOT_OURS.test(each))) {
    const room = Object.keys(limits).find((each) => path.startsWith(each)) ?? "";
    const found = oldWords(path, readFileSync(join(folder, path), "utf8"));
    const problems = found.map(({ line, word, instead }) => `${path}:${line}: "${word}": write ${instead}`);
    rooms.set(room, [...(rooms.get(room) ?? []), ...problems]);
  }
  const problems = [...rooms].flatMap(([room, found]) => {
    const limit = limits[room] ?? 0;
    if (found.length > limit)
      return limit === 0 ? found : [...found, `${room}: ${found.length} old words, at most ${limit}`];
    return [];
  });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

main(process.argv[2] ?? join(__dirname, "../.."));
