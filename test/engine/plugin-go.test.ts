import { execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { findPulumi } from "../../simulator/engine/pulumi-cli";
import { findExecutable, findLanguage } from "./language-hosts";
import { builtPlugin, documented, folderOf, generateSdk } from "./plugin-programs";

/** The Go SDK is a module of its own that no proxy has: the program's go.mod names its folder. */
const MODULE = "example.com/pulumi-scalar-backup/sdk/go";

const missing = [
  ...(findPulumi() ? [] : ["pulumi"]),
  ...(findLanguage("go") ? [] : ["pulumi-language-go"]),
  ...(findExecutable("go") ? [] : ["go"]),
];
if (missing.length > 0)
  test.skip(`the Go program is not compiled, for ${missing.join(", ")} is not on the PATH`, () => {});

const compiled = missing.length === 0 ? test : test.skip;
compiled("the Go SDK and the Go program of docs/languages.md compile", async (t) => {
  t.timeout(10 * 60_000);
  const folder = folderOf(t);
  const plugin = await builtPlugin(t);
  generateSdk(plugin, "go", join(folder, "generated"));
  cpSync(join(folder, "generated", "go"), join(folder, "sdk"), { recursive: true });
  writeFileSync(join(folder, "main.go"), documented("go"));
  const go = (...args: string[]) =>
    execFileSync("go", args, { cwd: folder, env: { ...process.env, GOFLAGS: "-mod=mod" }, stdio: "pipe" });
  go("mod", "init", "payments");
  go("mod", "edit", `-require=${MODULE}@v0.0.0`, `-replace=${MODULE}=./sdk`);
  go("mod", "tidy");
  t.notThrows(() => go("build", "-o", "program", "."));
});
