import test, { type ExecutionContext } from "ava";
import {
  DEPLOYMENTS,
  type Fault,
  INSTANT,
  Killed,
  type Process,
  type Scene,
  scene,
  wholeNight,
} from "../../unit/operations/switch-over/scene";

const BEFORE = {
  "ledger-scalardl-ledger": 3,
  "ledger-scalardl-envoy": 2,
  "auditor-scalardl-audit-auditor": 2,
  "other-scalardl-ledger": 1,
};

/** Fails the test when a Deployment is scaled to 0 whose count is not in the journal, or one of somebody else's is changed. */
function watchCounts(t: ExecutionContext, { cluster, journal, replicas }: Scene): void {
  cluster.store.onChange((_, object) => {
    if (object.kind !== DEPLOYMENTS.kind) return;
    const counts = JSON.parse(journal()?.replicas ?? "{}");
    for (const [name, count] of Object.entries(replicas())) {
      if (name.endsWith("-envoy") || name.startsWith("other")) t.is(count, BEFORE[name as keyof typeof BEFORE]);
      else if (count === 0) t.true(counts[`scalar/${name}`] > 0, `the count of ${name} is lost`);
    }
  });
}

function assertEnd(t: ExecutionContext, { replicas, suspended, journal, holder, cluster }: Scene, what: string): void {
  t.deepEqual(replicas(), BEFORE, what);
  t.false(suspended(), what);
  t.like(journal(), { instant: INSTANT, state: "started" }, what);
  t.deepEqual(
    JSON.parse(journal()?.replicas ?? ""),
    { "scalar/ledger-scalardl-ledger": 3, "scalar/auditor-scalardl-audit-auditor": 2 },
    what,
  );
  t.is(JSON.parse(journal()?.notes ?? "").table, "settings", what);
  t.is(cluster.pods().length, 6, what);
  t.deepEqual([holder("ledger"), holder("auditor")], ["", ""], what);
}

/** Plays the night with a fault at each request in turn, until one has no request of that number. */
async function atEachRequest(
  t: ExecutionContext,
  fault: Fault,
  play: (night: Scene, at: number) => Promise<Process>,
): Promise<void> {
  for (let at = 1; ; at += 1) {
    const night = await scene(t);
    watchCounts(t, night);
    const { requests } = await play(night, at);
    if (requests.length < at) return t.log(`${at - 1} faults`);
    assertEnd(t, night, `${fault} at request ${at}: ${requests[at - 1]}`);
    await night.cluster.stop();
  }
}

for (const fault of ["kill before", "kill after"] satisfies Fault[])
  test.serial(`a process that is killed right ${fault.slice(5)} any request is finished by the next one`, async (t) => {
    t.timeout(5 * 60_000);
    await atEachRequest(t, fault, async (night, at) => {
      const first = await night.process({}, at, fault);
      await wholeNight(first).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      await wholeNight(await night.process());
      return first;
    });
  });

for (const [fault, what] of [
  ["lost answer", "one answer that is lost"],
  ["no connection", "one request without a connection"],
  ["too many requests", "one answer that there are too many requests"],
] satisfies [Fault, string][])
  test.serial(`${what} at any request changes nothing of the end`, async (t) => {
    t.timeout(5 * 60_000);
    await atEachRequest(t, fault, async (night, at) => {
      const process = await night.process({}, at, fault);
      await wholeNight(process);
      return process;
    });
  });
