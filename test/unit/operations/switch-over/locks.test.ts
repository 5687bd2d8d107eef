import test from "ava";
import { INSTANT, LEASES, RELEASES, type Scene, scene, wholeNight } from "./scene";

/** A Lease as a pauser holds it. */
function hold({ cluster }: Scene, release: string, holderIdentity: string, leaseDurationSeconds: number): void {
  const now = `${new Date(cluster.clock.now()).toISOString().slice(0, -1)}000Z`;
  const spec = { holderIdentity, leaseDurationSeconds, acquireTime: now, renewTime: now, leaseTransitions: 7 };
  cluster.store.mergePatch(LEASES, "scalar", `scalar-backup-${release}`, { spec });
}

test.serial(
  "a second switch-over at the same time is refused by the first one's name, and changes nothing",
  async (t) => {
    const night = await scene(t);
    const [first, second] = [await night.process(), await night.process()];
    await first.pods.lock(first.say);
    await first.pods.stop(INSTANT, first.say);
    const holder = night.holder("ledger");
    t.regex(holder, /^scalar-switch-over\/.+\/[0-9a-f]{16}$/);
    // The first one goes on working: it renews its Leases.
    const refused = second.pods.lock(second.say);
    let ended = false;
    const end = () => {
      ended = true;
    };
    refused.then(end, end);
    while (!ended) {
      await first.pods.note({ at: String(night.cluster.clock.now()) });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const error = await t.throwsAsync(refused);
    t.is(
      error?.message,
      `the Lease of release scalar/auditor in cluster "default" is held by ${holder}: another switch-over is running. Wait for its end; then run this again`,
    );
    t.deepEqual(
      second.requests.filter((request) => !request.startsWith("GET ")),
      [],
    );
    await first.pods.start(first.say);
    await first.pods.unlock();
    t.is(night.holder("ledger"), "");
  },
);

test.serial("a pauser's run is waited for, until it releases the Lease", async (t) => {
  const night = await scene(t);
  hold(night, "ledger", "scalar/pause/0123456789abcdef", 400);
  let reads = 0;
  night.cluster.apiServer.beforeRequest = (method, path) => {
    if (method !== "GET" || !path.endsWith("/scalar-backup-ledger")) return;
    reads += 1;
    if (reads === 4) hold(night, "ledger", "", 1);
  };
  const { pods, say, said } = await night.process();
  await pods.lock(say);
  t.is(reads >= 4, true);
  t.regex(
    said[0] ?? "",
    /^the Lease of release scalar\/ledger in cluster "default" is held by scalar\/pause\/0123456789abcdef, until \S+Z at the latest: waiting for its release$/,
  );
  t.is(said.length, 1);
  await pods.unlock();
});

test.serial("a Lease of a run that was killed is acquired once it has expired", async (t) => {
  const night = await scene(t);
  hold(night, "ledger", "scalar/pause/0123456789abcdef", 400);
  const begin = night.cluster.clock.now();
  const { pods, say } = await night.process();
  await pods.lock(say);
  t.true(night.cluster.clock.now() - begin > 404_000);
  t.true(night.waitedMillis() <= 410_000, `${night.waitedMillis()} ms`);
  await pods.unlock();
});

test.serial("a Lease that expires after the limit is refused with its end", async (t) => {
  const night = await scene(t);
  hold(night, "ledger", "scalar/pause/0123456789abcdef", 400);
  const { pods, say } = await night.process({ limitMillis: 60_000 });
  await t.throwsAsync(pods.lock(say), {
    message:
      /is held by scalar\/pause\/0123456789abcdef, and was not released within 1 min: wait until it expires at \S+Z, then run this again$/,
  });
  t.is(night.holder("auditor"), "", "what was acquired before is released");
});

test.serial("a process that was suspended changes nothing once another one has its Leases", async (t) => {
  const night = await scene(t);
  const [first, second] = [await night.process(), await night.process()];
  await first.pods.lock(first.say);
  night.cluster.clock.advance(10 * 60_000);
  await second.pods.lock(second.say);
  const holder = night.holder("auditor");
  for (const work of [
    () => first.pods.stop(INSTANT, first.say),
    () => first.pods.present(),
    () => first.pods.note({}),
  ]) {
    const error = await t.throwsAsync(work());
    t.true(
      error?.message.includes(
        `in cluster "default" is held by ${holder} in the meantime: this process was suspended or disconnected. Run it again`,
      ),
      error?.message,
    );
  }
  await first.pods.unlock();
  t.is(night.holder("auditor"), holder, "it releases only its own");
  t.is(night.journal(), undefined);
  await second.pods.unlock();
});

test.serial("a process that was suspended goes on if its Leases are still its own", async (t) => {
  const night = await scene(t);
  const process = await night.process();
  await process.pods.lock(process.say);
  night.cluster.clock.advance(10 * 60_000);
  await process.pods.stop(INSTANT, process.say);
  await process.pods.start(process.say);
  await process.pods.unlock();
  t.like(night.journal(), { state: "started" });
});

test.serial("a release that no schedule pauses gets a Lease", async (t) => {
  const night = await scene(t);
  for (const { name } of RELEASES) night.cluster.store.delete(LEASES, "scalar", `scalar-backup-${name}`);
  await wholeNight(await night.process());
  t.is(night.holder("ledger"), "");
});

test.serial("a Lease keeps what else it says, and counts its holders", async (t) => {
  const night = await scene(t);
  hold(night, "ledger", "", 1);
  const { pods, say } = await night.process();
  await pods.lock(say);
  const spec = () => night.cluster.store.get(LEASES, "scalar", "scalar-backup-ledger").spec;
  t.like(spec(), { leaseDurationSeconds: 60, leaseTransitions: 8 });
  t.regex(String(spec()?.renewTime), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, "a MicroTime");
  await pods.unlock();
  t.like(spec(), { holderIdentity: "", leaseDurationSeconds: 1, leaseTransitions: 8 });
});
