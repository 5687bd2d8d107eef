import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import test from "ava";
import { version } from "../../package.json";
import { packPlugin, tarballName } from "../../plugin/release";
import schema from "../../plugin/schema.json";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { builtPlugin, folderOf } from "./plugin-programs";

const pulumi = findPulumi();
if (!pulumi) test.skip(`no plugin is installed, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});
const installed = pulumi ? test : test.skip;

installed("the CLI installs the plugin from its tarball, and reads its schema by its name", async (t) => {
  t.timeout(5 * 60_000);
  const folder = folderOf(t);
  const { file } = await builtPlugin(t);
  packPlugin(dirname(file), folder);
  const env = { ...process.env, PULUMI_HOME: join(folder, "home"), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const run = (...args: string[]) =>
    execFileSync(pulumi ?? "", args, { cwd: folder, env, encoding: "utf8", maxBuffer: 10 ** 8 });
  const os = platform() === "win32" ? "windows" : platform();
  const tarball = tarballName({ os, arch: arch() === "x64" ? "amd64" : arch() });
  t.true(statSync(file).size < 5_000_000, `the plugin has ${statSync(file).size} bytes`);
  const packed = statSync(join(folder, tarball)).size;
  t.true(packed < 1_500_000, `the tarball has ${packed} bytes`);
  run("plugin", "install", "resource", "scalar-backup", version, "--file", join(folder, tarball));
  const found = JSON.parse(run("package", "get-schema", `scalar-backup@${version}`));
  t.is(found.version, version);
  t.deepEqual(Object.keys(found.resources).sort(), Object.keys(schema.resources));
  t.deepEqual(Object.keys(found.types).sort(), Object.keys(schema.types));
});
