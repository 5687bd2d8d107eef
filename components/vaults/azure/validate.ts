import { azureLifecycleProblems } from "../../../restore-points/rules/azure-backup";
import type { DatabaseArgs } from "../../databases";
import type { Problem } from "../../problem";
import type { AzureLifecycleArgs, AzureVaultArgs } from "./args";
import { lifecycleOf, notKept, vaultedServers } from "./rules";

/** Everything that Azure Backup would refuse, before anything is declared. Paths begin at the configuration's root. */
export function azureVaultProblems(databases: readonly DatabaseArgs[], vault: AzureVaultArgs): Problem[] {
  const problems = ownAzureVaultProblems(vault);
  const vaulted = vaultedServers(databases, vault);
  problems.push(...vaulted.flatMap(({ problem }) => problem ?? []));
  if (vaulted.length === 0)
    problems.push(
      ...notKept(databases).map(({ name, because }) => ({ path: "vault.azure", message: `${name}: ${because}` })),
      { path: "vault.azure", message: "no database of the set goes to a vault of Azure Backup; remove it" },
    );
  return problems;
}

/** What of it can be seen without the databases; parts that have problems already may be missing. */
export function ownAzureVaultProblems(vault: Partial<AzureVaultArgs>): Problem[] {
  const problems: Problem[] = [...irreversibleProblems(vault), ...lifecycleProblems("vault.azure", vault)];
  if (vault.crossRegionRestore && (vault.redundancy ?? "GeoRedundant") !== "GeoRedundant")
    problems.push({
      path: "vault.azure.crossRegionRestore",
      message: `needs recovery points in the paired region, and redundancy is ${vault.redundancy}; write GeoRedundant, or remove crossRegionRestore`,
    });
  return problems;
}

/** What is wrong between the times after which recovery points are deleted. */
export function lifecycleProblems(path: string, { lifecycle }: { lifecycle?: AzureLifecycleArgs }): Problem[] {
  if (lifecycle === undefined) return [];
  return azureLifecycleProblems(lifecycleOf(lifecycle)).map(({ key, message }) => ({
    path: `${path}.lifecycle.${key}`,
    message,
  }));
}

/** Settings that cannot be undone need an acknowledgement. */
function irreversibleProblems({
  name = "<name>",
  acknowledgeIrreversible: acknowledged,
  ...vault
}: Partial<AzureVaultArgs>): Problem[] {
  const irreversible = [
    ...(vault.immutability === "Locked" ? ["immutability: Locked"] : []),
    ...(vault.softDelete?.state === "AlwaysOn" ? ["softDelete.state: AlwaysOn"] : []),
    ...(vault.crossRegionRestore ? ["crossRegionRestore"] : []),
  ];
  const path = "vault.azure.acknowledgeIrreversible";
  const what = irreversible.join(" and ");
  if (acknowledged === undefined)
    return irreversible.length === 0
      ? []
      : [
          {
            path,
            message: `is missing; ${what} cannot be undone, not even by Microsoft: repeat the vault's name ("${name}") to accept that, or remove it`,
          },
        ];
  if (irreversible.length === 0)
    return [
      {
        path,
        message:
          "acknowledges nothing: write immutability: Locked, softDelete.state: AlwaysOn or crossRegionRestore, or remove it",
      },
    ];
  if (acknowledged !== name)
    return [
      {
        path,
        message: `"${acknowledged}" is not the vault's name ("${name}"); repeat that for ${what}, or remove both`,
      },
    ];
  return [];
}
