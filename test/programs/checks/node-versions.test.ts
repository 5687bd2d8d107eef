import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";

const CONFIGURATION = join(__dirname, "../../..", "ava.config.js");

for (const suite of ["unit", "programs", "engine", "package", "cluster", "fidelity", "recording"]) {
  test(`the test configuration of ${suite} loads without output on this Node.js`, (t) => {
    const env = { ...process.env, SUITE: suite };
    const run = spawnSync(process.execPath, [CONFIGURATION], { encoding: "utf8", env });
    t.deepEqual([run.status, run.stdout, run.stderr], [0, "", ""]);
  });
}

test("the test configuration refuses a suite that does not exist", (t) => {
  const run = spawnSync(process.execPath, [CONFIGURATION], { encoding: "utf8", env: { ...process.env, SUITE: "all" } });
  t.is(run.status, 1);
  t.regex(
    run.stderr,
    /SUITE: "all" is no suite: expected one of unit, programs, engine, package, cluster, fidelity, scalardb, seeds, recording/,
  );
});
