/**
 * `npm run mutants -- FILE [TEST...]`: puts small errors into a file of pure logic, one at a time, and shows which of them its tests do
 * not find. Tests run in one process, with assertions like Ava's and without Ava: a file's tests take milliseconds, not seconds.
 */
import { fork } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Mutant } from "./mutants";
import type { Report, Work } from "./worker";

/** Milliseconds; tests of pure logic take some hundreds. A mutant that does not end is found. */
const PATIENCE = 60_000;

interface Score {
  killed: number;
  endless: number;
  survivors: Mutant[];
}

async function main(file: string | undefined, given: string[]): Promise<number> {
  const tests = given.length > 0 || file === undefined ? given : testsOf(file);
  if (file === undefined || tests.length === 0) {
    process.stderr.write(
      "npm run mutants -- FILE [TEST...]: a file of pure logic; by default the unit tests that import it\n",
    );
    return 2;
  }
  const score: Score = { killed: 0, endless: 0, survivors: [] };
  for (let from = 0; from >= 0; ) from = await play({ file, tests, from }, score);
  const { killed, endless, survivors } = score;
  const all = killed + endless + survivors.length;
  for (const { line, from, to } of survivors) process.stdout.write(`${file}:${line}: ${from} -> ${to || "nothing"}\n`);
  process.stdout.write(
    `${file}: ${killed + endless} of ${all} mutants found (${((100 * (killed + endless)) / Math.max(1, all)).toFixed(0)} %), ${endless} of them because they do not end\n`,
  );
  return survivors.length > 0 ? 1 : 0;
}

/** The unit tests that import a file. */
function testsOf(file: string): string[] {
  const all = readdirSync("test/unit", { recursive: true, encoding: "utf8" }).filter((each) =>
    each.endsWith(".test.ts"),
  );
  return all
    .map((each) => join("test/unit", each))
    .filter((test) => {
      const imports = readFileSync(test, "utf8").matchAll(/from "(\.[^"]+)"/g);
      return [...imports].some(([, path = ""]) => `${join(dirname(test), path)}.ts` === join(file));
    });
}

/** @returns the number of the mutant to go on with; negative at the end */
function play(work: Work, score: Score): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = fork(join(__dirname, "worker.ts"), {
      execArgv: ["--require", join(__dirname, "../../register/index.cjs")],
    });
    let next: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    worker.on("message", (message) => {
      const report = message as Report;
      clearTimeout(timer);
      if (report.kind === "broken") reject(new Error(`the tests fail without a mutant: ${report.because}`));
      if (report.kind === "done") next = -1;
      if (report.kind === "begun")
        timer = setTimeout(() => {
          score.endless += 1;
          next = report.nth + 1;
          worker.kill("SIGKILL");
        }, PATIENCE);
      if (report.kind === "ended") {
        if (report.killedBy === undefined) score.survivors.push(report.mutant);
        else score.killed += 1;
      }
    });
    worker.once("error", reject);
    worker.once("exit", (code) =>
      next === undefined ? reject(new Error(`${work.file}: the tests' process has ended with ${code}`)) : resolve(next),
    );
    worker.send(work);
  });
}

const [file, ...tests] = process.argv.slice(2);
void main(file, tests).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  },
);
