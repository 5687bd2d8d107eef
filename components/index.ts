export { pausedReleases, ScalarBackup, type ScalarBackupArgs } from "./backup";
export type { DatabaseArgs } from "./databases";
export type { PauseScheduleArgs } from "./pause/args";
export { PauseSchedule } from "./pause/pause-schedule";
export { type RestoredCopy, ScalarRestore, type ScalarRestoreArgs } from "./restore";
export type { VaultArgs } from "./vaults/args";
export type { VaultCopies, VaultStatus } from "./vaults/status";
