import * as pulumi from "@pulumi/pulumi";
import { WINDOW_BACKUP_BOUNDS, type WindowBackupSettings } from "../../pauser/window-backups/settings";
import type { WindowBackupArgs } from "./args";

/** How often windows get backups unless it is said otherwise: they hold pods for two minutes longer. */
export const DEFAULT_EVERY_DAYS = 7;

/**
 * What the backups of a schedule's windows are called, with the instant behind it. The stack's name is part of it: backups are
 * found and deleted by their names, and another stack's are its own.
 */
export function backupNamePrefix(scheduleName: string): string {
  return `scalar-backup-${pulumi.getStack().replaceAll(/[^\w.-]/g, "-")}-${scheduleName}`;
}

/** The settings of a pauser that makes backups. */
export function windowBackupSettings(namePrefix: string, backups: WindowBackupArgs[]): WindowBackupSettings {
  return {
    namePrefix,
    databases: backups.map(({ database, region, tables = [], prefixes = [], everyDays, deleteAfter }) => ({
      name: database,
      region,
      tables,
      prefixes,
      everyDays: everyDays ?? DEFAULT_EVERY_DAYS,
      deleteAfter,
    })),
    marginSeconds: WINDOW_BACKUP_BOUNDS.marginSeconds.default,
    requestSeconds: WINDOW_BACKUP_BOUNDS.requestSeconds.default,
  };
}
