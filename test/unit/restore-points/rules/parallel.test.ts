import test from "ava";
import { parallelProblem } from "../../../../restore-points/rules/parallel";

const tables = (count: number) => ({ count, atOnce: 50 });
const single = { count: 1, atOnce: 1 };

test("an engine that runs fewer operations than the restore could use is reported with a better number", (t) => {
  t.is(
    parallelProblem(8, [tables(1000)]),
    '"--parallel" is 8, so the 1000 restores run in 125 consecutive rounds; the cloud can run them in 20: use "pulumi up --parallel 60", or set PULUMI_PARALLEL=60 in the environment',
  );
  t.regex(
    parallelProblem(4, [single, single, single, single, single]) ?? "",
    /in 2 consecutive rounds.* in 1: .*--parallel 10"/,
  );
  t.regex(parallelProblem(40, [tables(50), single]) ?? "", /--parallel 60"/);
});

test("an engine that runs enough operations is not reported", (t) => {
  t.is(parallelProblem(60, [tables(1000)]), undefined);
  t.is(parallelProblem(8, [tables(8)]), undefined);
  // As few rounds as the cloud's quota allows.
  t.is(parallelProblem(40, [tables(60)]), undefined);
  t.is(parallelProblem(1, [single]), undefined);
  t.is(parallelProblem(1, [{ count: 0, atOnce: 50 }]), undefined);
  t.is(parallelProblem(1, []), undefined);
});
