import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";

test("npm installs this project's dependencies without running their scripts, which would download the Pulumi CLI", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "install-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(__dirname, "../../../.npmrc"), join(folder, ".npmrc"));
  mkdirSync(join(folder, "sdk"));
  const scripts = { install: `node -e "require('fs').writeFileSync('../ran', '')"`, start: "node -p 6*7" };
  writeFileSync(join(folder, "sdk", "package.json"), JSON.stringify({ name: "sdk", version: "1.0.0", scripts }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: { sdk: "file:sdk" }, scripts }));
  // Recent npm clients run no script that is not allowed by name; the others run all.
  const env = { ...process.env, npm_config_dangerously_allow_all_scripts: "true" };
  const npm = (...args: string[]) => execFileSync("npm", args, { cwd: folder, env, encoding: "utf8" });
  npm("install", "--offline", "--no-audit", "--no-fund", "--loglevel=error");
  t.true(existsSync(join(folder, "node_modules/sdk/package.json")));
  t.false(existsSync(join(folder, "ran")));
  t.regex(npm("start"), /^42$/m, "the project's own scripts run");
});
