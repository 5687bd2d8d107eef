import type { DatabaseArgs } from "../../components/databases";
import { azureAccount, completedAccess } from "../../operations/azure";
import { missingActions } from "../../operations/azure-permissions";
import { AZURE_ROLES } from "../../permissions/azure";
import { webClock } from "./clock";
import { type Ask, checked, type Finding, ok, problem } from "./finding";
import type { Situation } from "./situation";

/** The resource groups of the databases on Azure, of their copies, and of the vault. */
export function azureGroups({ databases, vault }: Situation): string[] {
  const groups = databases.flatMap(({ kind, args }) => {
    if (kind.azureBackup === undefined) return [];
    // Cast: one of the kinds' args, of which only these keys are read.
    const { existing, restoreTo } = args as NonNullable<DatabaseArgs["azurePostgresql"]>;
    return [existing?.resourceGroupName, restoreTo?.resourceGroupName].filter((group) => typeof group === "string");
  });
  return [...new Set([...groups, ...(groups.length > 0 && vault?.azure ? [vault.azure.resourceGroupName] : [])])];
}

/** Everything that the set needs of Azure, but its databases. */
export async function azureFindings(situation: Situation, now: () => number, ask: Ask): Promise<Finding[]> {
  const groups = azureGroups(situation);
  if (groups.length === 0) return [];
  const access = completedAccess(situation.azure);
  const account = await checked(
    "Azure account",
    ask,
    "Azure whose credentials these are",
    async () => {
      const { subscriptionId, token } = await azureAccount(access);
      await token();
      return [ok(`subscription ${subscriptionId}`)];
    },
    "give credentials: az login, or the variables ARM_CLIENT_ID, ARM_CLIENT_SECRET, ARM_TENANT_ID and ARM_SUBSCRIPTION_ID",
  );
  if (account.some(({ state }) => state !== "ok")) return account;
  const others = await Promise.all([
    ...groups.map((group) =>
      checked("Azure permissions", ask, `Azure what this account may do in ${group}`, () =>
        permissionFindings({ resourceGroupName: group }, "group", situation),
      ),
    ),
    checked("Azure permissions", ask, "Azure what this account may do in the subscription", () =>
      permissionFindings({}, "subscription", situation),
    ),
    checked("clock", ask, "Azure's clock", async () => [
      await webClock((await azureAccount(access)).endpoints.resourceManager, "Azure", now),
    ]),
  ]);
  return [...account, ...others.flat()];
}

const TITLES = { preview: "a preview", up: "an up", restore: "a restore" };

async function permissionFindings(
  scope: { resourceGroupName?: string },
  part: "group" | "subscription",
  { azure, databases, vault }: Situation,
): Promise<Omit<Finding, "check">[]> {
  const where = scope.resourceGroupName ?? "the subscription";
  const providers = new Set(
    databases.flatMap(({ kind }) => PROVIDERS[kind.key] ?? []).concat(vault?.azure ? VAULT_PROVIDERS : []),
  );
  return Promise.all(
    (["preview", "up", "restore"] as const).map(async (who) => {
      const actions = AZURE_ROLES[who][part].Actions.filter((action) => providers.has(action.split("/")[0] ?? ""));
      const missing = await missingActions(scope, actions, azure);
      if (missing.length === 0) return ok(`all ${actions.length} actions of ${TITLES[who]} are allowed in ${where}`);
      return problem(
        `this account lacks actions for ${TITLES[who]} in ${where}: ${missing.join(", ")}`,
        "assign it the roles of docs/permissions.md",
      );
    }),
  );
}

const PROVIDERS: Record<string, string[]> = {
  cosmosdb: ["Microsoft.DocumentDB", "Microsoft.Network"],
  azureMysql: ["Microsoft.DBforMySQL", "Microsoft.Network"],
  azurePostgresql: ["Microsoft.DBforPostgreSQL", "Microsoft.Network"],
};
const VAULT_PROVIDERS = ["Microsoft.DataProtection", "Microsoft.Authorization"];
