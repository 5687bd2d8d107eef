// The SDK loads the TypeScript compiler and npm's tree of packages for closures (dynamic providers, Lambda callbacks)
// alone. Both take more than half of the time to load the SDK: they are loaded at their first use here.
const { readFileSync } = require("node:fs");

/** By the file of the SDK that requires it: the module, and the statement that this patch knows how to replace. */
const MODULES = {
  "typescript-shim": { name: "typescript", statement: 'module.exports = require("typescript");' },
  "runtime/closure/codePaths": { name: "@npmcli/arborist", statement: '= __importStar(require("@npmcli/arborist"));' },
};

const modules = /^(typescript|@npmcli\/arborist)$/;

function load(open, { name, path, file, isInstalled }) {
  const known = MODULES[path];
  // The SDK handles a missing module where it requires it: an error at the first use would be too late.
  if (known?.name !== name || !isInstalled()) return undefined;
  return readFileSync(file, "utf8").includes(known.statement) ? atFirstUse(open) : undefined;
}

/** Looks like the module, and opens it when something of it is read. */
function atFirstUse(open) {
  let opened;
  const module = () => (opened ??= open());
  return new Proxy(
    {},
    {
      get(_, property) {
        // Compiled imports ask for this mark at once, and copy every property where it is missing.
        if (property === "__esModule") return true;
        // What the compiled `import x from` of a module without the mark reads.
        if (property === "default" && !module().__esModule) return module();
        return module()[property];
      },
      has: (_, property) => property in module(),
      set: (_, property, value) => Reflect.set(module(), property, value),
      ownKeys: () => Reflect.ownKeys(module()),
      getOwnPropertyDescriptor(_, property) {
        const descriptor = Reflect.getOwnPropertyDescriptor(module(), property);
        return descriptor && { ...descriptor, configurable: true };
      },
    },
  );
}

module.exports = { modules, load };
