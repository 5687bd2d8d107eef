import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";

const ROOT = join(__dirname, "../../..");
const CONFIG: { forbidden: { name: string }[] } = require("../../../checks/imports.cjs");

/** Breaks each rule once: the file that does, and its text. */
const BROKEN: Record<string, [file: string, text: string]> = {
  "restore-points-imports": ["restore-points/broken.ts", 'import "../operations/whole";'],
  "pauser-imports": ["pauser/broken.ts", 'import "../operations/whole";'],
  "operations-imports": ["operations/broken.ts", 'import "../components/whole";'],
  "components-imports": [
    "components/broken.ts",
    'import type { Whole } from "../config/whole";\nexport type T = Whole;',
  ],
  "config-imports": ["config/broken.ts", 'import "../simulator/whole";'],
  "cli-imports": ["cli/broken.ts", 'import "../policies/whole";'],
  "index.ts-imports": ["index.ts", 'import "./simulator/whole";'],
  "permissions-imports": ["permissions/broken.ts", 'import "../operations/whole";'],
  "plugin-imports": ["plugin/broken.ts", 'import "../simulator/whole";'],
  "policies-imports": ["policies/broken.ts", 'import "../components/whole";'],
  "simulator-imports": ["simulator/broken.ts", 'import "../restore-points/whole";'],
  "simulator-exports": ["rehearsal/inside.ts", 'import "../simulator/whole";'],
  "rehearsal-imports": ["rehearsal/broken.ts", 'import "../policies/whole";'],
  "register-imports": ["register/broken.ts", 'import "../components/whole";'],
  "checks-imports": ["checks/broken.ts", 'import "../components/whole";'],
  "bench-imports": ["bench/broken.ts", 'import "../policies/whole";'],
  "simulator-packages": ["simulator/package.ts", 'import { z } from "zod";\nexport const whole = z;'],
  "no-circles": ["restore-points/one.ts", 'import type { Two } from "./two";\nexport type One = Two;'],
  "declared-packages": ["operations/package.ts", 'import semver from "semver";\nexport const whole = semver;'],
  resolvable: ["operations/nowhere.ts", 'import "./nowhere-at-all";'],
};

/** Imports that are allowed: each room has a file that others may import, the simulator what its package.json exports. */
const ALLOWED: Record<string, string> = {
  "restore-points/two.ts": 'import type { One } from "./one";\nexport type Two = One;',
  "operations/allowed.ts": 'import "../restore-points/whole";\nimport "zod";',
  "components/allowed.ts": 'import "../operations/whole";\nimport "@pulumi/pulumi";',
  "simulator/cloud/clock.ts": "export type Clock = true;",
  "rehearsal/allowed.ts": 'import "../simulator/cloud/clock";',
  "test/allowed.ts": 'import "../simulator/cloud/clock";\nimport "../policies/whole";',
};
/** Installed: of these, package.json does not name semver, and simulator/package.json does not name zod. */
const PACKAGES = ["@pulumi/pulumi", "semver", "zod"];
const ROOMS = [...new Set(CONFIG.forbidden.map(({ name }) => /^([a-z-]+)-imports$/.exec(name)?.[1] ?? ""))].filter(
  Boolean,
);

/** What dependency-cruiser prints of these files, by the configuration of this project. */
async function cruise(t: ExecutionContext, outputType: string, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "imports-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const file of ["package.json", "tsconfig.json"]) await copyFile(join(ROOT, file), join(folder, file));
  const whole = ROOMS.map((room): [string, string] => [`${room}/whole.ts`, "export type Whole = true;"]);
  for (const name of PACKAGES) whole.push([`node_modules/${name}/index.js`, "module.exports = {};"]);
  for (const [file, text] of Object.entries({ ...Object.fromEntries(whole), "index.ts": "", ...files })) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const command = join(ROOT, "node_modules/.bin/depcruise");
  const config = join(ROOT, "checks/imports.cjs");
  const args = [command, "--no-cache", "--config", config, "--output-type", outputType, "index.ts", ...ROOMS];
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      stdout ? resolve(stdout) : reject(error ?? new Error(stderr)),
    );
  });
}

/** The rules that the files violate, each as the rule's name and the file. */
async function violations(t: ExecutionContext, files: Record<string, string>): Promise<string[]> {
  const output = await cruise(t, "json", files);
  const found: { from: string; rule: { name: string } }[] = JSON.parse(output).summary.violations;
  return [...new Set(found.map(({ from, rule }) => `${rule.name} ${from}`))].sort();
}

test("finds each broken rule in the file that breaks it", async (t) => {
  t.deepEqual(
    CONFIG.forbidden
      .map(({ name }) => name)
      .filter((name) => name !== "test-imports")
      .sort(),
    Object.keys(BROKEN).sort(),
    "a new rule needs a file that breaks it",
  );
  const found = await violations(t, { ...ALLOWED, ...Object.fromEntries(Object.values(BROKEN)) });
  for (const [rule, [file]] of Object.entries(BROKEN)) t.true(found.includes(`${rule} ${file}`), `${rule} ${file}`);
  // Whatever breaks no rule is not among them.
  const broken = new Set(Object.values(BROKEN).map(([file]) => file));
  t.deepEqual(
    found.filter((each) => !broken.has(each.split(" ")[1] ?? "") && !each.startsWith("no-circles ")),
    [],
  );
});

test("allowed imports break no rule", async (t) => {
  const { "restore-points/two.ts": _, ...allowed } = ALLOWED;
  t.deepEqual(await violations(t, allowed), []);
});

test("npm run check:imports prints how to fix what it finds", async (t) => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const [, outputType = "err"] = /--output-type (\S+)/.exec(scripts["check:imports"]) ?? [];
  const broken = ["restore-points-imports", "no-circles"].map((rule) => BROKEN[rule] ?? ["", ""]);
  const output = await cruise(t, outputType, { ...ALLOWED, ...Object.fromEntries(broken) });
  const words = output.replaceAll(/\s+/g, " ");
  t.regex(words, /restore-points may import no other room\. Move what both rooms need to a room that both may import/);
  t.regex(words, /Move what both files need to a new file/);
});

test("npm run check cruises every room", async (t) => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  t.regex(scripts.check, /npm run check:imports/);
  const cruised = scripts["check:imports"].split(" ");
  t.deepEqual(
    ROOMS.filter((room) => !cruised.includes(room)),
    [],
  );
});
