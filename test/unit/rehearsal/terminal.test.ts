import { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import test from "ava";
import { Terminal } from "../../../rehearsal/terminal";
import { countOf, folded, shortType, withoutJson } from "../../../rehearsal/text";
import type { Operation } from "../../../simulator/engine/stack";

/** A terminal of this width, or a pipe without one, and what was written to it. */
function terminalOf(columns?: number) {
  const written = { text: "" };
  const out = new Writable({
    write(chunk, _encoding, done) {
      written.text += chunk;
      done();
    },
  });
  return { terminal: new Terminal(Object.assign(out, columns ? { columns, isTTY: true } : {})), written };
}

function operation(kind: Operation["kind"], type: string, name: string, changed: string[] = []): Operation {
  // The terminal reads only these members.
  return { kind, type, name, changed, replacedBy: [] } as unknown as Operation;
}

const OPERATIONS = [
  operation("create", "aws:dynamodb/table:Table", "ledger-copy-ledger.accounts"),
  operation("create", "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "scalar-pause-releases-scalar"),
  operation(
    "create",
    "aws:appautoscaling/policy:Policy",
    "ledger-copy-ledger.accounts-WriteCapacityUnits-ledger.accounts-write",
  ),
  operation("update", "command:local:Command", "ledger-copy-completion", ["stdin"]),
  operation("same", "aws:iam/role:Role", "unchanged"),
];

test("on a pipe, resources line up within 80 columns, and a long name has its own line", (t) => {
  const { terminal, written } = terminalOf();
  terminal.operations(OPERATIONS);
  t.is(
    written.text,
    [
      "   + aws:dynamodb:Table          ledger-copy-ledger.accounts",
      "   + kubernetes:rbac:RoleBinding scalar-pause-releases-scalar",
      "   + aws:appautoscaling:Policy",
      "       ledger-copy-ledger.accounts-WriteCapacityUnits-ledger.accounts-write",
      "   ~ command:local:Command       ledger-copy-completion [stdin]",
      "  3 created, 1 updated, 1 unchanged\n",
    ].join("\n"),
  );
});

test("a wide terminal has a resource on each line, at most 120 columns", (t) => {
  const { terminal, written } = terminalOf(200);
  t.is(terminal.width, 120);
  terminal.operations(OPERATIONS);
  t.is(written.text.trimEnd().split("\n").length, 5);
});

test("long notes, checks and headings are folded at the width", (t) => {
  const { terminal, written } = terminalOf();
  const text = "an instant between two pause windows is refused ".repeat(4);
  terminal.section(text);
  terminal.note(text);
  terminal.check(text, false, "one detail");
  const lines = written.text.split("\n");
  t.true(lines.length > 9);
  t.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  t.is(terminal.failures, 1);
  t.regex(written.text, /^ {2}FAILED an instant .*\n {9}\S/m);
});

test("a word that is longer than a line stays whole", (t) => {
  t.is(folded(`  key=${"x".repeat(90)} end`, 80), `  key=${"x".repeat(90)}\n    end`);
  t.is(folded("x".repeat(90), 80), "x".repeat(90));
});

test("on a pipe, work that takes long shows within 3 seconds that it goes on", async (t) => {
  const { terminal, written } = terminalOf();
  terminal.section("A heading");
  await terminal.during("pulumi up", delay(2900));
  t.regex(written.text, /\n {2}pulumi up \.\.\. [23] s\n/);
});

test("what is printed while work goes on does not end its counter", async (t) => {
  const { terminal, written } = terminalOf(80);
  const work = delay(1500).then(() => {
    written.text = "";
    terminal.note("step 1");
    return delay(500);
  });
  await terminal.during("pulumi up", work);
  const erased = "\r\x1b[2K";
  t.true(written.text.startsWith(`${erased}  step 1\n${erased}  pulumi up ... `), written.text);
});

test("numbers and nouns agree", (t) => {
  t.is(countOf([]), "nothing to do");
});

test("types are shown without the parts that repeat", (t) => {
  t.is(shortType("scalar-backup:index:ScalarBackup"), "scalar-backup:ScalarBackup");
  t.is(shortType("kubernetes:coordination.k8s.io/v1:LeasePatch"), "kubernetes:coordination:LeasePatch");
  t.is(shortType("pulumi:pulumi:Stack"), "pulumi:pulumi:Stack");
});

test("JSON lines of a log are not shown", (t) => {
  t.deepEqual(withoutJson('{"namespace":"scalar"}\n2026-11-22T03:00:00.000Z all paused\n'), [
    "2026-11-22T03:00:00.000Z all paused",
  ]);
});

test("a command in a note is not folded, so that it can be copied", (t) => {
  const { terminal, written } = terminalOf();
  const command = `  pulumi config set --path scalar-backup:restore.switchOver.confirm "replace ${"ledger, ".repeat(5)}customers"`;
  terminal.note(`To do it:\n${command}`);
  t.true(written.text.includes(`\n  ${command}\n`));
});
