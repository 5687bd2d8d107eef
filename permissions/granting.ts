import { AWS_DOCUMENTS, type Document } from "./aws";
import { AZURE_ROLES, type AzureRoles, type CustomRole } from "./azure";
import { jobRights, KUBERNETES_USERS, type KubernetesRight, type KubernetesUser, kubernetesRights } from "./kubernetes";

/** The part of a document that grants a right. */
export interface Granting {
  /** The document's path in this package, such as `permissions/aws/preview.json`. */
  file: string;
  /** The statement of a policy by its Sid, or the role's key: `group` or `subscription`. */
  part: string;
}

/**
 * The statements that grant an action.
 * @param resource an ARN, to leave out statements that do not cover it; a document's placeholder covers every name
 */
export function awsGranting(action: string, resource?: string): Granting[] {
  return Object.entries(AWS_DOCUMENTS).flatMap(([who, document]) =>
    // Cast: JSON's type has a condition for some statements only.
    (document as Document).Statement.filter(
      ({ Action, Resource }) =>
        Action.includes(action) && (resource === undefined || Resource.some((pattern) => covers(pattern, resource))),
    ).map(({ Sid }) => ({ file: `permissions/aws/${who}.json`, part: Sid })),
  );
}

/** The roles that grant an action: one on resource groups, or one on the subscription. */
export function azureGranting(action: string): Granting[] {
  return Object.entries(AZURE_ROLES).flatMap(([who, roles]: [string, AzureRoles]) =>
    Object.entries(roles)
      .filter(([, role]: [string, CustomRole]) => grants(role, action))
      .map(([part]) => ({ file: `permissions/azure/${who}.json`, part })),
  );
}

/** Whose Role grants a right in docs/permissions.md: the first that does, because each also needs those before it; or that of Jobs. */
export function kubernetesGranting(verb: string, group: string, resource: string): KubernetesUser | "jobs" | undefined {
  const everywhere = { schedule: "", releases: [""], declaresSecret: true };
  const has = (rights: readonly KubernetesRight[]) =>
    rights.some((right) => right.verb === verb && right.group === group && right.resource === resource);
  return (
    KUBERNETES_USERS.find((who) => has(kubernetesRights(who, everywhere))) ?? (has(jobRights("")) ? "jobs" : undefined)
  );
}

/** Azure compares actions without regard to case. [Microsoft Learn, Azure role definitions] */
function grants({ Actions, NotActions }: CustomRole, action: string): boolean {
  const matches = (pattern: string) => covers(pattern.toLowerCase(), action.toLowerCase());
  return Actions.some(matches) && !NotActions.some(matches);
}

/** Whether a pattern matches a text: placeholders and `*` stand for any characters. */
function covers(pattern: string, text: string): boolean {
  const parts = pattern.split(/\$\{\w+\}|\*/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
