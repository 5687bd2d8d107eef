import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { oldWords } from "../../../checks/words/words";

const PROGRAM = join(__dirname, "../../..");

for (const [text, word] of [
  ["// Mends what is left.", "Mends"],
  ["const copiesStand = true;", "Stand"],
  ["const standingCopies = [];", "standingC"],
  ["the copies stand beside the source", "beside"],
  ["nobody is told", "nobody"],
  ["what it is, in words", "in words"],
  ["a fault of the configuration", "fault"],
] as const)
  test(`finds an old word in: ${text}`, (t) => {
    t.true(oldWords("components/x.ts", text).some((found) => found.word === word));
  });

for (const [path, text] of [
  ["operations/x.ts", "a standby in another zone, besides the writer; its behaviour stands for itself"],
  ["operations/x.ts", "catch DBClusterNotFoundFault"],
  ["test/unit/pauser/x.test.ts", "a schedule of faults"],
  ["docs/vaults.md", "the output says so (`amiss`)"],
] as const)
  test(`accepts in ${path}: ${text}`, (t) => {
    t.deepEqual(oldWords(path, text), []);
  });

/** Runs the check in a repository with these files. */
function check(t: ExecutionContext, files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "words-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries({ "checks/words/remaining.json": "{}", ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  execFileSync("git", ["init", "-q"], { cwd: folder });
  execFileSync("git", ["add", "--all"], { cwd: folder });
  const { status, stderr } = spawnSync(process.execPath, ["register/index.cjs", "checks/words/check.ts", folder], {
    cwd: PROGRAM,
    encoding: "utf8",
  });
  return { status, stderr };
}

test("the check passes without old words, and names file, line, word and replacement of each", (t) => {
  t.deepEqual(check(t, { "a.ts": "// plain" }), { status: 0, stderr: "" });
  const { status, stderr } = check(t, { "a.ts": "// plain\n// amiss", "docs/b.md": "nobody" });
  t.is(status, 1);
  t.is(stderr, 'a.ts:2: "amiss": write wrong\ndocs/b.md:1: "nobody": write a sentence whose subject is known\n');
});

test("a room with a limit may have that many old words, and no more", (t) => {
  const files = { "checks/words/remaining.json": '{ "old/": 1 }', "old/a.ts": "// amiss" };
  t.is(check(t, files).status, 0);
  t.is(check(t, { ...files, "old/b.ts": "// amiss" }).status, 1);
});
