import { ScalarBackup, ScalarRestore } from "./components";
import { lastDrill } from "./components/last-drill";
import { readStackConfig } from "./config";

const config = readStackConfig();

const backup = new ScalarBackup("scalar", {
  databases: config.databases,
  pause: config.pause,
  importedWindows: config.importedWindows,
  vault: config.vault,
  tags: config.tags,
  switchingOver: config.restore?.switchOver?.confirm !== undefined,
});

const copies =
  config.restore &&
  new ScalarRestore("restore", {
    ...config.restore,
    backup,
    properties: config.properties,
    propertiesByRelease: config.propertiesByRelease,
    tags: config.tags,
    tagsNotCopied: config.tagsNotCopied,
  });

/** The stack's outputs; those of a restore only while one is configured. */
const outputs = {
  pauseRequired: backup.pauseRequired,
  restorePoints: backup.restorePoints,
  databases: backup.databases,
  // For the stacks of the other clusters that pause at the same instant.
  ...(config.pause?.cluster !== undefined && { windows: backup.ownWindows }),
  lastDrill: lastDrill(config.lastDrill, copies && { mode: config.restore?.mode, verification: copies.verification }),
  ...(config.vault && { vaults: backup.vaults }),
  ...(copies && {
    restored: copies.databases,
    helmValues: copies.helmValues,
    nextSteps: copies.nextSteps,
    verification: copies.verification,
    ...(copies.switchOver && { switchOver: copies.switchOver }),
  }),
};

export = outputs;
