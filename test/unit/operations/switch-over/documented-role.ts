import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import type { Right } from "../../../../operations/switch-over/rights";

export interface DocumentedRole {
  apiVersion: string;
  kind: string;
  metadata: { namespace: string; name: string };
  rules: { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: Right["verb"][] }[];
}

/** The Role in docs/recovery.md. */
export function documentedRole(): DocumentedRole {
  const text = readFileSync(join(__dirname, "../../../../docs/recovery.md"), "utf8");
  const [, yaml] = /```yaml\n(apiVersion: rbac[^`]+)```/.exec(text) ?? [];
  return load(yaml ?? "") as DocumentedRole;
}
