import { accessSync, constants } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { findPulumi } from "../../simulator/engine/pulumi-cli";

/** @returns an executable in one of these folders, by default those of the PATH. */
export function findExecutable(
  name: string,
  folders: readonly string[] = (process.env.PATH ?? "").split(delimiter),
): string | undefined {
  return folders
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** @returns the executable by which the CLI runs programs of a language: next to the CLI, or on the PATH. */
export function findLanguage(language: string): string | undefined {
  const name = `pulumi-language-${language}`;
  const pulumi = findPulumi();
  return (pulumi && findExecutable(name, [dirname(pulumi)])) ?? findExecutable(name);
}
