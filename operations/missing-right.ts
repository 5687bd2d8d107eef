import { awsGranting, azureGranting, type Granting, kubernetesGranting } from "../permissions/granting";

/** For whom a cluster is asked: which documented Role has the rights for it. */
export type Purpose = "look-up" | "switch-over";

/** Where a missing right is granted, as an addition to a cloud's message; empty for what is no missing right. */
type Hint = string;

const DOCS = "docs/permissions.md";
const ANYWHERE = `"scalar-backup doctor" lists the rights that are missing, ${DOCS} of the package scalar-backup those that it needs`;

/**
 * What AWS says without saying of which action: AWS Backup leaves the message empty at times
 * [github.com/turbot/steampipe-plugin-aws/issues/1156].
 */
const DENIED = /^(AccessDenied|AccessDeniedException|AuthorizationError|UnauthorizedOperation)$/;

/**
 * For an error of AWS. Its message names the action, mostly the resource, and in newer services the kind of policy that is in the way:
 * `... is not authorized to perform: rds:DescribeDBInstances on resource: arn:... because no identity-based policy allows ...`, or
 * `... with an explicit deny in a service control policy` [IAM User Guide, "Troubleshoot access denied error messages"].
 */
export function awsHint(code: string, message: string): Hint {
  const found = /not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?/.exec(message);
  if (found === null) return DENIED.test(code) ? `; ${ANYWHERE}` : "";
  const [, action = "", resource = ""] = found;
  const arn = resource.startsWith("arn:") ? resource : undefined;
  const covering = awsGranting(action, arn);
  const granting = covering.length > 0 ? covering : awsGranting(action);
  if (granting.length === 0) return inNone();
  const files = filesOf(granting, "statement");
  const denying = /explicit deny in an? (.+?)(?=$|[.,;])/.exec(message)?.[1];
  if (denying !== undefined) return `; the deny in that ${denying} prevails over ${files} (${DOCS})`;
  const limiting = /because no (.+?) allows/.exec(message)?.[1] ?? "identity-based policy";
  if (limiting !== "identity-based policy") return `; that ${limiting} has to allow what ${files} grants (${DOCS})`;
  if (covering.length === 0) return `; ${files} grants it on other resources (${DOCS})`;
  return `; ${files} grants it (${DOCS})`;
}

/**
 * For an error of the Azure Resource Manager: `... does not have authorization to perform action '...' over scope '...'`, and of what a
 * request refers to, `... it does not have permission to perform action '...' on the linked scope(s) '...'`
 * [Microsoft Learn, Troubleshoot Azure RBAC].
 */
export function azureHint(message: string): Hint {
  const named = /not have (?:authorization|permission) to perform action(?:\(s\))? '([^']+)'/.exec(message);
  const [, actions] = named ?? [];
  if (actions === undefined) return "";
  const granting = actions.split(",").flatMap((action) => azureGranting(action.trim()));
  return granting.length === 0 ? inNone() : `; ${filesOf(granting, "role")} grants it (${DOCS})`;
}

/** For an answer 403 of a Kubernetes API server. Quotas and admission answer 403, too, in other words. */
export function kubernetesHint(message: string, purpose: Purpose): Hint {
  const found = /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"/.exec(message);
  if (found === null) return "";
  if (purpose === "switch-over") return "; the Role in docs/recovery.md#rights of the package scalar-backup grants it";
  const [, verb = "", resource = "", group = ""] = found;
  const who = kubernetesGranting(verb, group, resource);
  return who === undefined ? inNone() : `; the Role of ${ROLES[who]} in ${DOCS} of the package scalar-backup grants it`;
}

const ROLES = { preview: "a preview", refresh: "a `pulumi refresh`", up: "an `up`", jobs: "Jobs" };

function inNone(): Hint {
  return `; no document in permissions/ of the package scalar-backup grants it: allow it by one of your own (${DOCS})`;
}

/** Such as `permissions/aws/restore.json (statement RdsInstanceCopies) of the package scalar-backup`. */
function filesOf(granting: readonly Granting[], what: string): string {
  const texts = granting.map(({ file, part }) => `${file} (${what} ${part})`);
  return `${[...new Set(texts)].join(" or ")} of the package scalar-backup`;
}
