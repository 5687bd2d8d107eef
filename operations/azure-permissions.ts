import { isObject } from "../restore-points/shape";
import type { AzureAccessSource } from "./azure";
import { ArmClient } from "./azure-arm";

const API_VERSION = "2022-04-01";

/** What roles give on a scope: actions with wildcards, and what they leave out of them. */
interface Permission {
  actions: string[];
  notActions: string[];
}

/**
 * Those of the actions that the caller's roles do not give on a scope, by the Resource Manager's own list.
 * @param scope `/subscriptions/<id>`, with `/resourceGroups/<name>` for a group
 */
export async function missingActions(
  scope: { resourceGroupName?: string },
  actions: readonly string[],
  access: AzureAccessSource,
): Promise<string[]> {
  const client = await ArmClient.connect(access);
  const group = scope.resourceGroupName === undefined ? "" : `/resourceGroups/${scope.resourceGroupName}`;
  const id = `/subscriptions/${client.subscriptionId}${group}/providers/Microsoft.Authorization/permissions`;
  const listed = await client.list(id, API_VERSION);
  const permissions = listed.map(permissionOf);
  return actions.filter((action) => !permissions.some((permission) => gives(permission, action)));
}

function permissionOf(value: unknown): Permission {
  const { actions, notActions } = isObject(value) ? value : {};
  const texts = (list: unknown) => (Array.isArray(list) ? list.map(String) : []);
  return { actions: texts(actions), notActions: texts(notActions) };
}

/** [Microsoft Learn, Azure role definitions: notActions are subtracted within a role, not from other roles] */
function gives({ actions, notActions }: Permission, action: string): boolean {
  const matches = (pattern: string) => new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`, "i").test(action);
  return actions.some(matches) && !notActions.some(matches);
}

const escaped = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
