import test from "ava";
import { oldWords } from "../../../checks/words/words";
import { runCheck } from "./run-check";

for (const [text, word] of [
  ["// Mends what is left.", "Mends"],
  ["const copiesStand = true;", "Stand"],
  ["const standingCopies = [];", "standingC"],
  ["the copies stand beside the source", "beside"],
  ["the copies stand", "stand"],
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

test("the check passes without old words, and names file, line, word and replacement of each", (t) => {
  t.deepEqual(runCheck(t, "words", { "a.ts": "// plain" }), { status: 0, stderr: "" });
  const { status, stderr } = runCheck(t, "words", { "a.ts": "// plain\n// amiss", "docs/b.md": "nobody" });
  t.is(status, 1);
  t.is(stderr, 'a.ts:2: "amiss": write wrong\ndocs/b.md:1: "nobody": write a sentence whose subject is known\n');
});
