import { type ServiceError, status } from "@grpc/grpc-js";
import test, { type ExecutionContext } from "ava";
import { BinaryReader } from "google-protobuf";
import { kindOf } from "../../../../../simulator/cloud/kubernetes/kinds";
import type { SimulatedPod } from "../../../../../simulator/cloud/kubernetes/pod";
import { AdminClient } from "./admin-client";
import { startCluster } from "./cluster";

const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });
const SERVICES = kindOf({ apiVersion: "v1", kind: "Service" });
const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });

const scalar = { namespace: "scalar", name: "db", product: "scalardb-cluster", replicas: 2 } as const;

function clientOf(t: ExecutionContext, pod: SimulatedPod): AdminClient {
  const client = new AdminClient(pod);
  t.teardown(() => client.close());
  return client;
}

/** How a call was refused, with the reason in its `google.rpc.ErrorInfo`. */
async function refusalOf(t: ExecutionContext, call: Promise<unknown>) {
  const { code, details, metadata } = (await t.throwsAsync(call)) as ServiceError;
  const [rpcStatus] = metadata.get("grpc-status-details-bin") as Buffer[];
  const info = rpcStatus && bytesOf(bytesOf(rpcStatus, 3), 2);
  return { code, details, reason: info && Buffer.from(bytesOf(info, 1)).toString() };
}

/** A field that holds a text, bytes or a message. */
function bytesOf(message: Uint8Array, field: number): Uint8Array {
  const reader = new BinaryReader(message);
  while (reader.nextField()) {
    if (reader.getFieldNumber() === field) return reader.readBytes() as Uint8Array;
    reader.skipField();
  }
  throw new Error(`no field ${field}`);
}

test("a release is what Scalar's charts install", async (t) => {
  const cluster = await startCluster(t);
  await cluster.installRelease({ ...scalar, envoy: 1 });
  await cluster.installRelease({ namespace: "scalar", name: "ledger", product: "ledger", replicas: 1 });

  const ofDb = { labelSelector: "app.kubernetes.io/instance=db" };
  const pods = cluster.store.list(PODS, "scalar", ofDb);
  t.deepEqual(
    pods.map(({ metadata }) => metadata.labels?.["app.kubernetes.io/app"]),
    ["envoy", "scalardb-cluster", "scalardb-cluster"],
  );
  t.like(pods[1], {
    status: { phase: "Running", podIP: "127.0.0.1", containerStatuses: [{ ready: true, restartCount: 0 }] },
  });
  t.deepEqual(cluster.store.get(SERVICES, "scalar", "db-scalardb-cluster-headless").spec?.ports, [
    { name: "scalardb-cluster", port: 60053, targetPort: "admin", protocol: "TCP" },
  ]);
  t.like(cluster.store.get(DEPLOYMENTS, "scalar", "db-scalardb-cluster-node"), {
    spec: { replicas: 2 },
    status: { replicas: 2, updatedReplicas: 2, observedGeneration: 1 },
  });
  const ports = cluster.store.get(SERVICES, "scalar", "ledger-scalardl-headless").spec?.ports as { name: string }[];
  t.is(ports.at(-1)?.name, "scalardl-admin");
});

test("a numeric targetPort leads to every pod", async (t) => {
  if (process.platform !== "linux") return t.pass("pods can have addresses of their own on Linux only");
  const cluster = await startCluster(t);
  await cluster.installRelease({ ...scalar, targetPort: "numeric" });
  const service = cluster.store.get(SERVICES, "scalar", "db-scalardb-cluster-headless") as unknown as {
    spec: { ports: [{ targetPort: number }] };
  };
  const [port] = service.spec.ports;
  for (const pod of cluster.pods()) {
    t.is(pod.port, port.targetPort);
    t.false(await clientOf(t, pod).paused());
  }
  t.is(new Set(cluster.pods().map((pod) => pod.address)).size, 2);
});

test("a pod is paused and unpaused over gRPC, and remembers when", async (t) => {
  const cluster = await startCluster(t);
  await cluster.installRelease({ ...scalar, replicas: 1 });
  const [pod] = cluster.pods() as [SimulatedPod];
  const client = clientOf(t, pod);
  t.false(await client.paused());
  await client.pause(1000);
  t.true(await client.paused());
  const from = cluster.clock.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const to = cluster.clock.now();
  // Not in the same millisecond: at its end, the pod would not have been paused.
  await new Promise((resolve) => setTimeout(resolve, 5));
  await client.unpause();
  t.false(await client.paused());
  t.true(pod.pausedThroughout(from, to));
  t.false(pod.pausedThroughout(from - 1000, to));
  await new Promise((resolve) => setTimeout(resolve, 5));
  t.false(pod.pausedThroughout(from, cluster.clock.now()));
});

/** A pod with a request inside that ends on demand. */
async function podWithRequest(t: ExecutionContext) {
  const cluster = await startCluster(t);
  let finish = () => {};
  await cluster.installRelease({
    ...scalar,
    replicas: 1,
    application: ({ gate }) => {
      void gate.run(() => new Promise<void>((resolve) => (finish = resolve))).catch(() => {});
      return [];
    },
  });
  const [pod] = cluster.pods() as [SimulatedPod];
  return { pod, client: clientOf(t, pod), finish: () => finish() };
}

test("a pod that can't drain in time stays open and says why", async (t) => {
  const { pod, client, finish } = await podWithRequest(t);
  t.deepEqual(await refusalOf(t, client.pause(20)), {
    code: status.FAILED_PRECONDITION,
    details: "Pause did not complete: outstanding requests were not drained within 20 ms; the gate has been reopened",
    reason: "TIMED_OUT",
  });
  t.false(pod.paused);
  const paused = client.pause(10_000);
  finish();
  await paused;
  t.true(pod.paused);
});

test("a Pause that failed carries its outcome: one code has two outcomes, and after one of them no unpause is allowed", async (t) => {
  const { pod, client } = await podWithRequest(t);
  const other = clientOf(t, pod);
  const paused = refusalOf(t, client.pause(60_000));
  while (!(await other.paused())) await new Promise(setImmediate);
  t.like(await refusalOf(t, other.pause(20)), { code: status.ABORTED, reason: "PAUSE_IN_PROGRESS" });
  await other.unpause();
  t.like(await paused, { code: status.ABORTED, reason: "GATE_OPEN" });

  await other.pauseAtOnce();
  t.like(await refusalOf(t, client.pause(20)), { code: status.FAILED_PRECONDITION, reason: "TIMED_OUT_STILL_PAUSED" });
  t.true(pod.paused);
  t.deepEqual(
    pod.history.map(({ event }) => event),
    ["started"],
    "it was closed, but a request was inside all the time",
  );
});

test("a Pause that has no time to wait is not a valid one", async (t) => {
  const { pod, client } = await podWithRequest(t);
  t.like(await refusalOf(t, client.pause(0)), { code: status.INVALID_ARGUMENT, reason: undefined });
  t.false(pod.paused);
});

test("problems: a call is refused, a container restarts, a pod dies, all are rolled out", async (t) => {
  const cluster = await startCluster(t);
  const release = await cluster.installRelease(scalar);
  const [first, second] = cluster.pods() as [SimulatedPod, SimulatedPod];

  first.beforeAdminCall = (method) => {
    if (method === "Pause") throw Object.assign(new Error("out of order"), { code: status.UNAVAILABLE });
  };
  await t.throwsAsync(clientOf(t, first).pause(), { message: /out of order/ });
  await clientOf(t, second).pause();

  await release.restartPod(second.name);
  t.false(second.paused, "a restarted container knows nothing of having been paused");
  t.like(cluster.store.get(PODS, "scalar", second.name), { status: { containerStatuses: [{ restartCount: 1 }] } });
  t.false(await clientOf(t, second).paused(), "and serves on the port that it had");

  await release.killPod(first.name);
  const after = cluster.pods().map(({ name }) => name);
  t.is(after.length, 2);
  t.false(after.includes(first.name));
  t.true(after.includes(second.name));

  const version = cluster.store.get(DEPLOYMENTS, "scalar", "db-scalardb-cluster-node").metadata.resourceVersion;
  await release.rollOut();
  t.deepEqual(
    cluster.pods().filter(({ name }) => after.includes(name)),
    [],
  );
  t.is(cluster.store.list(PODS, "scalar").length, 2);
  t.not(cluster.store.get(DEPLOYMENTS, "scalar", "db-scalardb-cluster-node").metadata.resourceVersion, version);
});

test("the Deployment's wish for more or fewer pods is followed", async (t) => {
  const cluster = await startCluster(t);
  const release = await cluster.installRelease(scalar);
  for (const replicas of [0, 3]) {
    cluster.store.mergePatch(DEPLOYMENTS, "scalar", "db-scalardb-cluster-node", { spec: { replicas } });
    await release.reconcile();
    t.is(cluster.pods().length, replicas);
    t.like(cluster.store.get(DEPLOYMENTS, "scalar", "db-scalardb-cluster-node"), { status: { replicas } });
  }
});

// As `helm template` writes them (test/fidelity/helm-charts.test.ts): scalardb-cluster 1.11.0, scalardl 4.12.0, scalardl-audit 2.12.0.
test("a release's objects have the names of Scalar's charts", async (t) => {
  const cluster = await startCluster(t);
  const installed = async (name: string, product: "scalardb-cluster" | "ledger" | "auditor") => {
    await cluster.installRelease({ namespace: name, name, product, replicas: 0, envoy: 0, properties: "" });
    const of = (kind: ReturnType<typeof kindOf>) => cluster.store.list(kind, name).map(({ metadata }) => metadata.name);
    return [of(DEPLOYMENTS), of(SERVICES), of(kindOf({ apiVersion: "v1", kind: "ConfigMap" }))].map(([only]) => only);
  };
  t.deepEqual(await installed("db", "scalardb-cluster"), [
    "db-scalardb-cluster-node",
    "db-scalardb-cluster-headless",
    "db-scalardb-cluster-node-properties",
  ]);
  t.deepEqual(await installed("my-scalardb-cluster", "scalardb-cluster"), [
    "my-scalardb-cluster-node",
    "my-scalardb-cluster-headless",
    "my-scalardb-cluster-node-properties",
  ]);
  t.deepEqual(await installed("ledger", "ledger"), [
    "ledger-scalardl-ledger",
    "ledger-scalardl-headless",
    "ledger-scalardl-ledger-properties",
  ]);
  t.deepEqual(await installed("auditor", "auditor"), [
    "auditor-scalardl-audit-auditor",
    "auditor-scalardl-audit-headless",
    "auditor-scalardl-audit-auditor-properties",
  ]);
});
