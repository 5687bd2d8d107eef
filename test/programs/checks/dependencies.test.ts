import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";

const PROGRAM = join(__dirname, "../../..");

/** What npm's registry answers of the packages, as far as `npm view` reads it. */
const PACKAGES: Record<string, { latest: string; versions: Record<string, object> }> = {
  plain: { latest: "1.0.0", versions: { "1.0.0": {}, "2.0.0": {}, "3.0.0": { deprecated: "published by mistake" } } },
  "@pulumi/command": {
    latest: "1.2.1",
    versions: { "1.2.0": sdk(), "1.2.1": sdk(), "1.10.0": sdk(), "4.5.0": { ...sdk(), deprecated: "stray" } },
  },
};

function sdk() {
  return { pulumi: { resource: true, name: "command" } };
}

/** Runs the check over a package.json of these dependencies, with npm pointed at a registry on loopback. */
async function check(
  t: ExecutionContext,
  dependencies: Record<string, string>,
  { registry, workspace }: { registry?: string; workspace?: Record<string, string> } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "dependencies-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const manifest = { workspaces: workspace && ["member"], devDependencies: dependencies };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  if (workspace) {
    await mkdir(join(folder, "member"));
    await writeFile(join(folder, "member", "package.json"), JSON.stringify({ dependencies: workspace }));
  }
  const env = {
    ...process.env,
    npm_config_registry: registry ?? (await serve(t)),
    npm_config_cache: join(folder, "cache"),
  };
  return await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const args = ["register/index.cjs", "checks/dependencies/check.ts", folder];
    execFile(process.execPath, args, { cwd: PROGRAM, env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

async function serve(t: ExecutionContext): Promise<string> {
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? "").slice(1));
    const found = PACKAGES[name];
    response.statusCode = found ? 200 : 404;
    response.setHeader("content-type", "application/json");
    const versions = Object.entries(found?.versions ?? {}).map(([version, rest]) => [
      version,
      { name, version, dist: { tarball: "http://127.0.0.1/none.tgz" }, ...rest },
    ]);
    response.end(
      JSON.stringify({ name, "dist-tags": { latest: found?.latest }, versions: Object.fromEntries(versions) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("released versions pass, of a provider SDK the latest or older ones, of others newer ones, too", async (t) => {
  t.deepEqual(await check(t, { plain: "2.0.0", "@pulumi/command": "1.2.0" }), { code: 0, stdout: "", stderr: "" });
});

test("a deprecated dependency fails, and so does a provider SDK above the package's latest", async (t) => {
  const { code, stderr } = await check(t, { plain: "3.0.0", "@pulumi/command": "1.10.0" });
  t.is(code, 1);
  t.deepEqual(stderr.trim().split("\n"), [
    'package.json: plain 3.0.0 is deprecated ("published by mistake"); use 1.0.0, the package\'s latest',
    "package.json: @pulumi/command 1.10.0 is a provider SDK above the package's latest, 1.2.1: there is no plugin of that version; use 1.2.1, the package's latest",
  ]);
});

test("a version that the registry does not have, and a range, fail", async (t) => {
  const { code, stderr } = await check(t, { plain: "9.0.0", "@pulumi/command": "^1.2.0" });
  t.is(code, 1);
  t.regex(stderr, /plain 9\.0\.0 is not in the registry/);
  t.regex(stderr, /@pulumi\/command \^1\.2\.0 is not one version/);
});

test("a dependency of a workspace is checked, too, and has one version everywhere", async (t) => {
  const { code, stderr } = await check(t, { plain: "2.0.0" }, { workspace: { plain: "3.0.0" } });
  t.is(code, 1);
  t.deepEqual(stderr.trim().split("\n"), [
    "package.json: plain has the versions 2.0.0 and 3.0.0; use one in all workspaces",
    'package.json: plain 3.0.0 is deprecated ("published by mistake"); use 1.0.0, the package\'s latest',
  ]);
  t.is((await check(t, { plain: "2.0.0" }, { workspace: { plain: "2.0.0" } })).code, 0);
});

test("without a registry the check is skipped, which it says, and passes", async (t) => {
  const { code, stdout, stderr } = await check(t, { plain: "3.0.0" }, { registry: "http://127.0.0.1:9/" });
  t.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  t.regex(stdout, /^skipped: dependencies are not checked, because the registry cannot be asked: .*127\.0\.0\.1/);
});
