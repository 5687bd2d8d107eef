// Patches the Pulumi SDK while it loads. A patch that does not find what it expects leaves the SDK as it is.
const Module = require("node:module");
const { sdkFile } = require("./sdk-file.cjs");

/** Marks the hook, so that a second `--require` does not patch the patched. */
const INSTALLED = Symbol.for("scalar-backup.register");

/**
 * @param patches Each has `modules`, a pattern of what the SDK requires, and `load(open, request)`, which returns the
 *   module in place of the SDK's own, or undefined to leave it. `open` loads the SDK's own; `request` has the `name` of
 *   the module, the requiring `file`, its `path` within the SDK, and `isInstalled`.
 */
function install(patches) {
  // For comparing a program's behaviour with and without the patches.
  if (process.env.SCALAR_BACKUP_SDK_PATCHES === "off" || Module[INSTALLED]) return;
  Module[INSTALLED] = true;
  const load = Module._load;
  Module._load = function (request, parent, isMain) {
    const open = () => load.call(this, request, parent, isMain);
    const patch = patches.find(({ modules }) => modules.test(request));
    const path = patch && sdkFile(parent?.filename);
    if (path === undefined) return open();
    const isInstalled = () => resolves(request, parent);
    return patch.load(open, { name: request, path, file: parent.filename, isInstalled }) ?? open();
  };
}

function resolves(request, parent) {
  try {
    Module._resolveFilename(request, parent);
    return true;
  } catch {
    return false;
  }
}

module.exports = { install };
