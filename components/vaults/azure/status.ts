import { counted } from "../../../restore-points/counted";
import type { AzureLifecycle } from "../../../restore-points/rules/azure-backup";
import type { PauseNeed } from "../../../restore-points/rules/pause-need";
import { CONSISTENT, PER_DATABASE, type VaultStatus } from "../status";
import type { AzureVaultArgs } from "./args";
import { DEFAULT_REDUNDANCY } from "./existing";
import type { NotKept, VaultedServer } from "./rules";

/** What was found of the vault. */
export interface FoundVault {
  location: string;
  immutability: string;
  /** Why no more copies are made, in the databases' order; undefined where they are. */
  amiss: (string | undefined)[];
}

/** The vault and its contents, as text. */
export function azureVaultStatus(
  { location, immutability, amiss }: FoundVault,
  vault: AzureVaultArgs,
  databases: readonly VaultedServer[],
  notKept: readonly NotKept[],
  need: PauseNeed,
): VaultStatus {
  return {
    cloud: "azure",
    name: vault.name,
    region: location,
    protectedBy: [
      immutabilityText(immutability, vault),
      softDeleteText(vault),
      `${vault.redundancy ?? DEFAULT_REDUNDANCY} storage${vault.crossRegionRestore ? ", restorable in the paired region" : ""}`,
    ].join(", "),
    onDestroy: onDestroyText(immutability, vault),
    copies: databases.map(({ name, datasource, weekly: { day, time, timeZone }, lifecycle }, index) => ({
      database: name,
      rule: "weekly",
      schedule: `${day} ${time} ${timeZone}`,
      kept: keptText(lifecycle),
      consistency: need.required ? PER_DATABASE : CONSISTENT,
      ...(amiss[index] === undefined ? {} : { amiss: amiss[index] }),
      restoredBy: datasource.restoredAs,
    })),
    ...(notKept.length > 0
      ? { keepsNothingOf: notKept.map(({ name, because }) => ({ database: name, because })) }
      : {}),
  };
}

function immutabilityText(state: string, vault: AzureVaultArgs): string {
  if (state === "Locked") return "immutability that cannot be undone";
  if (state === "Disabled") return "no immutability";
  return vault.immutability === "Locked"
    ? "immutability that the next pulumi up locks for ever"
    : "immutability that an administrator can take back";
}

function softDeleteText({ softDelete: { state = "On", retentionDays = 14 } = {} }: AzureVaultArgs): string {
  if (state === "Off") return "no soft delete";
  return `soft delete of ${counted(retentionDays, "day")} that ${state === "AlwaysOn" ? "no one" : "an administrator"} can switch off`;
}

function onDestroyText(immutability: string, { name, resourceGroupName, retainOnDelete }: AzureVaultArgs): string {
  const where = `vault ${name} in resource group ${resourceGroupName}`;
  return retainOnDelete !== false
    ? `a destroy of the stack keeps ${where}, with its recovery points and policies; without its role assignments no backups are added, and its jobs fail until protection is stopped there`
    : immutability === "Disabled"
      ? `a destroy of the stack deletes what is in ${where}, and fails at the vault itself as long as soft delete keeps it`
      : `a destroy of the stack fails at ${where} while it holds recovery points`;
}

function keptText({
  deleteAfter,
  deleteFirstOfMonthAfter: month,
  deleteFirstOfYearAfter: year,
}: AzureLifecycle): string {
  return [
    counted(deleteAfter, "day"),
    ...(month === undefined ? [] : [`the first of each month ${counted(month, "day")}`]),
    ...(year === undefined ? [] : [`the first of each year ${counted(year, "day")}`]),
  ].join(", ");
}
