import test from "ava";
import { drillStackProblem } from "../../../../cli/drill/drill-stack";
import type { StackValues } from "../../../../cli/pulumi/stack";

const DATABASES = "scalar-backup:databases";
const OURS = { [DATABASES]: { value: "[ledger, customers]" }, "scalar-backup:pause": { value: "{}" } };
const COPIED = { "scalar-backup:backup": { value: '{"stack":"prod"}' }, ...OURS };

const problem = (present: StackValues, isDeployed = false) =>
  drillStackProblem({ name: "drills", present, isDeployed }, { name: "prod", values: OURS });

test("a new stack becomes one for drills, also after a call that was interrupted while it copied", (t) => {
  t.is(problem({}), undefined);
  t.is(problem(OURS), undefined);
  t.is(problem(COPIED, true), undefined);
});

test("a deployed stack that protects databases is not taken for drills, whether it pauses pods or not", (t) => {
  const expected = "the stack drills backs databases up itself; name another one with --stack";
  t.is(problem(OURS, true), expected);
  t.is(problem({ [DATABASES]: { value: "[orders]" } }, true), expected);
});

test("a configuration of other databases is not overwritten before its first deployment", (t) => {
  t.is(
    problem({ [DATABASES]: { value: "[orders]" } }),
    "the stack drills has other databases in its configuration than prod; name another one with --stack",
  );
});

test("a stack of another project's program, or of another production, is refused", (t) => {
  t.regex(problem({ "aws:region": { value: "eu-west-1" } }) ?? "", /configuration is not of scalar-backup/);
  t.regex(
    drillStackProblem({ name: "drills", present: COPIED, isDeployed: true }, { name: "test", values: OURS }) ?? "",
    /restores what \{"stack":"prod"\} backs up, not test/,
  );
});
