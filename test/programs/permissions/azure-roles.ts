import { AZURE_ROLES, type CustomRole } from "../../../permissions/azure";
import { type ArmAccess, type ArmGrant, gives } from "../../../simulator/cloud/azure/azure";

export const WHO = ["preview", "up", "restore"] as const;
export const SCOPES = ["group", "subscription"] as const;
export type AzureWho = (typeof WHO)[number];

/** One right: an action of a role, without what the role excepts from it. */
export interface Right extends ArmGrant {
  who: AzureWho;
}

const CONTAINERS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers";

/**
 * Azure refuses a whole custom role for one action that its provider does not publish ("InvalidActionOrNotAction"). Actions that are
 * checked, and missing in "Azure permissions for Databases": a wildcard gives them, without the published ones that it would give, too.
 */
const UNPUBLISHED: Record<string, { action: string; notActions: string[] }> = {
  [`${CONTAINERS}/retrieveContinuousBackupInformation/action`]: {
    action: `${CONTAINERS}/*/action`,
    notActions: [`${CONTAINERS}/partitionMerge/action`, `${CONTAINERS}/throughputSettings/*/action`],
  },
};

/** The right that gives an access. */
export function rightFor(who: AzureWho, { action, scope }: ArmAccess): Right {
  return { who, scope, ...(UNPUBLISHED[action] ?? { action }) };
}

export const nameOf = ({ who, scope, action }: Right) => `${who}: ${scope}: ${action}`;

export const grants = (right: Right, access: ArmAccess) => gives(right, access);

/** The rights of somebody, with those that the roles before give. A recovery needs those of a restore. */
export function rightsOf(who: string): Right[] {
  const names: readonly string[] = WHO;
  const last = names.includes(who) ? names.indexOf(who) : WHO.length - 1;
  return WHO.slice(0, last + 1).flatMap((each) =>
    SCOPES.flatMap((scope) =>
      AZURE_ROLES[each][scope].Actions.map((action): Right => {
        const { NotActions }: CustomRole = AZURE_ROLES[each][scope];
        // What a wildcard gives as a text, it gives as an action.
        const notActions = NotActions.filter((not) => gives({ scope, action }, { scope, action: not }));
        return { who: each, scope, action, notActions };
      }),
    ),
  );
}
