import { setImmediate as immediate } from "node:timers/promises";
import test from "ava";
import { DeadError, PausedError, RequestGate } from "../../../../../simulator/cloud/kubernetes/gate";

// The rules of ScalarDL's `GateKeeper`, whose own tests state them (GateKeeperTest.java). No limit that is meant to be kept is
// short, and none that is meant to pass is long.
const LONG = 3_600_000;
const SHORT = 5;

/** A gate with a request inside that ends on demand. */
function gateWithRequest() {
  const changes: boolean[] = [];
  const gate = new RequestGate((drained) => changes.push(drained));
  let finish = () => {};
  const request = gate.run(() => new Promise<void>((resolve) => (finish = resolve)));
  return {
    gate,
    changes,
    finish: async () => {
      finish();
      await request;
    },
  };
}

test("a Pause waits until the requests inside have left, and lets none in", async (t) => {
  const { gate, changes, finish } = gateWithRequest();
  const paused = gate.pauseAndAwaitDrained(LONG);
  t.true(gate.paused, "CheckPaused says so while requests are inside");
  await t.throwsAsync(
    gate.run(async () => {}),
    { instanceOf: PausedError },
  );
  t.deepEqual(changes, []);
  await finish();
  t.is(await paused, "PAUSED");
  gate.unpause();
  await gate.run(async () => {});
  t.deepEqual(changes, [true, false]);
});

test("a Pause whose time is over reopens the gate that it closed", async (t) => {
  const { gate, changes } = gateWithRequest();
  t.is(await gate.pauseAndAwaitDrained(SHORT), "TIMED_OUT");
  t.false(gate.paused);
  t.deepEqual(changes, []);
});

test("a Pause whose time is over leaves an earlier pause in place", async (t) => {
  const { gate } = gateWithRequest();
  t.is(gate.pause(), "PAUSED");
  t.is(await gate.pauseAndAwaitDrained(SHORT), "TIMED_OUT_STILL_PAUSED");
  t.true(gate.paused);
});

test("an Unpause ends a Pause that waits for requests", async (t) => {
  const { gate } = gateWithRequest();
  const paused = gate.pauseAndAwaitDrained(LONG);
  gate.unpause();
  t.is(await paused, "GATE_OPEN");
  t.false(gate.paused);
});

test("a Pause neither takes over nor reopens what another Pause has closed and still waits for", async (t) => {
  const { gate, finish } = gateWithRequest();
  const first = gate.pauseAndAwaitDrained(LONG);
  t.is(gate.pause(), "PAUSE_IN_PROGRESS");
  t.is(await gate.pauseAndAwaitDrained(SHORT), "PAUSE_IN_PROGRESS");
  t.true(gate.paused);
  await finish();
  t.is(await first, "PAUSED");
});

test("a Pause closes the gate again after the one before it was interrupted", async (t) => {
  const { gate, finish } = gateWithRequest();
  const first = gate.pauseAndAwaitDrained(LONG);
  const second = gate.pauseAndAwaitDrained(LONG);
  gate.unpause();
  t.is(await first, "GATE_OPEN");
  await immediate();
  t.true(gate.paused);
  await finish();
  t.is(await second, "PAUSED");
});

test("a process that dies is not paused by its requests' end, and answers no Pause", async (t) => {
  const { gate, changes, finish } = gateWithRequest();
  const paused = gate.pauseAndAwaitDrained(LONG);
  const waiting = gate.pauseAndAwaitDrained(LONG);
  gate.die();
  await t.throwsAsync(paused, { instanceOf: DeadError });
  await t.throwsAsync(waiting, { instanceOf: DeadError });
  await finish();
  t.deepEqual(changes, []);
});
