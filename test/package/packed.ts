import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { ExecutionContext } from "ava";
import { cacheDirectory } from "../cluster/binaries";

export const ROOT = join(__dirname, "../..");
const MODULES = join(ROOT, "node_modules");
const run = promisify(execFile);

export interface Packed {
  tarball: string;
  /** Bytes. */
  size: number;
  files: string[];
}

const PACKS = join(MODULES, ".cache/scalar-backup/package");

let pack: Promise<Packed> | undefined;
/** What `npm run pack` makes of this project: built once for all test files of this process, whose threads have its id. */
export const packed = () => (pack ??= packOnce());

async function packOnce(): Promise<Packed> {
  const folder = join(PACKS, String(process.pid));
  const report = join(folder, "report.json");
  if (!existsSync(report)) {
    await removeEndedPacks();
    await mkdir(folder, { recursive: true });
    const { stdout } = await run(
      "npm",
      ["run", "--silent", "pack", "--", "--json", "--foreground-scripts=false", "--pack-destination", folder],
      {
        cwd: ROOT,
        maxBuffer: 1 << 26,
      },
    );
    await writeFile(report, stdout.slice(stdout.indexOf("[\n")));
  }
  const [{ filename, size, files }] = JSON.parse(await readFile(report, "utf8"));
  return { tarball: join(folder, filename), size, files: files.map(({ path }: { path: string }) => path) };
}

/** Those of processes that have ended. */
async function removeEndedPacks(): Promise<void> {
  for (const id of existsSync(PACKS) ? await readdir(PACKS) : []) {
    try {
      process.kill(Number(id), 0);
    } catch {
      await rm(join(PACKS, id), { recursive: true, force: true });
    }
  }
}

interface Consumer {
  files: Record<string, string>;
  /** Packages besides those that the library declares, by name: their folders. */
  packages?: Record<string, string>;
}

/**
 * A fresh folder with the tarball installed. Of this project's packages it has those that the tarball declares as
 * dependencies and peers, and no others: what is missing there is missing for users, too.
 */
export async function consumer(t: ExecutionContext, { files, packages = {} }: Consumer): Promise<string> {
  const { tarball } = await packed();
  const folder = await mkdtemp(join(tmpdir(), "scalar-backup-consumer-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const modules = join(folder, "node_modules");
  await mkdir(modules);
  await run("tar", ["-xzf", tarball, "-C", modules]);
  const library = join(modules, "scalar-backup");
  await rename(join(modules, "package"), library);
  const manifest = JSON.parse(await readFile(join(library, "package.json"), "utf8"));
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const links = { ...Object.fromEntries(declared.map((name) => [name, join(MODULES, name)])), ...packages };
  for (const [name, target] of Object.entries(links)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(target, join(modules, name));
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** What users' programs are compiled with. */
const TOOLS = {
  "ts-node": "10.9.2",
  tsx: "4.23.15",
  typescript: "5.9.3",
  "typescript-4.9": "npm:typescript@4.9.5",
  "@types/node": "20.19.43",
};

/** The folder of a tool, downloaded once into the user's cache directory; undefined where no registry is reached. */
export async function tool(t: ExecutionContext, name: keyof typeof TOOLS): Promise<string | undefined> {
  const folder = join(cacheDirectory(), "scalar-backup", "package-tools");
  const wanted = JSON.stringify({ private: true, dependencies: TOOLS });
  const done = join(folder, "installed.json");
  if (!existsSync(done) || (await readFile(done, "utf8")) !== wanted) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), wanted);
    try {
      await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
    } catch (error) {
      t.log(
        `skipped: ${name} is not installed, and npm cannot install it: ${error instanceof Error ? error.message : ""}`,
      );
      return undefined;
    }
    await writeFile(done, wanted);
  }
  return join(folder, "node_modules", name);
}

/** The example of README, which imports the library. */
export async function readmeExample(): Promise<string> {
  const text = await readFile(join(ROOT, "README.md"), "utf8");
  const example = /## As a library[\s\S]*?```ts\n([\s\S]*?)```/.exec(text)?.[1];
  if (example === undefined) throw new Error("README has no example of the library");
  return example;
}
