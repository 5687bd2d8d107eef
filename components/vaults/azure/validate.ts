import { azureLifecycleFaults, SOFT_DELETE_DAYS } from "../../../restore-points/rules/azure-backup";
import { timeZoneProblem } from "../../../restore-points/rules/time-zone";
import type { DatabaseArgs } from "../../databases";
import type { Fault } from "../../faults";
import type { AzureLifecycleArgs, AzureVaultArgs, WeeklyArgs } from "./args";
import { lifecycleOf, notKept, vaultedServers } from "./rules";

/** Everything that Azure Backup would refuse, before anything is declared. Paths begin at the configuration's root. */
export function azureVaultFaults(databases: readonly DatabaseArgs[], vault: AzureVaultArgs): Fault[] {
  const faults = ownAzureVaultFaults(vault);
  const vaulted = vaultedServers(databases, vault);
  faults.push(...vaulted.flatMap(({ fault }) => fault ?? []));
  if (vaulted.length === 0)
    faults.push(
      ...notKept(databases).map(({ name, because }) => ({ path: "vault.azure", message: `${name}: ${because}` })),
      { path: "vault.azure", message: "no database of the set goes to a vault of Azure Backup; remove it" },
    );
  return faults;
}

/** What of it can be seen without the databases; parts that have problems already may be missing. */
export function ownAzureVaultFaults(vault: AzureVaultArgs): Fault[] {
  const faults: Fault[] = [...irreversibleFaults(vault), ...timeFaults("vault.azure", vault)];
  const { retentionDays } = vault.softDelete ?? {};
  const { minimum, maximum } = SOFT_DELETE_DAYS;
  if (
    retentionDays !== undefined &&
    !(Number.isInteger(retentionDays) && retentionDays >= minimum && retentionDays <= maximum)
  )
    faults.push({
      path: "vault.azure.softDelete.retentionDays",
      message: `must be a whole number of days from ${minimum} to ${maximum}, got ${retentionDays}`,
    });
  if (vault.crossRegionRestore && (vault.redundancy ?? "GeoRedundant") !== "GeoRedundant")
    faults.push({
      path: "vault.azure.crossRegionRestore",
      message: `needs recovery points in the paired region, and redundancy is ${vault.redundancy}; write GeoRedundant, or remove crossRegionRestore`,
    });
  return faults;
}

/** What a database's own times in the vault have wrong. */
export function timeFaults(path: string, own: { weekly?: WeeklyArgs; lifecycle?: AzureLifecycleArgs }): Fault[] {
  const zone = own.weekly?.timeZone === undefined ? undefined : timeZoneProblem(own.weekly.timeZone);
  return [
    ...(zone === undefined ? [] : [{ path: `${path}.weekly.timeZone`, message: zone }]),
    ...(own.lifecycle === undefined ? [] : azureLifecycleFaults(lifecycleOf(own.lifecycle))).map(
      ({ key, message }) => ({
        path: `${path}.lifecycle.${key}`,
        message,
      }),
    ),
  ];
}

/** What nobody can undo has to be meant. */
function irreversibleFaults({ name, acknowledgeIrreversible: acknowledged, ...vault }: AzureVaultArgs): Fault[] {
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
            message: `is missing; nobody can undo ${what}, Microsoft included: repeat the vault's name ("${name}") to accept that, or remove it`,
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
