import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where bundles are kept between runs. */
const CACHE = join(__dirname, "..", "node_modules", ".cache", "scalar-backup");

/**
 * The programs: the pauser, and the pauser that also makes backups in windows. The first one contains no AWS client.
 */
const PROGRAMS = {
  pauser: "main.ts",
  "pauser-with-window-backups": "window-backups/main.ts",
};
export type PauserProgram = keyof typeof PROGRAMS;

/** Where a program's bundle is kept between runs. */
export const bundleCache = (program: PauserProgram = "pauser") => join(CACHE, `${program}.json`);

interface Bundle {
  text: string;
  /** The bundle's inputs: the SHA-256 of each file by its path relative to this folder, and of this file. */
  sources: Record<string, string>;
}

const bundles = new Map<PauserProgram, string>();

/**
 * The pauser as one CommonJS file, which the CronJob's pod runs on a stock Node image. The same sources produce the
 * same text, so a `pulumi up` without changes shows none.
 */
export function bundlePauser(program: PauserProgram = "pauser"): string {
  const text = bundles.get(program) ?? cached(program) ?? bundle(program);
  bundles.set(program, text);
  return text;
}

/**
 * The cached bundle of exactly these sources, if there is one: bundling takes longer than the rest of a small preview.
 */
function cached(program: PauserProgram): string | undefined {
  try {
    const { text, sources }: Bundle = JSON.parse(readFileSync(bundleCache(program), "utf8"));
    return Object.entries(sources).every(([path, hash]) => hashOf(path) === hash) ? text : undefined;
  } catch {
    return undefined;
  }
}

function bundle(program: PauserProgram): string {
  // Loaded only when needed: loading esbuild takes time, too.
  const { buildSync }: typeof import("esbuild") = require("esbuild");
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(__dirname, PROGRAMS[program])],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    // The AWS client as ESM, of which esbuild takes only what is used: its CommonJS is 130 KB more.
    mainFields: ["module", "main"],
    write: false,
    metafile: true,
    // The bundle must not depend on where and how the program runs.
    absWorkingDir: __dirname,
    tsconfigRaw: "{}",
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild returned no bundle of the pauser");
  const paths = [...Object.keys(metafile.inputs), "bundle.ts", "../package-lock.json"];
  keep(program, { text: file.text, sources: Object.fromEntries(paths.map((path) => [path, hashOf(path)])) });
  return file.text;
}

function keep(program: PauserProgram, bundle: Bundle): void {
  const path = bundleCache(program);
  const own = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Renamed into place, so that no process reads an incomplete file.
    writeFileSync(own, JSON.stringify(bundle));
    renameSync(own, path);
  } catch {
    // A folder that cannot be written costs time, nothing else.
  }
}

/** @param path Relative to this folder. */
function hashOf(path: string): string {
  return createHash("sha256")
    .update(readFileSync(join(__dirname, path)))
    .digest("hex");
}
