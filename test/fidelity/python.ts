import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDirectory } from "../cluster/binaries";

/** Why there are no packages: no Python, or no way to install them. It says nothing of the project. */
export class NoPackages extends Error {}

/**
 * A Python with these packages, installed for this alone into a folder of the user's cache directory. What is in the folder
 * already is used: another list of packages needs another folder.
 * @throws {NoPackages}
 */
export function pythonWith(packages: readonly string[], folderName: string): string {
  const folder = join(cacheDirectory(), "scalar-backup", folderName);
  const python = join(folder, "bin", "python3");
  if (existsSync(python)) return python;
  // Renaming a finished one into place breaks its scripts: only its Python is used, which finds its packages by where it is.
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const install = ["-m", "pip", "install", "--quiet", "--only-binary=:all:", ...packages];
  try {
    execFileSync("python3", ["-m", "venv", unfinished], { stdio: "pipe" });
    execFileSync(join(unfinished, "bin", "python3"), install, { stdio: "pipe" });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? "").trim() || String(error);
    throw new NoPackages(`${packages.join(", ")} cannot be installed from PyPI: ${said}`);
  }
  renameSync(unfinished, folder);
  return python;
}
