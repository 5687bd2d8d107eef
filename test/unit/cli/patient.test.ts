import { mock } from "node:test";
import test from "ava";
import { patient } from "../../../cli/doctor/index";
import { asText } from "../../../cli/doctor/text";
import { PLAIN } from "../../../restore-points/paint";

// A hook gives this file a thread of its own: other tests keep their timers.
test.after.always(() => mock.timers.reset());

test("what doctor waits for is one line for all that is asked, less and less often", async (t) => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const said: string[] = [];
  const ask = patient({ note: (line) => said.push(line), now: Date.now });
  let answer = () => {};
  const slow = ask(
    "IAM",
    () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
  );
  const other = ask("RDS", () => Promise.resolve());
  mock.timers.tick(2_999);
  t.deepEqual(said, []);
  await other;
  mock.timers.tick(1);
  t.deepEqual(said, ["still asking (3 s): IAM"]);
  for (let second = 3; second < 90; second++) mock.timers.tick(1_000);
  t.deepEqual(
    said.slice(1).map((line) => /\(.*\)/.exec(line)?.[0]),
    ["(9 s)", "(21 s)", "(45 s)"],
  );
  answer();
  await slow;
  mock.timers.tick(300_000);
  t.is(said.length, 4);
});

test("doctor's fixes fit into 80 columns, but for commands, which are one line to be copied", (t) => {
  const command = `kubectl --context scalar-prod -n scalar create job --from=cronjob/scalar-pause scalar-pause-now`;
  const text = asText(
    [
      { check: "a", state: "problem", message: "m", fix: `have one made now: ${command}` },
      {
        check: "a",
        state: "warning",
        message: "m",
        fix: `${"give the schedules of all clusters the same time, ".repeat(3)}please`,
      },
      { check: "a", state: "problem", message: "m", fix: command },
    ],
    80,
    PLAIN,
  );
  t.deepEqual(
    text.filter((line) => line.length > 80).map((line) => line.trim()),
    [command, `fix: ${command}`],
  );
  t.true(text.some((line) => line.endsWith("fix: have one made now:")));
});
