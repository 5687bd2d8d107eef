// Lets Node.js require TypeScript files: types are stripped while a file loads, and `npm run check:types` checks them.
//
// Not tsx, which also rewrites every JavaScript file of the SDKs: measured on this program, that doubles the time to load
// it and takes a quarter more memory.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { dirname, join, resolve } = require("node:path");

const ROOT = join(__dirname, "..");
const CACHE = process.env.SCALAR_BACKUP_CACHE ?? join(ROOT, "node_modules", ".cache", "scalar-backup");

require.extensions[".ts"] = (module, file) => {
  module._compile(stripped(file), file);
};

const OPTIONS = { format: "cjs", target: "node20", sourcemap: "inline", sourcesContent: false, tsconfigRaw: {} };

/** The file's JavaScript, from the cache if this very text has been stripped before. */
function stripped(file) {
  const source = readFileSync(file, "utf8");
  return cached(file, source) ?? withImports(file, source) ?? strippedAlone(file, source);
}

/** The key holds the path, because the source map does. */
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

/** Imports of the program's own files as they load, without those of types alone. */
const IMPORTS = /^(?:import|export)\s(?!type\b)(?:[^;"]*\sfrom\s+)?"(\.{1,2}\/[^"]+)"/gm;

/** Strips what the file imports with it, directly or not: one by one, files would take twice as long. */
function withImports(file, source) {
  const sources = new Map([[file, source]]);
  for (const [importer, text] of sources) {
    for (const [, imported] of text.matchAll(IMPORTS)) {
      const path = [".ts", "/index.ts"].map((end) => resolve(dirname(importer), `${imported}${end}`)).find(existsSync);
      if (path !== undefined && !sources.has(path)) sources.set(path, readFileSync(path, "utf8"));
    }
  }
  const missing = [...sources].filter(([path, text]) => !existsSync(cacheFile(path, text))).map(([path]) => path);
  // In parts: esbuild takes 55 MiB for them, and 100 MiB for all at once.
  for (let from = 0; from < missing.length; from += 100) keepStripped(missing.slice(from, from + 100), sources);
  return cached(file, source);
}

function keepStripped(files, sources) {
  try {
    const { outputFiles } = require("esbuild").buildSync({
      ...OPTIONS,
      entryPoints: files,
      // Source maps name the files at their own places.
      outbase: ROOT,
      outdir: ROOT,
      write: false,
      logLevel: "silent",
    });
    for (const { path, text } of outputFiles) {
      const of = path.replace(/\.js$/, ".ts");
      // esbuild has read the file again: it may have changed in between.
      if (readFileSync(of, "utf8") === sources.get(of)) keep(of, sources.get(of), text);
    }
  } catch {
    // A file with a syntax error is reported when it is required.
  }
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
    // Renamed into place, so that no other process reads half a file.
    writeFileSync(`${cached}.${process.pid}`, code);
    renameSync(`${cached}.${process.pid}`, cached);
  } catch {
    // Without a cache, files are stripped again: slower, not wrong.
  }
}
