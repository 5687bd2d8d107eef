export { pausedReleases, ScalarBackup, type ScalarBackupArgs } from "./backup";
export type { DatabaseArgs } from "./databases";
export { PauseSchedule, type PauseScheduleArgs } from "./pause/pause-schedule";
export { type RestoredCopy, ScalarRestore, type ScalarRestoreArgs } from "./restore";
export type { VaultArgs } from "./vaults/args";
export type { VaultCopies, VaultStatus } from "./vaults/status";
