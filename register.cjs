// Lets Node.js require TypeScript as it is: `node --require ./register.cjs`. Types are stripped here and checked by
// `npm run check:types`. A loader of a few lines instead of tsx, because tsx also rewrites every JavaScript file of the
// SDKs: measured on this program, that doubles the time to load it and takes a quarter more memory.
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const { resolve } = require("node:path");
const { transformSync } = require("esbuild");

require.extensions[".ts"] = (module, file) => {
  const { code } = transformSync(readFileSync(file, "utf8"), {
    loader: "ts",
    format: "cjs",
    target: "node20",
    sourcefile: file,
    sourcemap: "inline",
  });
  module._compile(code, file);
};

// `node register.cjs some.ts ...` runs a file itself. Unlike `--require`, that also works where NODE_OPTIONS has an
// `--import`, with which Node.js takes its entry point for an ES module.
if (require.main === module) {
  process.argv.splice(1, 1);
  Module._load(resolve(process.argv[1]), null, true);
}
