import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Right } from "../../../../operations/switch-over/rights";

interface DocumentedRole {
  apiVersion: string;
  kind: string;
  metadata: { namespace: string; name: string };
  rules: Rule[];
}

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: Right["verb"][];
}

/** The Role in docs/recovery.md. */
export function documentedRole(): DocumentedRole {
  const text = readFileSync(join(__dirname, "../../../../docs/recovery.md"), "utf8");
  const [, yaml] = /```yaml\n(apiVersion: rbac[^`]+)```/.exec(text) ?? [];
  return parse(yaml ?? "") as DocumentedRole;
}

/** Each right of the Role, for one object where it has names, with the Role without it. */
export function documentedRights(): { right: Right; role: DocumentedRole }[] {
  const role = documentedRole();
  const { namespace } = role.metadata;
  const rights = role.rules.flatMap(({ apiGroups: [group = ""], resources: [resource = ""], resourceNames, verbs }) =>
    verbs.flatMap((verb) =>
      (resourceNames ?? [undefined]).map(
        (name): Right => ({ group, resource, verb, namespace, ...(name !== undefined && { name }) }),
      ),
    ),
  );
  return rights.map((right) => ({
    right,
    role: {
      ...role,
      rules: rights
        .filter((each) => each !== right)
        .map(({ group, resource, verb, name }) => ({
          apiGroups: [group],
          resources: [resource],
          verbs: [verb],
          ...(name !== undefined && { resourceNames: [name] }),
        })),
    },
  }));
}
