import type { AzureLifecycle } from "../../../restore-points/rules/azure-backup";
import { type DatabaseArgs, kindOf } from "../../databases";
import type { AzureLifecycleArgs, AzureVaultArgs, WeeklyArgs } from "./args";
import type { AzureBackupSource, AzureDatasource } from "./source";

/** A database that goes to the vault, with when and for how long. */
export interface VaultedServer {
  name: string;
  /** Its position in the set. */
  index: number;
  datasource: AzureDatasource;
  /** Why a copy of it would be worth nothing, with where that is said. */
  problem: { path: string; message: string } | undefined;
  resourceGroupName: AzureBackupSource["resourceGroupName"];
  weekly: Required<WeeklyArgs>;
  lifecycle: AzureLifecycle;
  /** Whether one of the two is its own, rather than the set's. */
  own: boolean;
}

/** A database on Azure that no vault keeps. */
export interface NotKept {
  name: string;
  index: number;
  because: string;
}

/** The databases on Azure that go to the vault. */
export function vaultedServers(databases: readonly DatabaseArgs[], vault: AzureVaultArgs): VaultedServer[] {
  return databases.flatMap((database, index) => {
    const { name, kind, args } = kindOf(database);
    const { datasource, resourceGroupName, problem } = kind.azureBackup?.(args) ?? {};
    const own = database.vault;
    if (datasource === undefined || own?.exclude) return [];
    return [
      {
        name,
        index,
        datasource,
        problem: problem && { path: `databases[${index}].${kind.key}.${problem.key}`, message: problem.message },
        resourceGroupName,
        weekly: weeklyOf(own?.weekly ?? vault.weekly),
        lifecycle: lifecycleOf(own?.lifecycle ?? vault.lifecycle),
        own: own?.weekly !== undefined || own?.lifecycle !== undefined,
      },
    ];
  });
}

/** The databases on Azure that Azure Backup takes into no vault, but for those that are to be left out. */
export function notKept(databases: readonly DatabaseArgs[]): NotKept[] {
  return databases.flatMap((database, index) => {
    const { name, kind, args } = kindOf(database);
    const because = kind.azureBackup?.(args).notKeptBecause;
    return because === undefined || database.vault?.exclude ? [] : [{ name, index, because }];
  });
}

function weeklyOf({ day = "Sunday", time = "03:00", timeZone = "Etc/UTC" }: WeeklyArgs = {}) {
  return { day, time, timeZone };
}

/** Microsoft's own default is three months. */
export function lifecycleOf({ deleteAfter = 90, ...longer }: AzureLifecycleArgs = {}): AzureLifecycle {
  return { deleteAfter, ...longer };
}
