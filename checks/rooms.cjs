/** For each room, what it may import besides itself: rooms, or files of a room, as regular expressions. */
const MAY_IMPORT = {
  "index\\.ts": ["components", "config"],
  config: ["components", "restore-points", "pauser/settings\\.ts"],
  components: [
    "restore-points",
    "operations",
    "pauser/(bundle|settings|longest-run|task|outcome|lease-name|notify/settings|window-backups/settings)\\.ts",
  ],
  plugin: ["components", "config", "operations", "pauser/bundle\\.ts", "package\\.json"],
  cli: [
    "config",
    "components",
    "operations",
    "permissions",
    "restore-points",
    "pauser/settings\\.ts",
    "register/index\\.cjs",
  ],
  operations: ["restore-points", "permissions", "pauser/(task|lease-name)\\.ts", "register/index\\.cjs"],
  pauser: ["restore-points"],
  permissions: [],
  "restore-points": [],
  policies: ["restore-points", "register/index\\.cjs", "pauser/(settings|task|window-backups/settings)\\.ts"],
  register: [],
  simulator: [],
  rehearsal: ["simulator", "restore-points", "components", "cli/(points|report)"],
  checks: ["simulator/package\\.json"],
  bench: [
    "rehearsal",
    "simulator",
    "components",
    "config",
    "pauser",
    "restore-points",
    "operations",
    "test/(programs|cluster|unit/pauser)",
  ],
  test: [".*"],
};

/** An entry of `MAY_IMPORT` for people: `pauser/(settings|task)\\.ts` as `pauser/{settings,task}.ts`. */
function asText(pattern) {
  return pattern
    .replace(/\((.*)\)/, (_, names) => `{${names.split("|").join(",")}}`)
    .replaceAll("\\", "")
    .replace(/^\.\*$/, "everything");
}

module.exports = { MAY_IMPORT, asText };
