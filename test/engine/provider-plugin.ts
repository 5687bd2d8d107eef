import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { sdkVersion } from "../../simulator/providers/sdk-version";
import { findExecutable } from "./language-hosts";

/** How to get the real provider in the version of its SDK. */
export const howToGetPlugin = (provider: string) =>
  `\`pulumi plugin install resource ${provider} ${sdkVersion(provider)}\` downloads it`;

/** @returns the executable of a real provider: the one that Pulumi has downloaded, or one on the PATH. */
export function findPlugin(provider: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const home = environment.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const downloaded = join(home, "plugins", `resource-${provider}-v${sdkVersion(provider)}`);
  const folders = [downloaded, ...(environment.PATH ?? "").split(delimiter)];
  return findExecutable(`pulumi-resource-${provider}`, folders);
}
