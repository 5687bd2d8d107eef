import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ExecutionContext } from "ava";

const PROGRAM = join(__dirname, "../../..");

/** Runs a check, such as `casts`, in a repository with these files. */
export function runCheck(t: ExecutionContext, name: string, files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  execFileSync("git", ["init", "-q"], { cwd: folder });
  execFileSync("git", ["add", "--all"], { cwd: folder });
  const { status, stderr } = spawnSync(process.execPath, ["register/index.cjs", `checks/${name}/check.ts`, folder], {
    cwd: PROGRAM,
    encoding: "utf8",
  });
  return { status, stderr };
}
