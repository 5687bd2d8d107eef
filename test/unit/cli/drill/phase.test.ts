import test from "ava";
import { beginning, drillStackValues, ending, phaseOf } from "../../../../cli/drill/phase";
import { RestoreMode } from "../../../../components/restore-mode";

const AT = "2026-11-22T03:00:00Z";
const COPIES = [
  { urn: "urn:pulumi:prod::p::scalar-backup:index:ScalarRestore::restore", type: "scalar-backup:index:ScalarRestore" },
];
const restoring = (restore: unknown) => ({ "scalar-backup:restore": { value: JSON.stringify(restore) } });
const DRILL = { begun: "2026-11-22T04:00:00Z", by: "ci" };

test("a stack without a restore begins a drill, but only when no copies of an earlier one are left", (t) => {
  t.is(phaseOf({}, []).kind, "idle");
  t.is(phaseOf({}, COPIES).kind, "cleaning up");
  t.is(phaseOf(restoring({ verify: { enabled: true } }), COPIES).kind, "cleaning up");
});

test("a drill that has begun goes on, whatever of its copies exists", (t) => {
  const begun = restoring({ at: AT, drill: DRILL, verify: { enabled: true } });
  for (const resources of [[], COPIES]) t.deepEqual(phaseOf(begun, resources), { kind: "begun", at: AT, ...DRILL });
});

test("a restore that this command has not begun is not touched, and a recovery never", (t) => {
  for (const [restore, because] of [
    [{ at: AT }, /has not begun/],
    [{ at: AT, mode: RestoreMode.Recovery, drill: DRILL }, /a recovery to .* is configured/],
    [{ at: AT, drill: DRILL, switchOver: { confirm: "x" } }, /a recovery/],
    [{ at: AT, drill: DRILL, acceptUnproven: AT }, /restore\.acceptUnproven was added/],
    [{ at: AT, drill: "yes" }, /has not begun/],
    ["2026-11-22T03:00:00Z", /has not begun/],
  ] as const) {
    const phase = phaseOf(restoring(restore), COPIES);
    t.is(phase.kind, "other");
    if (phase.kind === "other") t.regex(phase.because, because);
  }
});

test("a drill ends by the removal of what it has set; settings for the next one stay", (t) => {
  t.deepEqual(Object.keys(beginning(AT, DRILL.begun, DRILL.by)), [
    "scalar-backup:restore.at",
    "scalar-backup:restore.drill.begun",
    "scalar-backup:restore.drill.by",
  ]);
  t.deepEqual(ending(restoring({ at: AT, drill: DRILL })), ["scalar-backup:restore"]);
  t.deepEqual(ending(restoring({ at: AT, drill: DRILL, verify: { enabled: true } })), [
    "scalar-backup:restore.at",
    "scalar-backup:restore.drill",
  ]);
});

test("a stack for drills gets all of production's configuration but what is production's own", (t) => {
  const production = {
    ...restoring({ at: AT }),
    "scalar-backup:databases": { value: "[]" },
    "scalar-backup:properties": { value: "secret", secret: true },
    "scalar-backup:lastDrill": { value: AT },
    "aws:region": { value: "ap-northeast-1" },
  };
  t.deepEqual(Object.keys(drillStackValues(production)), [
    "scalar-backup:databases",
    "scalar-backup:properties",
    "aws:region",
  ]);
});
