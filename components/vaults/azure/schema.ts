import { z } from "zod";
import { AZURE_RETENTION_DAYS, isTime, SOFT_DELETE_DAYS, WEEKDAYS } from "../../../restore-points/rules/azure-backup";
import { resourceGroup } from "../../databases/azure-server/args";

/** Numbers whose bounds `azureVaultProblems` checks; here they are for editors. */
const days = (what: string) =>
  z
    .number()
    .meta({
      type: "integer",
      minimum: AZURE_RETENTION_DAYS.longerThan + 1,
      maximum: AZURE_RETENTION_DAYS.maximum,
      description: what,
    })
    .optional();

/** Describes `WeeklyArgs`. */
export const weeklySchema = z
  .strictObject({
    day: z.enum(WEEKDAYS).optional().describe("Defaults to Sunday."),
    time: z
      .string({ error: 'hours and minutes in quotes, such as "03:00"' })
      .refine(isTime, { error: 'hours and minutes in quotes, such as "03:00"' })
      .optional()
      .describe("Hours and minutes, in quotes. Defaults to 03:00."),
    timeZone: z
      .string()
      .optional()
      .describe("The time's zone, such as Asia/Tokyo; Azure keeps the hour of January. Defaults to Etc/UTC."),
  })
  .describe("When servers are backed up; Azure Backup takes one backup a week");

/** Describes `AzureLifecycleArgs`. */
export const azureLifecycleSchema = z
  .strictObject({
    deleteAfter: days("Days after which a recovery point is deleted. Defaults to 90."),
    deleteFirstOfMonthAfter: days("The same for the first one of each month"),
    deleteFirstOfYearAfter: days("The same for the first one of each year"),
  })
  .describe("How long recovery points are kept")
  .meta({ examples: [{ deleteAfter: 90 }] });

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
      .enum(["GeoRedundant", "ZoneRedundant", "LocallyRedundant"])
      .optional()
      .describe("How recovery points are stored; stays what it was at first. Defaults to GeoRedundant."),
    immutability: z
      .enum(["Unlocked", "Locked", "Disabled"])
      .optional()
      .describe(
        "Unlocked: nobody deletes recovery points before their time. Locked: nobody can ever change that. Defaults to Unlocked.",
      ),
    softDelete: z
      .strictObject({
        state: z
          .enum(["On", "AlwaysOn", "Off"])
          .optional()
          .describe("AlwaysOn: nobody can ever switch it off. Defaults to On."),
        retentionDays: z
          .number()
          .meta({
            type: "integer",
            ...SOFT_DELETE_DAYS,
            description: "Days for which deleted backups can be brought back. Defaults to 14.",
          })
          .optional(),
      })
      .optional()
      .describe("What becomes of backups that somebody deletes"),
    crossRegionRestore: z
      .boolean()
      .optional()
      .describe("Whether recovery points can be restored in the paired region, for ever. Defaults to false."),
    acknowledgeIrreversible: z
      .string()
      .optional()
      .describe("Repeats the vault's name, for what nobody can undo: Locked, AlwaysOn, crossRegionRestore"),
    retainOnDelete: z
      .boolean()
      .optional()
      .describe("Whether the vault with all that is in it stays when the stack is destroyed. Defaults to true."),
    weekly: weeklySchema.optional(),
    lifecycle: azureLifecycleSchema.optional(),
  })
  .describe("Azure Backup, for Azure Database for PostgreSQL");
