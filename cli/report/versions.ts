import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StackResource } from "./resources";

/** The versions of what made a restore: those of the providers are in the stack's state. */
export function versionsOf(resources: readonly StackResource[], pulumi: string | undefined): Record<string, string> {
  const providers = resources.flatMap(({ type, inputs }): [string, string][] => {
    const [, name] = /^pulumi:providers:(.+)$/.exec(type) ?? [];
    const version = inputs?.version;
    return name === undefined || name === "pulumi" || typeof version !== "string"
      ? []
      : [[`provider ${name}`, version]];
  });
  return {
    "scalar-backup": ownVersion(),
    ...(pulumi !== undefined && { Pulumi: pulumi }),
    "Node.js": process.versions.node,
    ...Object.fromEntries(providers.sort()),
  };
}

/** package.json is above the sources, and above `dist`. */
function ownVersion(): string {
  for (const above of ["..", "../.."]) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(__dirname, above, "package.json"), "utf8"));
      if (name === "scalar-backup") return version;
    } catch {
      // Not that folder.
    }
  }
  return "unknown";
}
