/**
 * How recovery points are stored.
 * @enum
 */
export const AzureVaultRedundancy = {
  /** In two regions. */
  GeoRedundant: "GeoRedundant",
  /** In the zones of one region. */
  ZoneRedundant: "ZoneRedundant",
  /** In one data center. */
  LocallyRedundant: "LocallyRedundant",
} as const;

export type AzureVaultRedundancy = (typeof AzureVaultRedundancy)[keyof typeof AzureVaultRedundancy];

/**
 * Whether recovery points can be deleted before they expire.
 * @enum
 */
export const AzureVaultImmutability = {
  /** They cannot, and that can be reverted. */
  Unlocked: "Unlocked",
  /** They cannot, and that can never be reverted. */
  Locked: "Locked",
  /** They can. */
  Disabled: "Disabled",
} as const;

export type AzureVaultImmutability = (typeof AzureVaultImmutability)[keyof typeof AzureVaultImmutability];

/**
 * Whether deleted backups can be brought back.
 * @enum
 */
export const SoftDeleteState = {
  On: "On",
  /** On, and it can never be switched off. */
  AlwaysOn: "AlwaysOn",
  Off: "Off",
} as const;

export type SoftDeleteState = (typeof SoftDeleteState)[keyof typeof SoftDeleteState];

/**
 * A day of the week.
 * @enum
 */
export const WeeklyDay = {
  Sunday: "Sunday",
  Monday: "Monday",
  Tuesday: "Tuesday",
  Wednesday: "Wednesday",
  Thursday: "Thursday",
  Friday: "Friday",
  Saturday: "Saturday",
} as const;

export type WeeklyDay = (typeof WeeklyDay)[keyof typeof WeeklyDay];
