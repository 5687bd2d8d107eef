/**
 * `npm run matrix [-- 22 24]`: `npm run check` and `npm test` of what is committed, on other releases of Node.js, with the packages of
 * package-lock.json and then with the newest Pulumi SDK. Each release works on a copy in a folder next to the project; Node.js comes
 * from npm's package `node`. Exits 1 if one fails.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";

const ROOT = join(__dirname, "../..");
const FOLDER = `${ROOT}-matrix`;
const RELEASES = ["20", "22", "24"];
const NEWEST_SDK = "@pulumi/pulumi@^3";
const INSTALL = ["npm", "install", "--no-audit", "--no-fund"];

/** A line for each command that a release ran. */
function played(release: string): { line: string; failed: boolean }[] {
  const node = join(FOLDER, `node-${release}`);
  const copy = join(FOLDER, `project-${release}`);
  const env = { ...process.env, PATH: [join(node, "node_modules/node/bin"), process.env.PATH].join(delimiter) };
  const results: { line: string; failed: boolean }[] = [];
  const run = (cwd: string, command: string[], on = `Node.js ${release}`) => {
    console.log(`\n=== ${on}: ${command.join(" ")}`);
    const began = Date.now();
    const [program = "", ...args] = command;
    const { status, error } = spawnSync(program, args, { cwd, env, stdio: "inherit" });
    if (error) console.error(error.message);
    const seconds = Math.round((Date.now() - began) / 1000);
    const line = `${status === 0 ? "passed" : "failed"}  ${on}: ${command.join(" ")} (${seconds} s)`;
    results.push({ line, failed: status !== 0 });
    return status === 0;
  };
  const prove = (on?: string) => {
    run(copy, ["npm", "run", "check"], on);
    run(copy, ["npm", "test"], on);
  };
  mkdirSync(node, { recursive: true });
  rmSync(copy, { recursive: true, force: true });
  const ready =
    // The package's script fetches Node.js for this platform.
    run(node, [...INSTALL, "--prefix", node, "--ignore-scripts=false", `node@${release}`]) &&
    run(node, ["git", "clone", "--quiet", "--shared", ROOT, copy]) &&
    run(copy, ["npm", "ci", "--no-audit", "--no-fund"]);
  if (!ready) return results;
  prove();
  if (run(copy, [...INSTALL, "--no-save", NEWEST_SDK])) prove(`Node.js ${release}, the newest Pulumi SDK`);
  return results;
}

const named = process.argv.slice(2);
const results = (named.length > 0 ? named : RELEASES).flatMap(played);
console.log(`\n${results.map(({ line }) => line).join("\n")}`);
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0;
