import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";

test("a look-up that fails ends the program with its message, however much waits for it, on every Node.js", (t) => {
  // With a promise of the look-up on the stack, Node.js 20 follows all that waits for it, for years: it is ended here.
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--require", join(__dirname, "../../../register/index.cjs"), join(__dirname, "debugged-program.ts")],
    { encoding: "utf8", timeout: 20_000, killSignal: "SIGKILL" },
  );
  t.is(stdout, "database ledger: is gone\n", stderr);
});
