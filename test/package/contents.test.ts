import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { bundlePauser } from "../../pauser/bundle";
import { AWS_DOCUMENTS } from "../../permissions/aws";
import { AZURE_ROLES } from "../../permissions/azure";
import { consumer, packed, ROOT } from "./packed";

const KILOBYTE = 1000;

test("the tarball has at most 500 KB", async (t) => {
  const { size } = await packed();
  t.log(`${Math.round(size / KILOBYTE)} KB`);
  t.true(size < 500 * KILOBYTE, `${size} bytes`);
});

test("holds the built package, and neither sources nor tests nor the simulator", async (t) => {
  const { files } = await packed();
  const top = ["LICENSE", "README.md", "cli/bin.cjs", "operations/command.cjs", "package.json"];
  // At the paths that errors about missing rights name.
  const permissions = [
    ...Object.keys(AWS_DOCUMENTS).map((who) => `permissions/aws/${who}.json`),
    ...Object.keys(AZURE_ROLES).map((who) => `permissions/azure/${who}.json`),
    "docs/permissions.md",
  ];
  t.deepEqual(files.filter((file) => !file.startsWith("dist/")).sort(), [...top, ...permissions].sort());
  for (const file of ["index.js", "index.d.ts", "operations.js", "register.js", "stack-config.schema.json"])
    t.true(files.includes(`dist/${file}`), file);
  for (const file of ["main.js", "package.json", "PulumiPolicy.yaml"]) t.true(files.includes(`dist/policies/${file}`));
  t.deepEqual(
    files.filter((file) => /test|simulat|rehears|\.map$|(?<!\.d)\.ts$/.test(file)),
    [],
  );
});

test("names no path of the machine that built it", async (t) => {
  const folder = await consumer(t, { files: {} });
  const { files } = await packed();
  for (const file of files) {
    const text = readFileSync(join(folder, "node_modules/scalar-backup", file), "utf8");
    t.false(text.includes(ROOT), file);
    t.false(text.includes(`${process.env.HOME}/`), file);
    if (file.startsWith("dist/") && file.endsWith("js")) t.notRegex(text, /simulator\/|from ava|file:\/\//, file);
  }
});

test("runs the same pauser as the clone, byte for byte", async (t) => {
  const folder = await consumer(t, { files: {} });
  for (const program of ["pauser", "pauser-with-window-backups"] as const)
    t.is(
      readFileSync(join(folder, `node_modules/scalar-backup/dist/${program}.cjs`), "utf8"),
      bundlePauser(program),
      program,
    );
});

test("exports the components, the operations, the register hooks and the JSON Schema", async (t) => {
  const folder = await consumer(t, { files: {} });
  const code = `
    const library = require("scalar-backup");
    const schema = require("scalar-backup/stack-config.schema.json");
    console.log(JSON.stringify([Object.keys(library).sort(), Object.keys(schema.properties ?? {}), require("scalar-backup/package.json").version,
      ["operations", "register"].map((name) => require.resolve("scalar-backup/" + name).split("node_modules/").at(-1))]));`;
  const [names, keys, version, entries] = JSON.parse(
    execFileSync(process.execPath, ["-e", code], { cwd: folder, encoding: "utf8" }),
  );
  t.deepEqual(names, Object.keys(require("../../components")).sort());
  t.true(keys.includes("config"));
  t.is(version, JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version);
  t.is(entries.length, 2);
});

test("loads only packages that it declares", async (t) => {
  const folder = await consumer(t, { files: {} });
  const manifest = JSON.parse(readFileSync(join(folder, "node_modules/scalar-backup/package.json"), "utf8"));
  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
  const { files } = await packed();
  const required = files
    .filter((file) => /^dist\/[^/]*\.js$|^dist\/policies\/main\.js$/.test(file))
    .flatMap((file) => [
      ...readFileSync(join(folder, "node_modules/scalar-backup", file), "utf8").matchAll(/require\("([^".][^"]*)"\)/g),
    ])
    .map(([, name = ""]) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? "")
    .filter((name) => !name.startsWith("node:"));
  t.true(required.length > 20);
  t.deepEqual(
    [...new Set(required)].filter((name) => !declared.has(name)),
    [],
  );
});
