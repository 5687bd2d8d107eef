import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";

test("this project's test configurations load without a word on the Node.js that runs them", (t) => {
  for (const file of [
    "ava.config.js",
    "ava.engine.config.js",
    "ava.fidelity.config.js",
    "ava.recording.config.js",
    "ava.cluster.config.js",
  ]) {
    const run = spawnSync(process.execPath, [join(__dirname, "../..", file)], { encoding: "utf8" });
    t.deepEqual([run.status, run.stdout, run.stderr], [0, "", ""], file);
  }
});
