import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheDirectory } from "../../cluster/binaries";

/** The version of ScalarDB in pom.xml: the newest that the tests know. */
export const NEWEST_SCALARDB = "3.19.1";

/**
 * The class path of ScalarDB and the drivers of pom.xml, downloaded by Maven; the reason as text where they cannot be had. Maven takes
 * seconds to find what it has: the class path is kept in the user's cache directory.
 */
export function scalarDbClassPath(version = NEWEST_SCALARDB): { path: string } | { because: string } {
  const pom = join(__dirname, "pom.xml");
  const digest = createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 12);
  const folder = join(cacheDirectory(), "scalar-backup");
  const kept = join(folder, `scalardb-${version}-${digest}.class-path`);
  if (existsSync(kept)) {
    const path = readFileSync(kept, "utf8").trim();
    if (path.split(delimiter).every((jar) => existsSync(jar))) return { path };
  }
  mkdirSync(folder, { recursive: true });
  // Several tests may do so at once.
  const unfinished = `${kept}.${process.pid}`;
  const goal = ["dependency:build-classpath", `-Dmdep.outputFile=${unfinished}`, `-Dscalardb.version=${version}`];
  const maven = spawnSync("mvn", ["--quiet", "--batch-mode", "--file", pom, ...goal], { encoding: "utf8" });
  if (maven.status !== 0) rmSync(unfinished, { force: true });
  if (maven.error) return { because: `there is no mvn to download ScalarDB with (${maven.error.message})` };
  if (maven.status !== 0) return { because: `mvn did not download ScalarDB ${version}: ${maven.stdout.slice(0, 500)}` };
  renameSync(unfinished, kept);
  return { path: readFileSync(kept, "utf8").trim() };
}
