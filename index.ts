import { ScalarBackup, ScalarRestore } from "./components";
import { readStackConfig } from "./config";

const config = readStackConfig();

const backup = new ScalarBackup("scalar", {
  databases: config.databases,
  pause: config.pause,
  tags: config.tags,
});

const copies =
  config.restore &&
  new ScalarRestore("restore", {
    ...config.restore,
    databases: config.databases,
    releases: config.pause?.releases,
    windows: backup.windows,
    ranges: backup.ranges,
    properties: config.properties,
    tags: config.tags,
  });

export const pauseRequired = backup.pauseRequired;
export const restorePoints = backup.restorePoints;
export const databases = backup.databases;
export const restored = copies?.databases;
export const helmValues = copies?.helmValues;
