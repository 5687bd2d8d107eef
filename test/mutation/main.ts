/**
 * `npm run mutants -- FILE [TEST...]`: puts small errors into a file of pure logic, one at a time, and shows which of them its tests do
 * not find. Tests run in one process, with assertions like Ava's and without Ava: a file's tests take milliseconds, not seconds.
 */
import { fork } from "node:child_process";
import { join } from "node:path";
import { Compiler } from "./compiler";
import { LIST, readExplained, sorted } from "./explained";
import type { Mutant } from "./mutants";
import { filesOf, testsOf } from "./related";
import type { Report, Work } from "./worker";

/** Milliseconds; tests of pure logic take some hundreds. A mutant that does not end is found. */
const PATIENCE = 60_000;

const USAGE =
  "npm run mutants -- FILE [TEST...], or a folder: files of pure logic; by default the unit tests of their room that import them\n";

interface Score {
  killed: number;
  endless: number;
  survivors: Mutant[];
}

async function main(path: string | undefined, given: string[]): Promise<number> {
  if (path === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const files = filesOf(path);
  const compiler = new Compiler();
  const sum = { found: 0, all: 0, explained: 0, unexplained: 0, stale: 0 };
  for (const file of files) {
    const tests = given.length > 0 ? given : testsOf(file);
    if (tests.length === 0) {
      process.stderr.write(`${file}: no unit test of its room imports it\n`);
      continue;
    }
    const score: Score = { killed: 0, endless: 0, survivors: [] };
    for (let from = 0; from >= 0; ) from = await play({ file, tests, from }, score);
    const survivors = score.survivors.filter((mutant) => !compiler.refuses(file, mutant));
    const refused = score.survivors.length - survivors.length;
    const { killed, endless } = score;
    const found = killed + endless + refused;
    const all = found + survivors.length;
    // Types and texts have no mutants.
    if (all === 0) continue;
    const { explained, unexplained, stale } = sorted(survivors, readExplained()[file]);
    for (const { line, from, to, becomes } of unexplained)
      print(`${file}:${line}: ${from} -> ${to || "nothing"}\n    ${becomes}`);
    for (const becomes of stale) print(`${LIST}: ${file}: is found, or is not made any more; remove it: ${becomes}`);
    print(
      `${file}: ${summary(found, all)}${refused > 0 ? `, ${refused} of them by the compiler alone` : ""}${endless > 0 ? `, ${endless} because they do not end` : ""}${explained.length > 0 ? `; ${explained.length} explained in ${LIST}` : ""}`,
    );
    sum.found += found;
    sum.all += all;
    sum.explained += explained.length;
    sum.unexplained += unexplained.length;
    sum.stale += stale.length;
  }
  if (files.length > 1)
    print(`${path}: ${summary(sum.found, sum.all)}; ${sum.explained} explained, ${sum.unexplained} not`);
  return sum.unexplained + sum.stale > 0 ? 1 : 0;
}

function summary(found: number, all: number): string {
  return `${found} of ${all} mutants found (${((100 * found) / Math.max(1, all)).toFixed(0)} %)`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
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
      if (report.kind === "broken")
        reject(new Error(`${work.file}: the tests fail without a mutant: ${report.because}`));
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

const [path, ...tests] = process.argv.slice(2);
void main(path, tests).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  },
);
