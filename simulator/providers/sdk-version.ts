/**
 * @returns the version of the provider plugin that an installed SDK asks the engine for. Every `@pulumi/<name>` package
 * sends the `version` of its own package.json, without a leading "v" (`getVersion` in its utilities.js).
 */
export function sdkVersion(name: string): string {
  const { version }: { version: string } = require(`@pulumi/${name}/package.json`);
  return version.replace(/^v/, "");
}
