import { z } from "zod";
import { AZURE_RETENTION_DAYS, isTime, SOFT_DELETE_DAYS } from "../../../restore-points/rules/azure-backup";
import { timeZoneProblem } from "../../../restore-points/rules/time-zone";
import { resourceGroup } from "../../databases/azure-server/args";
import { refusedBy, type Shape, wholeNumber } from "../../schema-tools";
import { AzureVaultImmutability, AzureVaultRedundancy, SoftDeleteState, WeeklyDay } from "./vault-enums";

/** When servers are backed up: Azure Backup makes one backup of a server a week, and no more. */
export interface WeeklyArgs {
  /** `Monday` to `Sunday`. Defaults to `Sunday`. */
  day?: WeeklyDay;
  /** Hours and minutes, such as `03:00`, which is the default. */
  time?: string;
  /** The time's zone, such as Asia/Tokyo. Azure changes no clocks: the hour is that of January. Defaults to Etc/UTC. */
  timeZone?: string;
}

const TIME = 'hours and minutes in quotes, such as "03:00"';

/** Describes `WeeklyArgs`. */
export const weeklySchema = z
  .strictObject({
    day: z.enum(WeeklyDay).optional().describe("Defaults to Sunday."),
    time: z
      .string({ error: TIME })
      .refine(isTime, { error: TIME })
      .optional()
      .describe("Hours and minutes, in quotes. Defaults to 03:00."),
    timeZone: z
      .string()
      .superRefine(refusedBy(timeZoneProblem))
      .optional()
      .describe("The time's zone, such as Asia/Tokyo; Azure keeps the hour of January. Defaults to Etc/UTC."),
  } satisfies Shape<WeeklyArgs>)
  .describe("When servers are backed up; Azure Backup takes one backup a week");

/** For how long backups are kept, in days up to 3650. */
export interface AzureLifecycleArgs {
  /** Days after which a recovery point is deleted, more than 7. Defaults to 90. */
  deleteAfter?: number;
  /** The same for the first one of each month. Defaults to `deleteAfter`. */
  deleteFirstOfMonthAfter?: number;
  /** The same for the first one of each year. Defaults to `deleteFirstOfMonthAfter`. */
  deleteFirstOfYearAfter?: number;
}

const { longerThan, maximum } = AZURE_RETENTION_DAYS;
const days = wholeNumber(
  { min: longerThan + 1, max: maximum, why: "one backup is made each week" },
  "a whole number of days",
);

/** Describes `AzureLifecycleArgs`. */
export const azureLifecycleSchema = z
  .strictObject({
    deleteAfter: days.optional().describe("Days after which a recovery point is deleted. Defaults to 90."),
    deleteFirstOfMonthAfter: days.optional().describe("The same for the first one of each month"),
    deleteFirstOfYearAfter: days.optional().describe("The same for the first one of each year"),
  } satisfies Shape<AzureLifecycleArgs>)
  .describe("How long recovery points are kept")
  .meta({ examples: [{ deleteAfter: 90 }] });

/** What becomes of backups that somebody deletes. */
export interface SoftDeleteArgs {
  /** `On`, `Off`, or `AlwaysOn`: it can never be switched off, which needs `acknowledgeIrreversible`. Defaults to `On`. */
  state?: SoftDeleteState;
  /** Days for which they can be brought back, 14 to 180. Defaults to 14. */
  retentionDays?: number;
}

const softDeleteSchema = z.strictObject({
  state: z.enum(SoftDeleteState).optional().describe("AlwaysOn: it can never be switched off. Defaults to On."),
  retentionDays: wholeNumber({ min: SOFT_DELETE_DAYS.minimum, max: SOFT_DELETE_DAYS.maximum }, "a whole number of days")
    .optional()
    .describe("Days for which deleted backups can be brought back. Defaults to 14."),
} satisfies Shape<SoftDeleteArgs>);

/** A vault of Azure Backup for the databases of the set that it takes: Azure Database for PostgreSQL. */
export interface AzureVaultArgs {
  /** 2 to 50 letters, digits and hyphens. */
  name: string;
  /** A resource group that exists. */
  resourceGroupName: string;
  /** Azure Backup takes servers of the vault's own location only. Defaults to that of the servers. */
  location?: string;
  /** `GeoRedundant`, `ZoneRedundant` or `LocallyRedundant`; stays what it was at first. Defaults to `GeoRedundant`. */
  redundancy?: AzureVaultRedundancy;
  /**
   * `Unlocked` (recovery points cannot be deleted before they expire; can be reverted), `Locked` (can never be reverted, which
   * needs `acknowledgeIrreversible`) or `Disabled`. Defaults to `Unlocked`.
   */
  immutability?: AzureVaultImmutability;
  /** What happens to backups that somebody deletes. */
  softDelete?: SoftDeleteArgs;
  /** Whether recovery points can be restored in the paired region, too. For ever: needs `acknowledgeIrreversible`. Defaults to false. */
  crossRegionRestore?: boolean;
  /** Repeats the vault's name to accept settings that cannot be undone, not even by Microsoft. */
  acknowledgeIrreversible?: string;
  /** Whether the vault with all that is in it stays when the stack is destroyed. Defaults to true. */
  retainOnDelete?: boolean;
  /** When servers are backed up, once a week. */
  weekly?: WeeklyArgs;
  /** How long recovery points are kept. */
  lifecycle?: AzureLifecycleArgs;
}

/** Describes `AzureVaultArgs`. */
export const azureVaultSchema = z
  .strictObject({
    name: z
      .string({ error: "a name of 2 to 50 letters, digits and hyphens" })
      .regex(/^[a-zA-Z0-9-]{2,50}$/, { error: "a name of 2 to 50 letters, digits and hyphens" })
      .meta({ examples: ["payments"] })
      .describe("The vault's name"),
    resourceGroupName: resourceGroup.describe("A resource group that exists"),
    location: z
      .string()
      .min(1)
      .optional()
      .describe("Azure Backup takes servers of the vault's own location only. Defaults to theirs."),
    redundancy: z
      .enum(AzureVaultRedundancy)
      .optional()
      .describe("How recovery points are stored; stays what it was at first. Defaults to GeoRedundant."),
    immutability: z
      .enum(AzureVaultImmutability)
      .optional()
      .describe(
        "Unlocked: recovery points cannot be deleted before they expire. Locked: this can never be changed. Defaults to Unlocked.",
      ),
    softDelete: softDeleteSchema.optional().describe("What happens to backups that somebody deletes"),
    crossRegionRestore: z
      .boolean()
      .optional()
      .describe("Whether recovery points can be restored in the paired region, for ever. Defaults to false."),
    acknowledgeIrreversible: z
      .string()
      .optional()
      .describe("Repeats the vault's name, for settings that cannot be undone: Locked, AlwaysOn, crossRegionRestore"),
    retainOnDelete: z
      .boolean()
      .optional()
      .describe("Whether the vault with all that is in it stays when the stack is destroyed. Defaults to true."),
    weekly: weeklySchema.optional(),
    lifecycle: azureLifecycleSchema.optional(),
  } satisfies Shape<AzureVaultArgs>)
  .describe("Azure Backup, for Azure Database for PostgreSQL");
