// What this project's own programs require (Pulumi.yaml, Ava, npm scripts): TypeScript runs as it is, and the Pulumi SDK
// loads less.
const Module = require("node:module");
const { resolve } = require("node:path");
const { install } = require("./hook.cjs");
const closureDebugger = require("./patches/closure-debugger.cjs");
const promiseTraces = require("./patches/promise-traces.cjs");
const rarelyNeeded = require("./patches/rarely-needed.cjs");
const { skippedIf } = require("./patches/stack-rewriting.cjs");

require("./types.cjs");
// Stack traces of this program are never mapped by the SDK: its own `--enable-source-maps` decides.
install([rarelyNeeded, promiseTraces, closureDebugger, skippedIf(() => true)]);

/** `node register/index.cjs some.ts ...` runs a file. Unlike `--require`, this also works with an `--import` in NODE_OPTIONS. */
function run() {
  process.argv.splice(1, 1);
  process.argv[1] = resolve(process.argv[1]);
  Module._load(process.argv[1], null, true);
}

module.exports = { run };
if (require.main === module) run();
