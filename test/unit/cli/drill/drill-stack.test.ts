import test from "ava";
import { drillStackProblem } from "../../../../cli/drill/drill-stack";
import type { StackValues } from "../../../../cli/pulumi/stack";
import type { StackResource } from "../../../../cli/report/resources";

const DATABASES = "scalar-backup:databases";
const OURS = { [DATABASES]: { value: "[ledger, customers]" }, "scalar-backup:pause": { value: "{}" } };
const COPIED = { "scalar-backup:backup": { value: '{"stack":"prod"}' }, ...OURS };

const resource = (type: string, name: string, inputs = {}): StackResource => ({
  urn: `urn:pulumi:drills::scalar-backup::${type}::${name}`,
  type,
  inputs,
});
const STACK = resource("pulumi:pulumi:Stack", "scalar-backup-drills");
const PROVIDER = resource("pulumi:providers:pulumi", "default");
const reference = (stack: string, name = "backup") =>
  resource("pulumi:pulumi:StackReference", name, { name: `acme/scalar-backup/${stack}` });
const PROTECTING = [STACK, resource("scalar-backup:index:ScalarBackup", "scalar"), reference("drills", "last-drill")];

const problem = (present: StackValues, resources: StackResource[] = []) =>
  drillStackProblem({ name: "drills", present, resources }, { name: "prod", values: OURS });

test("a new stack becomes one for drills, also after a call that was interrupted while it copied", (t) => {
  t.is(problem({}), undefined);
  t.is(problem(OURS), undefined);
  t.is(problem(COPIED, [STACK, PROVIDER, reference("prod")]), undefined);
});

test("a stack for drills is recognized by its state where its file is gone, as in a fresh checkout", (t) => {
  t.is(problem({}, [STACK, PROVIDER, reference("prod")]), undefined);
  t.is(problem({}, [STACK, PROVIDER]), undefined, "its first update has failed");
  t.is(
    problem({}, [STACK, PROVIDER, reference("test")]),
    'the stack drills restores what {"stack":"acme/scalar-backup/test"} backs up, not prod; leave --from out, or name another stack with --stack',
  );
});

test("a deployed stack that protects databases is not taken for drills, whether it pauses pods or not", (t) => {
  const expected = "the stack drills backs databases up itself; name another one with --stack";
  t.is(problem(OURS, PROTECTING), expected);
  t.is(problem({ [DATABASES]: { value: "[orders]" } }, PROTECTING), expected);
  t.is(problem({}, [...PROTECTING, reference("prod")]), expected);
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
    drillStackProblem({ name: "drills", present: COPIED, resources: [STACK] }, { name: "test", values: OURS }) ?? "",
    /restores what \{"stack":"prod"\} backs up, not test/,
  );
});
