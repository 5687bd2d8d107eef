import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { printed, ROOT, run } from "./run";

async function folderOf(t: ExecutionContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "register-types-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
/** A cache of the test's own: nothing has been stripped before. */
const own = (folder: string) => ({ SCALAR_BACKUP_CACHE: join(folder, "cache") });

test("requires TypeScript as it is, stripped anew or from the cache", async (t) => {
  const folder = await folderOf(t, {
    "one.ts":
      'import { type Other, other } from "./other";\nexport enum Kind { A = "a" }\nexport const value: Other = other;\n',
    "other.ts": "export type Other = number;\nexport const other = 7;\n",
  });
  const code = `const { Kind, value } = require("./one.ts"); print([Kind.A, value]);`;
  for (const _ of ["anew", "from the cache"])
    t.deepEqual(await printed(t, code, { folder, register: "index.cjs", environment: own(folder) }), ["a", 7]);
});

test("strips a file again when its text has changed", async (t) => {
  const folder = await folderOf(t, { "one.ts": "export const value: number = 1;" });
  const how = { folder, register: "index.cjs", environment: own(folder) } as const;
  t.is(await printed(t, `print(require("./one.ts").value)`, how), 1);
  await writeFile(join(folder, "one.ts"), "export const value: number = 2;");
  t.is(await printed(t, `print(require("./one.ts").value)`, how), 2);
});

test("a syntax error names the file and the line", async (t) => {
  const folder = await folderOf(t, { "broken.ts": "export const one = 1;\nexport const = 2;\n" });
  const { code, stderr } = await run(`require("./broken.ts")`, {
    folder,
    register: "index.cjs",
    environment: own(folder),
  });
  t.is(code, 1);
  t.regex(stderr, /broken\.ts:2:\d+/);
});

test("library users' TypeScript stays with their own loader", async (t) => {
  t.false(await printed(t, `print(".ts" in require.extensions)`));
});

test("a second --require patches nothing twice", async (t) => {
  const again = ["--require", join(ROOT, "register/sdk.cjs")];
  const code = `const before = require("module")._load; require("./register/index.cjs"); print(before === require("module")._load)`;
  t.true(await printed(t, code, { options: again }));
});

for (const register of ["sdk.cjs", "index.cjs"] as const)
  test(`${register} mutes no warning and changes no variable of the environment`, async (t) => {
    const code = `
      require("@pulumi/pulumi");
      process.emitWarning("Node.js 20 has reached its end of life", "DeprecationWarning");
      new Buffer(1);
      console.log(JSON.stringify([process.env, process.listeners("warning").length, process.noDeprecation ?? false]));`;
    const [patched, plain] = await Promise.all([run(code, { register }), run(code, { register: "none" })]);
    const parsed = (text: string) => JSON.parse(text);
    t.deepEqual(parsed(patched.stdout), parsed(plain.stdout));
    const warnings = (text: string) => text.match(/\w*Warning: .*/g);
    t.deepEqual(warnings(patched.stderr), warnings(plain.stderr));
    t.regex(patched.stderr, /DeprecationWarning: Node\.js 20 has reached its end of life/);
    t.regex(patched.stderr, /Buffer\(\) is deprecated/);
  });
