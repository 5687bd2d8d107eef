import test from "ava";
import { run } from "../../pauser/run";
import { sleep } from "../../pauser/time";
import { Cluster } from "./doubles/cluster";

// By itself, because the clock that is stepped is this whole worker's. The API server's is stepped with it, so that the
// clocks' difference tells nothing.
for (const [how, step] of [
  ["forward", 400],
  ["back", -400],
  // Nobody is held until a clock has caught up.
  ["back by an hour", -3_600_000],
] as const) {
  test.serial(`the window is void when this clock is stepped ${how} while pods are paused`, async (t) => {
    const cluster = await Cluster.start();
    t.teardown(() => cluster.stop());
    await cluster.install();
    const { now } = Date;
    t.teardown(() => {
      Date.now = now;
    });
    const running = run(cluster.environment({ holdSeconds: 1 }), new AbortController().signal, cluster.report);
    while (!cluster.logs.some((line) => line.startsWith("all paused"))) await sleep(5);
    Date.now = () => now() + step;
    const { end, reasons } = await running;
    t.is(end, "void");
    t.regex(reasons.join(), step < 0 ? /clock was stepped by -\d+ ms while/ : /clock was stepped by \d+ ms while/);
    t.deepEqual(cluster.pausedPods, []);
    t.deepEqual(cluster.windows, []);
    t.is(cluster.unfinished, undefined);
  });
}
