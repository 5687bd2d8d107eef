/** Finds the Pulumi CLI that is on this machine, without downloading it. */
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

export const HOW_TO_GET_PULUMI =
  "put a `pulumi` executable on the PATH (https://www.pulumi.com/docs/install/), or let `npx pulumi version` download it once";

/**
 * @returns the path of a `pulumi` executable: on the PATH, or else the one that the `pulumi` npm package has downloaded
 * before. What npm puts on the PATH itself is left out: it is that package's wrapper, which downloads when it is run.
 */
export function findPulumi(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => !/node_modules[\\/]\.bin/.test(folder));
  const home = environment.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const downloaded = join(home, "versions", packageVersion(), "bin");
  return [...folders, downloaded].map((folder) => join(folder, "pulumi")).find(isExecutable);
}

/** The version of the CLI that the npm package would bring. */
function packageVersion(): string {
  return require("pulumi/package.json").version;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
