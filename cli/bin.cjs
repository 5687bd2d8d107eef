#!/usr/bin/env node
// The command `scalar-backup`. A clone runs its sources, even where a build has left `dist`; the npm package has no sources.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

if (existsSync(join(__dirname, "main.ts"))) {
  require("../register/index.cjs");
  require("./main.ts");
} else {
  // Not as a literal: a clone has no such file, and checks/imports.cjs would miss it.
  require(join(__dirname, "../dist/cli.js"));
}
