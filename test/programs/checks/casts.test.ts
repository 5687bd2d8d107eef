import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { castsWithoutReason } from "../../../checks/casts/casts";

const PROGRAM = join(__dirname, "../../..");

for (const text of [
  "const x = y as string;",
  "const x = y as unknown;",
  "const x = <string>y;",
  "const x = y!;",
  "// A comment that gives no reason.\nconst x = y as string;",
  "// Cast:\nconst x = y as string;",
  "// Cast: the reason of another line.\n\nconst x = y as string;",
  "const x = {\n  a: 1,\n} as Whole;",
])
  test(`finds a cast without a reason in: ${JSON.stringify(text)}`, (t) => {
    t.is(castsWithoutReason("x.ts", text).length, 1);
  });

for (const text of [
  "const x = [1] as const;",
  "const x = y satisfies string;",
  "const x: string = y;",
  'import { y as x } from "y";',
  'const x = "y as string";',
  "const x = y as string; // Cast: z has checked it.",
  "// Cast: z has checked it.\nconst x = y as string;",
  "// Cast: z has checked it,\n// and says so.\nconst x = y as string;",
  "// Cast: z has checked it.\nconst x = y as unknown as string;",
])
  test(`finds none in: ${JSON.stringify(text)}`, (t) => {
    t.deepEqual(castsWithoutReason("x.ts", text), []);
  });

/** Runs the check in a repository with these files. */
function check(t: ExecutionContext, files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "casts-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries({ "checks/casts/remaining.json": "{}", ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  execFileSync("git", ["init", "-q"], { cwd: folder });
  execFileSync("git", ["add", "--all"], { cwd: folder });
  const { status, stderr } = spawnSync(process.execPath, ["register/index.cjs", "checks/casts/check.ts", folder], {
    cwd: PROGRAM,
    encoding: "utf8",
  });
  return { status, stderr };
}

test("the check names the file and line of each cast in the product, and no cast of a test", (t) => {
  t.is(check(t, { "config/a.ts": "const x = y;", "test/a.ts": "const x = y as string;" }).status, 0);
  const { status, stderr } = check(t, { "config/a.ts": "const a = 1;\nconst x = y as string;" });
  t.is(status, 1);
  t.regex(stderr, /^config\/a\.ts:2: cast without a reason: const x = y as string;$/m);
});

test("a room with a limit may have that many casts, and no more", (t) => {
  const files = { "checks/casts/remaining.json": '{ "config/": 1 }', "config/a.ts": "const x = y as string;" };
  t.is(check(t, files).status, 0);
  t.is(check(t, { ...files, "config/b.ts": "const x = y as string;" }).status, 1);
});
