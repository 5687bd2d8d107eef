/**
 * `npm run release:check`: builds what a release consists of into bin/release, and says what is wrong with it. Publishes
 * nothing. RELEASING.md says what comes next.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  changelogProblems,
  checksumProblems,
  pluginTarballs,
  repositoryProblems,
  sha256,
  tarballProblems,
  type Versions,
  versionProblems,
} from "./problems";

const ROOT = join(__dirname, "../..");
const RELEASE = join(ROOT, "bin/release");
const CHECKSUMS = join(RELEASE, "checksums.txt");

/** Every file with the release's version. */
const VERSIONED = ["package.json", "package-lock.json", "policies/package.json", "plugin/schema.json"];

function main(): void {
  const versions: Versions = Object.fromEntries(VERSIONED.map((file) => [file, versionIn(file)]));
  const version = versions["package.json"] ?? "";
  const problems = [
    ...versionProblems(versions),
    ...repositoryProblems(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))),
    ...changelogProblems(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8"), version),
    ...gitProblems(version),
    ...commandProblems("check:schema", "a checked-in schema is not what its source generates: run npm run schema"),
  ];
  mkdirSync(RELEASE, { recursive: true });
  problems.push(...commandProblems("release:plugin", "the plugin's tarballs cannot be built"));

  const [{ filename, size, files }] = JSON.parse(pack());
  problems.push(...tarballProblems({ size, files: files.map(({ path }: { path: string }) => path) }));
  appendFileSync(CHECKSUMS, `${sha256(readFileSync(join(RELEASE, filename)))}  ${filename}\n`);
  const released = [...pluginTarballs(version), filename].map((name) => [name, bytesOf(name)]);
  problems.push(...checksumProblems(readFileSync(CHECKSUMS, "utf8"), Object.fromEntries(released)));

  for (const problem of problems) console.error(problem);
  if (problems.length === 0)
    console.log(`bin/release holds ${version}: ${released.length} tarballs and checksums.txt; RELEASING.md goes on`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

function versionIn(file: string): string | undefined {
  const path = join(ROOT, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).version : undefined;
}

function bytesOf(name: string): Buffer | undefined {
  const path = join(RELEASE, name);
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** A release is a commit, whose tag is not another one's. */
function gitProblems(version: string): string[] {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
  const problems = git("status", "--porcelain") === "" ? [] : ["git: there are changes that are not committed"];
  const tagged = git("tag", "--list", `v${version}`) === "" ? undefined : git("rev-list", "-n", "1", `v${version}`);
  if (tagged !== undefined && tagged !== git("rev-parse", "HEAD"))
    problems.push(`git: the tag v${version} is at ${tagged}, not at HEAD; choose the next version`);
  return problems;
}

function commandProblems(script: string, problem: string): string[] {
  try {
    execFileSync("npm", ["run", "--silent", script], { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
    return [];
  } catch (error) {
    const output = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
    return [`npm run ${script}: ${problem}\n${output}`];
  }
}

function pack(): string {
  const args = ["run", "--silent", "pack", "--", "--json", "--foreground-scripts=false", "--pack-destination", RELEASE];
  const output = execFileSync("npm", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return output.slice(output.indexOf("[\n"));
}

main();
