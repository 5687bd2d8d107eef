/** `npm run check:words`: no tracked text contains a word that this project has replaced. */
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
  for (const path of tracked.filter((each) => TEXT.test(each) && !NOT_OURS.test(each)))
    for (const { line, word, instead } of oldWords(path, readFileSync(join(folder, path), "utf8"))) {
      console.error(`${path}:${line}: "${word}": write ${instead}`);
      process.exitCode = 1;
    }
}

main(process.argv[2] ?? join(__dirname, "../.."));
