import preview from "./azure/preview.json";
import restore from "./azure/restore.json";
import up from "./azure/up.json";

/** A custom role, in the form that `az role definition create` takes. */
export interface CustomRole {
  Name: string;
  Description: string;
  Actions: string[];
  /** What wildcards in `Actions` would give too much. */
  NotActions: string[];
  AssignableScopes: string[];
}

/** Who needs which roles: one on the resource groups of the databases and of the vault, one on the subscription. */
export interface AzureRoles {
  group: CustomRole;
  subscription: CustomRole;
}

/** Each also needs those before it. A switch-over sets tags and lists keys, for which `up` and `restore` have the rights. */
export const AZURE_ROLES = { preview, up, restore } satisfies Record<string, AzureRoles>;
