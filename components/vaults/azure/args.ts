/** When servers are backed up: Azure Backup makes one backup of a server a week, and no more. */
export interface WeeklyArgs {
  /** `Monday` to `Sunday`. Defaults to `Sunday`. */
  day?: string;
  /** Hours and minutes, such as `03:00`, which is the default. */
  time?: string;
  /** The time's zone, such as Asia/Tokyo. Azure changes no clocks: the hour is that of January. Defaults to Etc/UTC. */
  timeZone?: string;
}

/** For how long backups are kept, in days up to 3650. */
export interface AzureLifecycleArgs {
  /** Days after which a recovery point is deleted, more than 7. Defaults to 90. */
  deleteAfter?: number;
  /** The same for the first one of each month. Defaults to `deleteAfter`. */
  deleteFirstOfMonthAfter?: number;
  /** The same for the first one of each year. Defaults to `deleteFirstOfMonthAfter`. */
  deleteFirstOfYearAfter?: number;
}

/** What becomes of backups that somebody deletes. */
export interface SoftDeleteArgs {
  /** `On`, `Off`, or `AlwaysOn`: nobody can ever switch it off, which needs `acknowledgeIrreversible`. Defaults to `On`. */
  state?: string;
  /** Days for which they can be brought back, 14 to 180. Defaults to 14. */
  retentionDays?: number;
}

/** A vault of Azure Backup for the databases of the set that it takes: Azure Database for PostgreSQL. */
export interface AzureVaultArgs {
  /** 2 to 50 letters, digits and hyphens. */
  name: string;
  /** A resource group that exists. */
  resourceGroupName: string;
  /** Azure Backup takes servers of the vault's own location only. Defaults to that of the servers. */
  location?: string;
  /** `GeoRedundant`, `ZoneRedundant` or `LocallyRedundant`; stays what it was at first. Defaults to `GeoRedundant`. */
  redundancy?: string;
  /**
   * `Unlocked` (nobody deletes recovery points before their time; can be taken back), `Locked` (cannot, by nobody, which
   * needs `acknowledgeIrreversible`) or `Disabled`. Defaults to `Unlocked`.
   */
  immutability?: string;
  softDelete?: SoftDeleteArgs;
  /** Whether recovery points can be restored in the paired region, too. For ever: needs `acknowledgeIrreversible`. Defaults to false. */
  crossRegionRestore?: boolean;
  /** Repeats the vault's name, for what nobody can undo, Microsoft included. */
  acknowledgeIrreversible?: string;
  /** Whether the vault with all that is in it stays when the stack is destroyed. Defaults to true. */
  retainOnDelete?: boolean;
  weekly?: WeeklyArgs;
  lifecycle?: AzureLifecycleArgs;
}
