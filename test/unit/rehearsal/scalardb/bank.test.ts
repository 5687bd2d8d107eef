import { setTimeout as delay, setImmediate as immediate } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { Bank } from "../../../../rehearsal/scalardb/bank";
import { checkCopies } from "../../../../rehearsal/scalardb/check";
import {
  type AccountRecord,
  COORDINATOR_TABLE,
  type CoordinatorRecord,
  TransactionState,
} from "../../../../rehearsal/scalardb/record";
import { Workload } from "../../../../rehearsal/scalardb/workload";
import { SimulatedClock } from "../../../../simulator/cloud/clock";
import { KubernetesCluster } from "../../../../simulator/cloud/kubernetes/cluster";
import { AdminClient } from "../../simulator/cloud/kubernetes/admin-client";
import { MemoryStore } from "./memory-store";

/** However slow the machine is at the moment. */
async function transfers(workload: Workload, number: number): Promise<void> {
  const enough = workload.counts.done + number;
  while (workload.counts.done < enough) await delay(20);
}

async function openBank(
  t: ExecutionContext,
  names = ["ledger", "customers"],
  accountsPerPlacement?: number,
  replicas = 2,
) {
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
    replicas,
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
  /** The instants at which a store had just been given a record that was not decided yet. */
  const halfWritten = () =>
    stores.flatMap((store) =>
      store.written(table, (record) => (record as AccountRecord).tx_state === TransactionState.PREPARED),
    );
  /** How many accounts still hold what was half written by then. */
  const undecided = (by: number) =>
    stores
      .flatMap((store) => [...store.copy(table, clock.now()).values()] as AccountRecord[])
      .filter(({ tx_state, tx_prepared_at }) => tx_state === TransactionState.PREPARED && tx_prepared_at <= by).length;
  const accounts = () => stores.flatMap((store) => [...store.copy(table, clock.now()).values()] as AccountRecord[]);
  const decisions = () => coordinator.copy(COORDINATOR_TABLE, clock.now()) as Map<string, CoordinatorRecord>;
  return { clock, bank, release, workload, check, admin, halfWritten, undecided, accounts, decisions };
}

test("copies taken inside a pause balance, however far apart; outside they don't", async (t) => {
  const { clock, workload, check, admin } = await openBank(t);
  await transfers(workload, 40);
  const early = clock.now();
  await transfers(workload, 40);
  const late = clock.now();
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

  const apart = check(early, late);
  t.false(apart.consistent);
  t.not(apart.total, apart.expectedTotal);
  t.regex(apart.reasons.join("\n"), /the balances add up to \d+ instead of 1000000/);
});

test("a copy taken while anything is half written does not balance, and says so", async (t) => {
  const { clock, workload, check, halfWritten } = await openBank(t);
  await transfers(workload, 40);
  await workload.stop();
  const instants = halfWritten();
  t.true(instants.length >= 80, "a transfer writes to both accounts before it is decided");
  for (const instant of instants) {
    const { consistent, unfinished, reasons } = check(instant);
    t.false(consistent);
    t.true(unfinished > 0);
    t.regex(reasons.join("\n"), /accounts? (was|were) being written when the copy was taken/);
  }
  t.true(check(clock.now()).consistent, "all is settled once the customers have gone home");
});

test("each committed record has a COMMITTED row of the same instant, not later than it was written", async (t) => {
  const { workload, accounts, decisions } = await openBank(t);
  await transfers(workload, 40);
  await workload.stop();
  const rows = decisions();
  t.true(rows.size > 40);
  for (const { tx_id, tx_state, tx_committed_at, tx_prepared_at } of accounts()) {
    t.is(tx_state, TransactionState.COMMITTED);
    t.like(rows.get(tx_id), { tx_state: TransactionState.COMMITTED, tx_created_at: tx_committed_at });
    t.true(tx_prepared_at <= (tx_committed_at ?? 0));
  }
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
  const { clock, release, workload, check, halfWritten, undecided, accounts, decisions } = await openBank(
    t,
    undefined,
    10,
    1,
  );
  await transfers(workload, 20);
  const before = halfWritten().length;
  while (halfWritten().length === before) await immediate();
  const died = clock.now();
  await release.restartPod(release.pods[0]?.name as string);
  t.true(undecided(died) > 0, "what the dead pod had begun is still there");
  const abandoned = new Set(
    accounts().flatMap(({ tx_state, tx_id }) => (tx_state === TransactionState.PREPARED ? [tx_id] : [])),
  );
  t.false(check(clock.now()).consistent);

  // Later than any transaction may take: the next transaction that finds the remains removes them.
  clock.advance(60_000);
  while (undecided(died) > 0) await delay(20);
  await workload.stop();
  t.deepEqual(check(clock.now()).reasons, []);
  for (const txId of abandoned) {
    const row = decisions().get(txId);
    t.true(row?.tx_state === TransactionState.COMMITTED || (row?.tx_created_at ?? 0) > died + 15_000);
  }
});
