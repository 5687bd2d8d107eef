import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ExecutionContext } from "ava";

export const ROOT = join(__dirname, "../../..");
const SDK = dirname(require.resolve("@pulumi/pulumi/package.json"));

interface Run {
  /** Defaults to this project, and so to the installed SDK. */
  folder?: string;
  /** Required before the code. Defaults to what library users opt in to. */
  register?: "sdk.cjs" | "index.cjs" | "none";
  environment?: Record<string, string>;
  options?: string[];
}

/** Runs the code in a fresh process. */
export async function run(code: string, { folder = ROOT, register = "sdk.cjs", environment, options = [] }: Run = {}) {
  const loader = register === "none" ? [] : ["--require", join(ROOT, "register", register)];
  const env = { ...process.env, NODE_OPTIONS: "", ...environment };
  return await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [...options, ...loader, "-e", code], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

/** The value that the code hands to `print`. */
export async function printed(t: ExecutionContext, code: string, how: Run = {}): Promise<unknown> {
  const { stdout, stderr, code: exit } = await run(`const print = (v) => console.log(JSON.stringify(v)); ${code}`, how);
  t.is(exit, 0, stderr);
  return JSON.parse(stdout);
}

/**
 * A folder in which `@pulumi/pulumi` is of the given version, and consists of the named files of the installed SDK and of
 * the given texts. `packages` are modules that export their own names.
 */
export async function sdkOf(
  t: ExecutionContext,
  version: string,
  {
    copied = [],
    texts = {},
    packages = [],
  }: { copied?: string[]; texts?: Record<string, string>; packages?: string[] },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "register-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const sdk = join(folder, "node_modules/@pulumi/pulumi");
  const write = async (path: string, text: string) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  await write(join(sdk, "package.json"), JSON.stringify({ name: "@pulumi/pulumi", version }));
  for (const [path, text] of Object.entries(texts)) await write(join(sdk, path), text);
  for (const path of copied) {
    await mkdir(dirname(join(sdk, path)), { recursive: true });
    await copyFile(join(SDK, path), join(sdk, path));
  }
  for (const name of packages)
    await write(join(folder, `node_modules/${name}/index.js`), `globalThis.opened = true; exports.name = "${name}";`);
  return folder;
}
