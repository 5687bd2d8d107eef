import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { clockVariables } from "../../simulator/cloud/clock";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import { WarmProgram } from "./warm";

test("a run in a warm thread has nothing of an earlier run's variables, and its own time", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "scalar-backup-warm-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const runtime = { name: "nodejs", options: { typescript: false } };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify({ name: "clock", runtime }));
  const outputs = "{ now: Date.now(), pace: process.env.SIMULATED_CLOCK_PACE ?? null, real: setTimeout.name }";
  writeFileSync(join(folder, "index.js"), `module.exports = ${outputs};`);
  const warm = new WarmProgram();
  t.teardown(() => warm.close());
  const run = async (environment: Record<string, string>) => {
    const stack = new EmbeddedStack({
      program: folder,
      providers: [],
      environment: () => environment,
      source: warm.source,
    });
    return (await stack.up()).outputs;
  };
  const HOUR = 3_600_000;
  const paced = { offsetMillis: HOUR, pace: 1000, since: Date.now() - 60_000, longTimerMillis: 1000 };
  const first = await run(clockVariables(paced));
  t.is(first.pace, "1000");
  t.true(Number(first.now) - Date.now() > 10 * HOUR, "a minute at 1,000 times the speed is 16 hours");
  const second = await run(clockVariables({ ...paced, pace: 1 }));
  t.is(second.pace, null);
  t.is(second.real, "setTimeout");
  t.true(Math.abs(Number(second.now) - Date.now() - HOUR) < HOUR / 2, String(second.now));
});
