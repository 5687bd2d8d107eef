// Which file of which release of the Pulumi SDK asks for a module.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

/**
 * The releases whose patched files were compared: 3.200.0, 3.215.0, 3.225.0, 3.238.0, 3.248.0, 3.260.0, 3.265.0, 3.270.0
 * and 3.276.0. Each patch also checks what it finds, because a release in between was not read.
 */
const FIRST = [3, 200, 0];
const LAST = [3, 276, Number.POSITIVE_INFINITY];

const SDK_FILE = /^(.*[\\/]node_modules[\\/]@pulumi[\\/]pulumi)[\\/](.+)\.js$/;
const RELEASE = /^(\d+)\.(\d+)\.(\d+)$/;

const roots = new Map();

/** The path within the SDK, with slashes and without ".js"; undefined for other files and for releases that are unknown. */
function sdkFile(file) {
  const [, root, path] = SDK_FILE.exec(file ?? "") ?? [];
  if (root === undefined) return undefined;
  if (!roots.has(root)) roots.set(root, isKnown(versionOf(root)));
  return roots.get(root) ? path.replaceAll("\\", "/") : undefined;
}

function versionOf(root) {
  try {
    return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
  } catch {
    return undefined;
  }
}

/** Pre-releases are unknown. */
function isKnown(version) {
  const numbers = RELEASE.exec(version ?? "")
    ?.slice(1)
    .map(Number);
  return numbers !== undefined && compare(numbers, FIRST) >= 0 && compare(numbers, LAST) <= 0;
}

function compare(one, other) {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at < 0 ? 0 : one[at] - other[at];
}

module.exports = { sdkFile, isKnown };
