// The rules of `npm run check:imports` (dependency-cruiser). Type-only imports count.
const { MAY_IMPORT, asText } = require("./rooms.cjs");

const FIX =
  "Move what both rooms need to a room that both may import, or pass it as an argument. ARCHITECTURE.md shows what each room is for; " +
  "a new arrow is a decision about the design: checks/rooms.cjs and ARCHITECTURE.md";

const forbidden = Object.entries(MAY_IMPORT).map(([room, others]) => {
  const name = room.replace("\\", "");
  const own = room.includes("\\") ? `^${room}$` : `^${room}/`;
  const allowed = [own, ...others.map((other) => (/[\\*(]/.test(other) ? `^${other}` : `^${other}/`))];
  return {
    name: `${name}-imports`,
    comment: `${name} may import ${others.length > 0 ? others.map(asText).join(", ") : "no other room"}. ${FIX}`,
    severity: "error",
    from: { path: own },
    to: { pathNot: [...allowed, "(^|/)node_modules/"], dependencyTypesNot: ["core"] },
  };
});

/** dependency-cruiser compares the imports of a workspace with the package.json of the root only. */
const { dependencies, devDependencies, exports: entryPoints, peerDependencies } = require("../simulator/package.json");
const exported = Object.values(entryPoints).map(
  (file) => `^simulator/${file.slice("./".length).replaceAll(".", "\\.")}$`,
);
const declared = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });

module.exports = {
  forbidden: [
    ...forbidden,
    {
      name: "simulator-packages",
      comment: "the simulator may import only the dependencies in simulator/package.json. Add the package there",
      severity: "error",
      from: { path: "^simulator/" },
      to: { path: "^node_modules/", pathNot: declared.map((name) => `^node_modules/${name}/`) },
    },
    {
      name: "simulator-exports",
      comment:
        "other rooms import only what the exports of simulator/package.json list, except tests of the simulator itself. Import an " +
        "entry point; if it lacks something, export that from it",
      severity: "error",
      from: { pathNot: "^(simulator|test/(engine|fidelity|unit/simulator|programs/sdk-types))/" },
      to: { path: "^simulator/", pathNot: exported },
    },
    {
      name: "no-circles",
      comment:
        "a file must not import itself through others, not even by a type. Move what both files need to a new file",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "declared-packages",
      comment: "package.json does not list the imported package. Add it: npm install --save-exact <package>",
      severity: "error",
      // Packages of their own.
      from: { pathNot: "^(simulator|policies|node_modules)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"] },
    },
    {
      name: "resolvable",
      comment: "the imported file or package does not exist. Check the path; for a package, run npm ci",
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
