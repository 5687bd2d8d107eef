/** `npm run check:casts`: every cast in the product says why it is right, in a comment that begins with "Cast: ". */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { castsWithoutReason } from "./casts";

const PRODUCT = [
  "cli",
  "components",
  "config",
  "index.ts",
  "operations",
  "pauser",
  "permissions",
  "plugin",
  "policies",
  "register",
  "restore-points",
];

function main(folder: string): void {
  const tracked = execFileSync("git", ["ls-files", ...PRODUCT], { cwd: folder, encoding: "utf8" }).split("\n");
  for (const path of tracked.filter((each) => /(?<!\.d)\.ts$/.test(each)))
    for (const { line, text } of castsWithoutReason(path, readFileSync(join(folder, path), "utf8"))) {
      console.error(`${path}:${line}: cast without a reason: ${text}`);
      process.exitCode = 1;
    }
  if (process.exitCode === 1)
    console.error("replace a cast by a check or a better type, or write its reason above it: // Cast: ...");
}

main(process.argv[2] ?? join(__dirname, "../.."));
