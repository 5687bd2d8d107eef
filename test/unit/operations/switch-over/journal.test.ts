import { randomUUID } from "node:crypto";
import test from "ava";
import { CONFIG_MAPS, INSTANT, LATER, recorded, scaleBy, scene, wholeNight } from "./scene";

const COUNTS = { "scalar/ledger-scalardl-ledger": 3, "scalar/auditor-scalardl-audit-auditor": 2 };

test.serial(
  "counts of 0 by hand before the stop are those of the last switch-over, or reported at the start",
  async (t) => {
    const night = await scene(t);
    await wholeNight(await night.process());
    scaleBy(night, "kubectl-scale", "ledger-scalardl-ledger", 0);
    await wholeNight(await night.process(), LATER);
    t.is(night.replicas()["ledger-scalardl-ledger"], 3);

    const other = await scene(t);
    scaleBy(other, "kubectl-scale", "ledger-scalardl-ledger", 0);
    const process = await other.process();
    await wholeNight(process);
    t.is(other.replicas()["ledger-scalardl-ledger"], 0);
    t.regex(
      process.said.join("\n"),
      /^Deployment scalar\/ledger-scalardl-ledger had no pods when the switch-over began, so none are started: kubectl scale deployment ledger-scalardl-ledger --namespace scalar --replicas <count>$/m,
    );
  },
);

test.serial("pods of another instant's switch-over are not stopped for this one", async (t) => {
  const night = await scene(t);
  const first = await night.process();
  await first.pods.lock(first.say);
  await first.pods.stop(INSTANT, first.say);
  await first.pods.unlock();
  const { pods, say } = await night.process();
  const message = `a switch-over to ${INSTANT} has stopped the pods and has not started them again; set restore.at to ${INSTANT} and finish it first`;
  t.deepEqual(await pods.problems(LATER), [`cluster "default": ${message}`]);
  t.deepEqual(await pods.problems(INSTANT), []);
  await pods.lock(say);
  await t.throwsAsync(pods.stop(LATER, say), { message });
  t.deepEqual(recorded(night), COUNTS);
  await pods.unlock();
});

test.serial("two sets with releases in one namespace do not take each other's journal for their own", async (t) => {
  const night = await scene(t);
  const first = await night.process();
  await first.pods.lock(first.say);
  await first.pods.stop(INSTANT, first.say);
  await first.pods.note({ table: "settings" });
  const { pods, say } = await night.process({ releases: [{ namespace: "scalar", name: "other" }] });
  const message = `a switch-over to ${INSTANT} has stopped the pods of scalar/auditor, scalar/ledger and has not started them again: finish it first, in the stack of these releases`;
  t.deepEqual(await pods.problems(INSTANT), [`cluster "default": ${message}`]);
  t.is(await pods.journal(), undefined);
  await pods.lock(say);
  await t.throwsAsync(pods.stop(INSTANT, say), { message });
  await t.throwsAsync(pods.note({}), { message: /holds no journal of these releases/ });
  await pods.start(say);
  t.like(night.journal(), { state: "stopped" });
  await first.pods.start(first.say);
  await pods.stop(INSTANT, say);
  t.deepEqual(recorded(night), { "scalar/other-scalardl-ledger": 1 });
  t.deepEqual(await pods.journal(), { instant: INSTANT, state: "stopped", notes: {} });
  await pods.start(say);
  t.is(night.replicas()["other-scalardl-ledger"], 1);
  await pods.unlock();
  await first.pods.unlock();
});

test.serial("notes are kept next to each other, and only in a journal", async (t) => {
  const night = await scene(t);
  const { pods, say } = await night.process();
  t.is(await pods.journal(), undefined);
  await pods.lock(say);
  await t.throwsAsync(pods.note({ a: "1" }), {
    message: /scalar-switch-over in cluster "default" holds no journal of these releases/,
  });
  await pods.stop(INSTANT, say);
  await pods.note({ a: "1" });
  await pods.note({ b: "2" });
  await pods.stop(INSTANT, say);
  t.deepEqual((await pods.journal())?.notes, { a: "1", b: "2" });
  await pods.unlock();
});

test.serial("notes of all databases at once are all kept, and do not conflict", async (t) => {
  const night = await scene(t);
  const { pods, say } = await night.process();
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  const notes = Array.from({ length: 30 }, (_, index) => ({ [`database-${index}`]: "settings" }));
  await Promise.all(notes.map((note) => pods.note(note)));
  t.deepEqual((await pods.journal())?.notes, Object.assign({}, ...notes));
  t.deepEqual(
    night.cluster.apiServer.requests.filter(({ status }) => status === 409),
    [],
  );
  await pods.unlock();
});

test.serial("notes of a thousand tables are kept, though a ConfigMap holds 1 MiB", async (t) => {
  const night = await scene(t);
  const { pods, say } = await night.process();
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  const tables = Array.from({ length: 1000 }, (_, index) => ({
    table: `bank.accounts-${index}`,
    tableId: randomUUID(),
    tags: Object.fromEntries(Array.from({ length: 20 }, (_, tag) => [`team-${tag}`, "payments".repeat(8)])),
  }));
  const notes = { "tables-of-ledger": JSON.stringify(tables) };
  t.true(notes["tables-of-ledger"].length > 1_048_576);
  await pods.note(notes);
  await pods.note({ more: "é" });
  t.deepEqual((await pods.journal())?.notes, { ...notes, more: "é" });
  t.deepEqual(recorded(night), { "scalar/ledger-scalardl-ledger": 3, "scalar/auditor-scalardl-audit-auditor": 2 });
  await pods.unlock();
});

test.serial("a journal that somebody has damaged is refused with the key to correct", async (t) => {
  const night = await scene(t);
  const { pods, say } = await night.process();
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  const store = night.cluster.store;
  const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "scalar", name: "scalar-switch-over" } };
  const journal = night.journal() ?? {};
  for (const [data, problem] of [
    [{ ...journal, replicas: "{" }, /: replicas is not JSON: /],
    [
      { ...journal, replicas: '{"scalar/ledger-scalardl-ledger":"3"}' },
      /: replicas\.scalar\/ledger-scalardl-ledger must be a whole number, got "3"\./,
    ],
    [{ ...journal, "notes.json.gz": "ab" }, /: notes\.json\.gz is not JSON, compressed by gzip, in base64: /],
    [{ ...journal, state: "paused" }, /: state must be one of stopped, starting, started, got paused\./],
    [{ ...journal, instant: "yesterday" }, /: instant "yesterday" /],
  ] as const) {
    store.update({ ...config, data });
    await t.throwsAsync(pods.journal(), { message: problem });
    await t.throwsAsync(pods.start(say), {
      message: /correct that key by hand; delete the ConfigMap only if no switch-over/,
    });
  }
  t.is(night.replicas()["ledger-scalardl-ledger"], 0);
  await pods.unlock();
});

test.serial("releases in another order find the journal, and the counts in it", async (t) => {
  const night = await scene(t);
  await night.cluster.installRelease({ namespace: "east", name: "copy", product: "ledger", replicas: 4 });
  const [copy, ledger] = [
    { namespace: "east", name: "copy" },
    { namespace: "scalar", name: "ledger" },
  ];
  const first = await night.process({ releases: [ledger, copy] });
  await first.pods.lock(first.say);
  await first.pods.stop(INSTANT, first.say);
  await first.pods.note({ "tables.json": "[]" });
  await first.pods.unlock();
  const { pods, say } = await night.process({ releases: [copy, ledger] });
  t.deepEqual(await pods.problems(INSTANT), []);
  t.regex((await pods.problems(LATER)).join(), /set restore\.at to .* and finish it first/);
  await pods.lock(say);
  t.deepEqual(await pods.journal(), { instant: INSTANT, state: "stopped", notes: { "tables.json": "[]" } });
  await pods.stop(INSTANT, say);
  await pods.start(say);
  await pods.unlock();
  t.like(night.replicas(), { "copy-scalardl-ledger": 4, "ledger-scalardl-ledger": 3 });
  t.is(night.cluster.store.find(CONFIG_MAPS, "east", "scalar-switch-over"), undefined);
});
