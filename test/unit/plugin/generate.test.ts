import test from "ava";
import { generate } from "../../../plugin/schema/generate";
import { SchemaProblem } from "../../../plugin/schema/problem";

test("what is wrong with a declaration is one sentence; an error of the generator itself keeps its trace", (t) => {
  const said: string[] = [];
  const failing = (error: Error) => () =>
    generate(
      true,
      () => {
        throw error;
      },
      (line) => said.push(line),
    );
  t.is(failing(new SchemaProblem("Database: cassandra is in the zod schema only"))(), 1);
  t.deepEqual(said, ["Database: cassandra is in the zod schema only"]);
  t.throws(failing(new TypeError("undefined")), { instanceOf: TypeError });
});

test("a file that is not what the declarations say is named, and nothing is written by a check", (t) => {
  const said: string[] = [];
  t.is(
    generate(
      true,
      () => ({ [__filename]: "other" }),
      (line) => said.push(line),
    ),
    1,
  );
  t.regex(said.join(), /generate\.test\.ts is not up to date .*run: npm run schema/);
});
