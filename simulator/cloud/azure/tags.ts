import { ArmError } from "./error";
import type { JsonObject } from "./json";

/**
 * Refuses tags that only Azure sets. [Azure REST reference, Tags - Create Or Update: "Tag names cannot have the following
 * prefixes which are reserved for Azure use: 'microsoft', 'azure', 'windows'"; seen on a resource in
 * microsoft/vscode-azureresourcegroups#1164]
 */
export function checkTags({ tags }: JsonObject): void {
  const reserved = Object.keys((tags ?? {}) as JsonObject).find((name) => /^(microsoft|azure|windows)/i.test(name));
  if (reserved !== undefined)
    throw new ArmError(
      "InvalidTagName",
      `The tag name '${reserved}' begins with a prefix that is reserved for Azure use.`,
    );
}
