import { ScalarBackup, ScalarRestore } from "./components";
import { backupOfStack } from "./components/backup-of-stack";
import { lastDrill } from "./components/last-drill";
import { readStackConfig } from "./config";

const config = readStackConfig();

// Either this stack backs the set up, or it restores what another one does.
const backup = config.backup
  ? undefined
  : new ScalarBackup("scalar", {
      databases: config.databases,
      pause: config.pause,
      importedWindows: config.importedWindows,
      vault: config.vault,
      tags: config.tags,
      switchingOver: config.restore?.switchOver !== undefined,
    });
const elsewhere = config.backup && backupOfStack(config.backup, config);
const set = backup ?? elsewhere?.set;

const copies =
  config.restore && set
    ? new ScalarRestore("restore", {
        ...config.restore,
        backup: set,
        properties: config.properties,
        propertiesByRelease: config.propertiesByRelease,
        tags: config.tags,
        tagsNotCopied: config.tagsNotCopied,
      })
    : undefined;

/** The stack's outputs; those of a restore only while one is configured. */
const outputs = {
  ...(backup && { pauseRequired: backup.pauseRequired }),
  restorePoints: (backup ?? elsewhere)?.restorePoints,
  ...(backup && { databases: backup.databases }),
  // For the stacks of the other clusters that pause at the same instant.
  ...(backup && config.pause?.cluster !== undefined && { windows: backup.ownWindows }),
  lastDrill: lastDrill(config.lastDrill, copies && { mode: config.restore?.mode, verification: copies.verification }),
  ...(config.objectives && { objectives: config.objectives }),
  ...(backup && config.vault && { vaults: backup.vaults }),
  ...(copies && {
    restored: copies.databases,
    helmValues: copies.helmValues,
    nextSteps: copies.nextSteps,
    verification: copies.verification,
    ...(copies.switchOver && { switchOver: copies.switchOver }),
  }),
};

export = outputs;
