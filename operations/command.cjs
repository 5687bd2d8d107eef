// The package's export `./operations`: what the commands in stacks' states require (docs/decisions/0011). A clone runs its
// sources, even where a build has left `dist`; the npm package has no sources.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

if (existsSync(join(__dirname, "main.ts"))) {
  require("../register/index.cjs");
  require("./main.ts");
} else require("../dist/operations.js");
