import { setTimeout as delay } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { SimulatedClock } from "../../../rehearsal/cloud/clock";
import { KubernetesCluster } from "../../../rehearsal/cloud/kubernetes/cluster";
import { Bank } from "../../../rehearsal/scalardb/bank";
import { checkCopies } from "../../../rehearsal/scalardb/check";
import { COORDINATOR_TABLE } from "../../../rehearsal/scalardb/record";
import { Workload } from "../../../rehearsal/scalardb/workload";
import { AdminClient } from "../cloud/kubernetes/admin-client";
import { MemoryStore } from "./memory-store";

/** However slow the machine is at the moment. */
async function transfers(workload: Workload, number: number): Promise<void> {
  const enough = workload.counts.done + number;
  while (workload.counts.done < enough) await delay(20);
}

async function openBank(t: ExecutionContext, names = ["ledger", "customers"], accountsPerPlacement?: number) {
  const clock = new SimulatedClock();
  const cluster = await KubernetesCluster.start({ clock });
  t.teardown(() => cluster.stop());
  const stores = names.map((name) => new MemoryStore(clock, name));
  const [coordinator] = stores as [MemoryStore];
  const table = "bank.accounts";
  const bank = new Bank({
    clock,
    coordinator,
    placements: stores.map((store) => ({ store, table })),
    accountsPerPlacement,
  });
  bank.open();
  const release = await cluster.installRelease({
    namespace: "scalar",
    name: "bank",
    product: "scalardb-cluster",
    replicas: 2,
    application: bank.application,
  });
  const workload = Workload.start({ bank, pods: () => release.pods.filter((pod) => pod.up) });
  t.teardown(() => workload.stop());
  /** Copies of the stores, each as of its own instant. */
  const check = (...instants: number[]) =>
    checkCopies(
      {
        databases: stores.map((store, index) => ({
          name: store.name,
          accounts: store.copy(table, instants[index] ?? (instants[0] as number)),
        })),
        coordinator: coordinator.copy(COORDINATOR_TABLE, instants[0] as number),
      },
      bank.expectedTotal,
    );
  const admin = release.pods.map((pod) => new AdminClient(pod));
  t.teardown(() => admin.forEach((client) => void client.close()));
  return { clock, bank, release, workload, check, admin };
}

test("copies taken inside a pause balance, however far apart; outside they don't", async (t) => {
  const { clock, workload, check, admin } = await openBank(t);
  await transfers(workload, 80);
  await Promise.all(admin.map((client) => client.pause(5000)));
  const paused = clock.now();
  const doneByThen = workload.counts.done;
  await delay(400);
  const unpausing = clock.now();
  t.is(workload.counts.done, doneByThen, "nothing is done while paused");
  await Promise.all(admin.map((client) => client.unpause()));
  await transfers(workload, 20);
  const { done, paused: retries } = await workload.stop();

  t.deepEqual(check(paused, unpausing), {
    consistent: true,
    total: 1_000_000,
    expectedTotal: 1_000_000,
    unfinished: 0,
    reasons: [],
  });
  t.true(check(unpausing, paused + 1).consistent);
  t.true(done >= doneByThen + 20);
  t.true(retries > 0, "the customers came upon the pause, and went on after it");

  const apart = check(paused - 350, paused - 50);
  t.false(apart.consistent);
  t.not(apart.total, apart.expectedTotal);
  t.regex(apart.reasons.join("\n"), /the balances add up to \d+ instead of 1000000/);
});

test("while transfers run, there is something half written at nearly every instant", async (t) => {
  const { clock, workload, check } = await openBank(t);
  await transfers(workload, 10);
  const from = clock.now();
  await transfers(workload, 60);
  const to = clock.now();
  await workload.stop();
  const instants = Array.from({ length: 40 }, (_, index) => from + ((to - from) * index) / 40);
  const verdicts = instants.map((instant) => check(instant));
  const consistent = verdicts.filter((verdict) => verdict.consistent).length;
  // On a busy machine the customers come to a stop at times, and an instant between their transfers is consistent.
  t.true(consistent <= 10, `${consistent} of ${instants.length} instants would have made a consistent copy`);
  const broken = verdicts.find((verdict) => !verdict.consistent);
  t.regex(broken?.reasons.join("\n") ?? "", /accounts? (was|were) being written when the copy was taken/);
  t.true((broken?.unfinished ?? 0) > 0);
  t.true(check(clock.now()).consistent, "all is settled once the customers have gone home");
});

test("three databases, and one, work as two do", async (t) => {
  for (const names of [["a", "b", "c"], ["alone"]]) {
    const { clock, workload, check, bank } = await openBank(t, names);
    await transfers(workload, 20);
    await workload.stop();
    t.like(check(clock.now()), { consistent: true, total: bank.expectedTotal });
  }
});

test("a pod that dies leaves transactions half done; the others finish or undo them", async (t) => {
  const { clock, bank, release, workload, check } = await openBank(t, undefined, 10);
  await transfers(workload, 20);
  // Several, because one of them may die between two transfers.
  for (let death = 0; death < 6; death++) {
    await release.restartPod(release.pods[0]?.name as string);
    await transfers(workload, 10);
  }
  await workload.stop();
  t.false(check(clock.now()).consistent, "what the dead pod had begun is still there");

  // Later than any transaction may take: whoever meets the remains clears them away.
  clock.advance(60_000);
  const next = Workload.start({ bank, pods: () => release.pods, seed: 2 });
  await transfers(next, 150);
  await next.stop();
  t.deepEqual(check(clock.now()).reasons, []);
});
