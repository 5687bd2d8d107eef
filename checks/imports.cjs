// Which room may import which: `npm run check:imports` (dependency-cruiser). Type-only imports count.
// ARCHITECTURE.md draws the same arrows.

/** For each room, what it may import besides itself: rooms, or single files of a room. */
const ARROWS = {
  "restore-points": [],
  pauser: ["restore-points"],
  operations: ["restore-points", "register/index\\.cjs"],
  components: [
    "restore-points",
    "operations",
    "pauser/(bundle|settings|task|outcome|lease-name|window-backups/settings)\\.ts",
  ],
  config: ["components", "restore-points", "pauser/settings\\.ts"],
  "index\\.ts": ["components", "config"],
  plugin: ["components", "config", "operations", "pauser/bundle\\.ts", "package\\.json"],
  policies: ["restore-points", "register/index\\.cjs", "pauser/(settings|task|window-backups/settings)\\.ts"],
  simulator: [],
  rehearsal: ["simulator", "restore-points", "components"],
  register: [],
  checks: ["simulator/package\\.json"],
  bench: [
    "rehearsal",
    "simulator",
    "components",
    "config",
    "pauser",
    "restore-points",
    "operations",
    "test/unit/(pauser|program)",
  ],
  test: [".*"],
};

const forbidden = Object.entries(ARROWS).map(([room, others]) => {
  const name = room.replace("\\", "");
  const own = room.includes("\\") ? `^${room}$` : `^${room}/`;
  const allowed = [own, ...others.map((other) => (/[\\*(]/.test(other) ? `^${other}` : `^${other}/`))];
  return {
    name: `${name}-imports`,
    comment: `${name} may import ${others.length > 0 ? others.join(", ").replaceAll("\\", "") : "no other room"} (checks/imports.cjs)`,
    severity: "error",
    from: { path: own },
    to: { pathNot: [...allowed, "^node_modules/"], dependencyTypesNot: ["core"] },
  };
});

/** dependency-cruiser holds a workspace against the root's package.json only. */
const { dependencies, devDependencies, peerDependencies } = require("../simulator/package.json");
const declared = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });

module.exports = {
  forbidden: [
    ...forbidden,
    {
      name: "simulator-packages",
      comment: "a package that the simulator imports is a dependency in simulator/package.json",
      severity: "error",
      from: { path: "^simulator/" },
      to: { path: "^node_modules/", pathNot: declared.map((name) => `^node_modules/${name}/`) },
    },
    {
      name: "no-circles",
      comment: "no file imports itself through others, not even by a type: move what both need to a file of its own",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "declared-packages",
      comment: "a package that is imported is a dependency in package.json",
      severity: "error",
      from: { path: "^(restore-points|pauser|operations|components|config|plugin|rehearsal|index)" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"] },
    },
    {
      name: "resolvable",
      comment: "an import names a file that exists",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // What `npm run build` leaves is no source: operations/command.cjs loads it in the npm package alone.
    exclude: { path: "^(bench/plain|dist)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
    cache: { folder: "node_modules/.cache/scalar-backup/imports" },
  },
};
