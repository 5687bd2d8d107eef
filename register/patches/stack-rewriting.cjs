// The SDK's runner rewrites stack traces by source maps (source-map-support). That costs time with each trace, and makes
// file names on which Node.js 20 takes a minute to print an error in colour.
const modules = /^source-map-support\/register$/;

const RUNNERS = new Set(["cmd/run/index", "cmd/run-policy-pack/index"]);

/** @param rewritten Whether something else maps stack traces, or none are to be mapped. */
const skippedIf = (rewritten) => ({
  modules,
  load: (_, { path }) => (RUNNERS.has(path) && rewritten() ? {} : undefined),
});

/** With `--enable-source-maps` Node.js maps stack traces itself. */
const mappedByNode = () => process.sourceMapsEnabled === true;

module.exports = { skippedIf, mappedByNode };
