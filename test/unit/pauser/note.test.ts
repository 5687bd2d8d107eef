import test from "ava";
import { LONGEST_RUN_MILLIS, type NotedPod, notePods, readNote } from "../../../pauser/note";

const NOW = Date.UTC(2026, 10, 22, 3);
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
const POD: NotedPod = {
  namespace: "scalar",
  release: "ledger",
  name: "ledger-0",
  uid: "b4c0",
  address: "10.0.0.7",
  port: 60_051,
  restarts: 2,
};
const NOTE = { schemaVersion: 1, run: "r", job: "pause-1", startedAt: at(-10), endsBy: at(600), pods: [POD] };
const read = (change: object) => readNote(JSON.stringify({ ...NOTE, ...change }), NOW);

test("a note is read as it was written", (t) => {
  const text = JSON.stringify({ ...NOTE, pod: { namespace: "scalar", name: "pause-1-x" }, pods: notePods([POD]) });
  t.deepEqual(readNote(text, NOW), {
    text,
    pods: [POD],
    problems: [],
    job: "pause-1",
    pod: { namespace: "scalar", name: "pause-1-x" },
    startedAt: at(-10),
    endsBy: NOW + 600_000,
  });
  t.deepEqual(Object.keys(notePods([{ ...POD, ready: true } as NotedPod])[0] ?? {}), Object.keys(POD));
});

test("a text that is no note has no pods, and says so once", (t) => {
  for (const text of ["{", "[]", "7", "null"]) {
    const { pods, problems, endsBy } = readNote(text, NOW);
    t.deepEqual([pods, endsBy], [[], 0]);
    t.deepEqual(
      problems.filter((each) => !/are not the instants of a run/.test(each)),
      ["it is not a JSON object"],
    );
  }
  t.deepEqual(read({ schemaVersion: 2 }).problems, ["schemaVersion 2 is unknown, expected 1"]);
  t.deepEqual(read({ pods: {} }), {
    ...read({ pods: undefined }),
    text: read({ pods: {} }).text,
    problems: ["pods is not a list"],
  });
  t.deepEqual(read({ pods: undefined }).problems, []);
  t.is(read({ job: 7 }).job, undefined);
});

test("a run starts in the past, but for the clocks' difference, and takes no longer than the longest run", (t) => {
  const endsBy = (startedAt: unknown, ends: unknown) => read({ startedAt, endsBy: ends }).endsBy;
  t.is(endsBy(at(300), at(301)), NOW + 301_000);
  t.is(endsBy(at(300.001), at(301)), 0);
  t.is(endsBy(at(0), at(0)), NOW);
  t.is(endsBy(at(0), at(-0.001)), 0);
  const longest = new Date(NOW - 1000 + LONGEST_RUN_MILLIS);
  t.is(endsBy(at(-1), longest.toISOString()), longest.getTime());
  t.is(endsBy(at(-1), new Date(longest.getTime() + 1).toISOString()), 0);
  for (const wrong of ["today", undefined, null]) t.is(endsBy(wrong, at(1)), 0);
  t.deepEqual(read({ startedAt: "today" }).problems, [
    `startedAt "today" and endsBy "${at(600)}" are not the instants of a run: a run starts in the past and takes up to ${LONGEST_RUN_MILLIS / 3_600_000} h`,
  ]);
  t.is(read({ startedAt: "today" }).startedAt, undefined);
});

const WRONG: [change: object, problem: string][] = [
  [{ namespace: "Scalar" }, 'namespace "Scalar" is not a Kubernetes name'],
  [{ namespace: "../secrets" }, 'namespace "../secrets" is not a Kubernetes name'],
  [{ release: "" }, 'release "" is not a Kubernetes name'],
  [{ name: "a".repeat(254) }, `name "${"a".repeat(254)}" is not a Kubernetes name`],
  [{ name: "-a" }, 'name "-a" is not a Kubernetes name'],
  [{ name: 7 }, "name 7 is not a Kubernetes name"],
  [{ uid: 7 }, "uid 7 is not a text"],
  [{ address: "example.com" }, 'address "example.com" is not an IP address'],
  [{ address: 7 }, "address 7 is not an IP address"],
  [{ address: ["10.0.0.7"] }, 'address ["10.0.0.7"] is not an IP address'],
  [{ port: 0 }, "port 0 is not a port from 1 to 65535"],
  [{ port: 65_536 }, "port 65536 is not a port from 1 to 65535"],
  [{ port: 80.5 }, "port 80.5 is not a port from 1 to 65535"],
  [{ port: "80" }, 'port "80" is not a port from 1 to 65535'],
];
for (const [change, problem] of WRONG)
  test(`a pod that cannot be one is left out, and the others are read: ${problem.slice(0, 40)}`, (t) => {
    const { pods, problems } = read({ pods: [POD, { ...POD, ...change }, POD] });
    t.deepEqual(pods, [POD, POD]);
    t.deepEqual(problems, [`pods[1].${problem}`]);
  });

test("names, ports and addresses are accepted up to their limits", (t) => {
  const fine = [
    { name: "a".repeat(253) },
    { name: "a" },
    { name: "a.b-0" },
    { port: 1 },
    { port: 65_535 },
    { address: "fd00::7" },
  ];
  for (const change of fine) t.deepEqual(read({ pods: [{ ...POD, ...change }] }).pods, [{ ...POD, ...change }]);
  t.is(read({ pods: [{ ...POD, restarts: "2" }] }).pods[0]?.restarts, 0, "in notes of earlier versions");
  t.deepEqual(read({ pods: [null] }).problems, ["pods[0].namespace undefined is not a Kubernetes name"]);
  t.deepEqual(read({ pods: [7] }).problems, ["pods[0].namespace undefined is not a Kubernetes name"]);
});

test("the pauser's own pod is named by its namespace and name", (t) => {
  for (const pod of [
    7,
    null,
    {},
    { namespace: "scalar" },
    { namespace: "scalar", name: "A" },
    { namespace: "S", name: "a" },
  ]) {
    const found = read({ pod });
    t.is(found.pod, undefined);
    t.deepEqual(found.problems, [`pod ${JSON.stringify(pod)} is not a pod's namespace and name`]);
  }
});
