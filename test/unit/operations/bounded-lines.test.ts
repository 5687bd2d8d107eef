import { spawnSync } from "node:child_process";
import test from "ava";
import { BoundedLines } from "../../../operations/bounded-lines";

const DAY_SECONDS = 24 * 60 * 60;

test("few lines are printed as they are", (t) => {
  const printed: string[] = [];
  const lines = new BoundedLines((line) => printed.push(line));
  for (const line of ["ledger: 3 tags", "ledger: deletion protection on"]) lines.print(line);
  lines.end();
  t.deepEqual(printed, ["ledger: 3 tags", "ledger: deletion protection on"]);
});

test("of many lines, the last is printed whole, and never more than once a minute is nothing printed", (t) => {
  let seconds = 0;
  const printed: [at: number, line: string][] = [];
  const lines = new BoundedLines(
    (line) => printed.push([seconds, line]),
    () => seconds * 1000,
  );
  for (; seconds < DAY_SECONDS; seconds += 5) lines.print(`step 4 of 9, ledger: restores its tables (${seconds} s)`);
  lines.print(JSON.stringify({ kept: "x".repeat(5000) }));
  lines.end();
  t.is(printed.at(-1)?.[1], JSON.stringify({ kept: "x".repeat(5000) }));
  const silences = printed.slice(1).map(([at], index) => at - (printed[index]?.[0] ?? 0));
  t.true(Math.max(...silences) <= 60, `${Math.max(...silences)} s`);
});

// The command provider starts a resource's next command with what the last one has printed in an environment variable.
(process.platform === "linux" ? test : test.skip)(
  "the kernel starts a program with what an operation of 24 hours has printed, and not with all of it",
  (t) => {
    let seconds = 0;
    const [all, printed]: string[][] = [[], []];
    const lines = new BoundedLines(
      (line) => printed?.push(line),
      () => seconds * 1000,
    );
    for (; seconds < DAY_SECONDS; seconds += 25) {
      const line = `step 4 of 9, ledger: 12 of 40 tables are restored (${seconds} s, usually less than 60 min)`;
      all?.push(line);
      lines.print(line);
    }
    lines.end();
    const start = (text: string) => spawnSync("true", { env: { ...process.env, PULUMI_COMMAND_STDOUT: text } }).error;
    t.is(start((printed ?? []).join("\n")), undefined);
    t.regex(String(start((all ?? []).join("\n"))), /E2BIG/);
  },
);
