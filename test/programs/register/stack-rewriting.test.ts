import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { transformSync } from "esbuild";
import { printed, sdkOf } from "./run";

const OFF = { SCALAR_BACKUP_SDK_PATCHES: "off" };
const SOURCE = `interface Removed {\n  line: number;\n}\n\nexport function thrower(): Removed {\n  throw new Error("thrown");\n}\n`;
/** Where the program's stack trace says that it throws, after the runner has started. */
const FRAME = `
  require("@pulumi/pulumi/cmd/run");
  try { require("./program.js").thrower(); } catch (error) { print(/program\\.[tj]s:\\d+/.exec(error.stack)[0]); }`;
const REWRITES = `
  require("@pulumi/pulumi/cmd/run");
  print(Object.keys(require.cache).some((file) => file.includes("source-map-support")));`;
const MAPS = ["--enable-source-maps"];

/** A runner that asks for the SDK's own rewriting, and a compiled program. */
async function runner(t: ExecutionContext, version = "3.248.0"): Promise<string> {
  const support = require.resolve("source-map-support");
  const folder = await sdkOf(t, version, {
    texts: {
      "cmd/run/index.js": 'require("source-map-support/register");',
      "node_modules/source-map-support/register.js": `require(${JSON.stringify(support)}).install();`,
      "node_modules/source-map-support/package.json": "{}",
    },
  });
  const { code } = transformSync(SOURCE, {
    loader: "ts",
    format: "cjs",
    sourcemap: "inline",
    sourcefile: "program.ts",
  });
  await writeFile(join(folder, "program.js"), code);
  return folder;
}

test("with Node.js's own source maps the SDK maps no stack traces, which are the same", async (t) => {
  const folder = await runner(t);
  t.is(await printed(t, REWRITES, { folder, options: MAPS }), false);
  t.is(await printed(t, FRAME, { folder, options: MAPS }), "program.ts:6");
  t.is(await printed(t, FRAME, { folder, options: MAPS, environment: OFF }), "program.ts:6");
});

test("without Node.js's own source maps the SDK maps a library user's stack traces", async (t) => {
  const folder = await runner(t);
  t.is(await printed(t, REWRITES, { folder }), true);
  t.is(await printed(t, FRAME, { folder }), "program.ts:6");
  t.is(await printed(t, FRAME, { folder, environment: OFF }), "program.ts:6");
});

test("the SDK maps no stack traces of this project's own programs", async (t) => {
  const folder = await runner(t);
  t.is(await printed(t, REWRITES, { folder, register: "index.cjs" }), false);
});

test("is off with a release that is unknown", async (t) => {
  const folder = await runner(t, "4.0.0");
  t.is(await printed(t, REWRITES, { folder, options: MAPS }), true);
});
