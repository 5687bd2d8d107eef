import test from "ava";
import { castsWithoutReason } from "../../../checks/casts/casts";
import { runCheck } from "./run-check";

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

test("the check names the file and line of each cast in the product, and no cast of a test", (t) => {
  t.is(runCheck(t, "casts", { "config/a.ts": "const x = y;", "test/a.ts": "const x = y as string;" }).status, 0);
  const { status, stderr } = runCheck(t, "casts", { "config/a.ts": "const a = 1;\nconst x = y as string;" });
  t.is(status, 1);
  t.regex(stderr, /^config\/a\.ts:2: cast without a reason: const x = y as string;$/m);
});
