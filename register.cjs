// Lets Node.js require TypeScript as it is (`node --require ./register.cjs`), and loads what the Pulumi SDK hardly ever needs
// only when it is needed. Types are stripped here and checked by `npm run check:types`.
//
// A loader of our own instead of tsx, because tsx also rewrites every JavaScript file of the SDKs: measured on this program,
// that doubles the time to load it and takes a quarter more memory.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join, relative, resolve, sep } = require("node:path");

const CACHE = process.env.SCALAR_BACKUP_CACHE ?? join(__dirname, "node_modules", ".cache", "scalar-backup");

require.extensions[".ts"] = (module, file) => {
  module._compile(stripped(file), file);
};

const OPTIONS = { format: "cjs", target: "node20", sourcemap: "inline", tsconfigRaw: {} };
const strippedRooms = new Set();

/** The file's JavaScript, from the cache if this very text has been stripped before. */
function stripped(file) {
  const source = readFileSync(file, "utf8");
  return cached(file, source) ?? fromRoom(file, source) ?? strippedAlone(file, source);
}

/** The path is in the source map. */
function cacheFile(file, source) {
  return join(CACHE, `${createHash("sha256").update(`${process.version}\0${file}\0${source}`).digest("hex")}.js`);
}

function cached(file, source) {
  try {
    return readFileSync(cacheFile(file, source), "utf8");
  } catch {
    // Stripped for the first time.
  }
}

/** Strips all files of a room with the first that is needed: one by one, they would take twice as long. */
function fromRoom(file, source) {
  const [room, ...rest] = relative(__dirname, file).split(sep);
  if (rest.length === 0 || room === ".." || room === "node_modules" || strippedRooms.has(room)) return;
  strippedRooms.add(room);
  const sources = new Map();
  for (const name of readdirSync(join(__dirname, room), { recursive: true })) {
    if (!/(?<!\.d)\.ts$/.test(name)) continue;
    const path = join(__dirname, room, name);
    const text = readFileSync(path, "utf8");
    if (!existsSync(cacheFile(path, text))) sources.set(path, text);
  }
  try {
    const { outputFiles } = require("esbuild").buildSync({
      ...OPTIONS,
      entryPoints: [...sources.keys()],
      // Where they are, so that source maps find them.
      outbase: __dirname,
      outdir: __dirname,
      write: false,
      logLevel: "silent",
    });
    for (const { path, text } of outputFiles) {
      const of = path.replace(/\.js$/, ".ts");
      // It was read twice, and may have been changed in between.
      if (readFileSync(of, "utf8") === sources.get(of)) keep(of, sources.get(of), text);
    }
  } catch {
    // Whichever has a fault is told of when it is needed.
  }
  return cached(file, source);
}

function strippedAlone(file, source) {
  const { code } = require("esbuild").transformSync(source, { ...OPTIONS, loader: "ts", sourcefile: file });
  keep(file, source, code);
  return code;
}

function keep(file, source, code) {
  try {
    const cached = cacheFile(file, source);
    mkdirSync(CACHE, { recursive: true });
    // Renamed into place, so that nobody reads half a file.
    writeFileSync(`${cached}.${process.pid}`, code);
    renameSync(`${cached}.${process.pid}`, cached);
  } catch {
    // A folder that cannot be written costs time, nothing else.
  }
}

// What the SDK needs for dynamic providers alone, which this program has none of: the TypeScript compiler and npm's own
// tree of packages take more than half of the time to load the SDK. Whoever does touch them gets them.
const RARELY_NEEDED = new Map([
  ["typescript", /@pulumi[\\/]pulumi[\\/]typescript-shim\.js$/],
  ["@npmcli/arborist", /@pulumi[\\/]pulumi[\\/]runtime[\\/]closure[\\/]codePaths\.js$/],
]);

// The SDK's runner rewrites stack traces by source maps, its own among them. That takes a tenth of a preview, and makes
// file names on which Node.js 20 goes round in circles for a minute when it prints an error in colour.
const REWRITES_STACKS = /@pulumi[\\/]pulumi[\\/]cmd[\\/]run[\\/]index\.js$/;

// Each promise of the SDK keeps the stack trace of where it was made, in words, for one message that is hardly ever asked
// for. That takes a fifth of the time in which a program with many resources runs.
const TRACES_PROMISES = /@pulumi[\\/]pulumi[\\/].*\.js$/;

function withoutTraces(debuggable) {
  const { debuggablePromise } = debuggable;
  if (debuggable.debugPromiseLeaks || debuggablePromise.name === "untraced") return debuggable;
  debuggable.debuggablePromise = function untraced(promise, context) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  return debuggable;
}

const load = Module._load;
Module._load = function (request, parent, isMain) {
  if (request === "source-map-support/register" && REWRITES_STACKS.test(parent?.filename ?? "")) return {};
  if (RARELY_NEEDED.get(request)?.test(parent?.filename ?? "")) return whenTouched(() => load(request, parent, isMain));
  const loaded = load.call(this, request, parent, isMain);
  if (/[\\/]debuggable$/.test(request) && TRACES_PROMISES.test(parent?.filename ?? "")) return withoutTraces(loaded);
  return loaded;
};

function whenTouched(open) {
  let exports;
  return new Proxy(
    // Compiled imports ask for this mark first, and copy every property where it is missing.
    { __esModule: true },
    {
      get(_, property) {
        if (property === "__esModule") return true;
        exports ??= open();
        return exports[property];
      },
    },
  );
}

// `node register.cjs some.ts ...` runs a file itself. Unlike `--require`, that also works where NODE_OPTIONS has an
// `--import`, with which Node.js takes its entry point for an ES module.
if (require.main === module) {
  process.argv.splice(1, 1);
  process.argv[1] = resolve(process.argv[1]);
  Module._load(process.argv[1], null, true);
}
