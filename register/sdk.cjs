// What library users opt in to (`nodeargs: "--require scalar-backup/register"` in Pulumi.yaml): the Pulumi SDK loads in a
// third of the time. It has to run before Pulumi's runner, so that an import in a program would come too late.
const { install } = require("./hook.cjs");
const closureDebugger = require("./patches/closure-debugger.cjs");
const promiseTraces = require("./patches/promise-traces.cjs");
const rarelyNeeded = require("./patches/rarely-needed.cjs");
const { mappedByNode, skippedIf } = require("./patches/stack-rewriting.cjs");

install([rarelyNeeded, promiseTraces, closureDebugger, skippedIf(mappedByNode)]);
