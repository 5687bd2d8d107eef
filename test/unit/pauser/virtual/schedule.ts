import fc from "fast-check";
import { UNFINISHED_KEY } from "../../../../pauser/note";
import type { KubernetesObject } from "../doubles/objects";
import { RECORD, VirtualCluster } from "./cluster";
import { type Notice, VirtualJob } from "./job";
import type { Faults, VirtualPod } from "./pod";

/** The longest delay after which Kubernetes reports a container's event. */
const KUBELET_MILLIS = 2000;
/**
 * The longest time between two polls of a pod, with the slowest allowed answer: a shorter unpause cannot be noticed.
 */
const SEEN_MILLIS = 1300;

const POD_EVENTS = [
  "restarts",
  "its sidecar restarts",
  "vanishes",
  "is unpaused and paused again",
  "appears",
  "is rolled out",
  "fails to unpause",
  "answers slowly",
  "hangs",
] as const;
const API_EVENTS = ["drops", "503", "PUT 409", "loses answers", "is slow", "lags behind", "PUT 422"] as const;
const PROCESS_EVENTS = [
  "SIGTERM",
  "SIGKILL",
  "SIGKILL",
  "SIGSTOP",
  "its clock jumps",
  "its pod is being deleted",
] as const;
const UNPAUSER_EVENTS = ["SIGKILL", "SIGSTOP"] as const;
const LEASE_EVENTS = ["is taken", "is released"] as const;
const RECORD_EVENTS = [
  "invalid windows",
  "newer windows",
  "invalid note",
  "newer note",
  "a pod of the note is damaged",
] as const;
const OTHER_EVENTS = ["another schedule runs", "Scalar's tool runs"] as const;

const at = fc.oneof({ weight: 3, arbitrary: fc.nat(16_000) }, { weight: 1, arbitrary: fc.nat(120_000) });

const event = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ at, pod: fc.nat(9), forMillis: fc.nat(6000), what: fc.constantFrom(...POD_EVENTS) }),
  },
  { weight: 4, arbitrary: fc.record({ at, forMillis: fc.nat(40_000), api: fc.constantFrom(...API_EVENTS) }) },
  { weight: 5, arbitrary: fc.record({ at, forMillis: fc.nat(400_000), process: fc.constantFrom(...PROCESS_EVENTS) }) },
  {
    weight: 1,
    arbitrary: fc.record({ at: fc.nat(9), forMillis: fc.nat(400_000), unpauser: fc.constantFrom(...UNPAUSER_EVENTS) }),
  },
  { weight: 1, arbitrary: fc.record({ at, lease: fc.constantFrom(...LEASE_EVENTS) }) },
  { weight: 1, arbitrary: fc.record({ at, record: fc.constantFrom(...RECORD_EVENTS) }) },
  { weight: 1, arbitrary: fc.record({ at, other: fc.constantFrom(...OTHER_EVENTS) }) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** A pod's faults from the start: mostly none, or no run would get far. */
const podFaults: fc.Arbitrary<Faults> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  fc.record({ drainMillis: fc.oneof(fc.nat(4000), fc.constant(45_000)) }),
  fc.constant({ refusePause: true }),
  fc.constant({ pretendToPause: true }),
  fc.record({ drainMillis: fc.nat(45_000), withoutErrorInfo: fc.boolean() }),
  fc.record({ failUnpauses: fc.nat(3), ignoreUnpauses: fc.nat(2) }),
);

/** A schedule of faults around one Job of the pauser. */
export const schedule = fc.record({
  seed: fc.nat(),
  pods: fc.array(podFaults, { minLength: 1, maxLength: 3 }),
  ledgers: fc.array(podFaults, { maxLength: 2 }),
  holdSeconds: fc.constantFrom(6, 10, 10, 30),
  alignToMinute: fc.boolean(),
  wallOffset: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -4000, max: 4000 })),
  notice: fc.constantFrom<Notice>(0, 0, 2000, 300_000),
  events: fc.array(event, { maxLength: 5 }),
});
export type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

export interface Played {
  /** How each try ended. */
  ends: string[];
  /** The pods that are still paused after all faults have ended and the unpauser has run. */
  leftPaused: string[];
  /** The recorded windows that contradict the pods' own logs. */
  falseWindows: string[];
  windows: number;
}

/** Plays a schedule in virtual time: the Job with its retries, the unpauser, and all faults. */
export async function play(plan: Schedule, { unpauser = true }: { unpauser?: boolean } = {}): Promise<Played> {
  const cluster = new VirtualCluster(plan.seed);
  const pods = cluster.install({ pods: plan.pods.length });
  if (plan.ledgers.length > 0)
    pods.push(
      ...cluster.install({ namespace: "ledgers", name: "ledger", product: "ledger", pods: plan.ledgers.length }),
    );
  [...plan.pods, ...plan.ledgers].forEach((faults, index) => {
    (pods[index] as VirtualPod).faults = { ...faults };
  });
  const settings = { holdSeconds: plan.holdSeconds, alignToMinute: plan.alignToMinute };
  const { wallOffset } = plan;
  const job = new VirtualJob(cluster, settings, {
    name: "nightly-29400000",
    wallOffset,
    notice: () => plan.notice,
    unpauser,
  });
  cluster.api.put("configmaps", { metadata: { ...OTHER_RECORD } });
  const happening = Promise.all(plan.events.map((one) => happen(cluster, job, settings, one)));
  const everything = async () => {
    await Promise.all([job.run(), happening]);
    heal(cluster);
    // If only time shows that a note's run is dead, the note holds for some minutes; then the unpauser runs.
    await cluster.time.wait(25 * 60_000);
    job.stopUnpauser();
  };
  await cluster.time.until(everything());
  const windows = [...readable(cluster, RECORD), ...readable(cluster, OTHER_RECORD)];
  return {
    ends: job.ends,
    leftPaused: cluster.pausedPods,
    falseWindows: cluster.refuted(windows),
    windows: windows.length,
  };
}

const OTHER_RECORD = { namespace: "scalar", name: "other-windows" };

function readable(cluster: VirtualCluster, record: typeof RECORD) {
  try {
    const windows: unknown = cluster.windowsOf(record);
    return Array.isArray(windows) ? cluster.windowsOf(record) : [];
  } catch {
    // An injected fault has damaged it.
    return [];
  }
}

function heal(cluster: VirtualCluster): void {
  cluster.api.fault = () => undefined;
  cluster.api.catchUp();
  cluster.api.tripMillis = 4;
  for (const pod of cluster.pods.values()) pod.faults = {};
}

async function happen(cluster: VirtualCluster, job: VirtualJob, settings: object, event: Event): Promise<void> {
  // Do not wait: there may never be an unpauser that finds a note.
  if ("unpauser" in event) return void happenToUnpauser(cluster, job, event.unpauser, event.at, event.forMillis);
  await cluster.time.wait(event.at);
  if ("lease" in event) return happenToLease(cluster, event.lease);
  if ("pod" in event) return happenToPod(cluster, event.pod, event.what, event.forMillis);
  if ("api" in event) return happenToApi(cluster, event.api, event.forMillis);
  if ("process" in event) return happenToProcess(cluster, job, event.process, event.forMillis);
  if ("record" in event) return happenToRecord(cluster, event.record);
  if (event.other === "another schedule runs") return runOtherSchedule(cluster, settings);
  const paused = [...cluster.pods.values()];
  await Promise.all(paused.map((pod) => pod.forcePause()));
  await cluster.time.wait(5000);
  for (const pod of paused) pod.forceUnpause();
}

/** Its clock is right: only the first schedule's node has a wrong clock. */
async function runOtherSchedule(cluster: VirtualCluster, settings: object): Promise<void> {
  const name = `other-${cluster.api.requests.length}`;
  cluster.putPauserPod(name, "Running");
  const env = { PAUSER_POD_NAME: name, PAUSER_POD_NAMESPACE: RECORD.namespace };
  await cluster.run({ ...settings, record: OTHER_RECORD }, { env });
  cluster.putPauserPod(name, "Succeeded");
}

async function happenToApi(
  cluster: VirtualCluster,
  what: (typeof API_EVENTS)[number],
  forMillis: number,
): Promise<void> {
  const { api } = cluster;
  if (what === "drops") api.fault = () => "drop";
  else if (what === "503") api.fault = () => 503;
  else if (what === "PUT 409") api.fault = (method) => (method === "PUT" ? 409 : undefined);
  else if (what === "loses answers") api.fault = () => "drop-answer";
  else if (what === "PUT 422") api.fault = (method) => (method === "PUT" ? 422 : undefined);
  else if (what === "is slow") api.tripMillis = 1900;
  else api.lagBehind();
  await cluster.time.wait(forMillis);
  api.fault = () => undefined;
  api.tripMillis = 4;
  api.catchUp();
}

async function happenToProcess(
  cluster: VirtualCluster,
  job: VirtualJob,
  what: (typeof PROCESS_EVENTS)[number],
  forMillis: number,
): Promise<void> {
  const process = job.current;
  if (process === undefined) return;
  if (what === "SIGTERM") process.signal("SIGTERM");
  else if (what === "SIGKILL") process.kill();
  else if (what === "its pod is being deleted") job.deletePod();
  else if (what === "its clock jumps") process.wallOffset += forMillis / 100 - 2000;
  else {
    process.freeze();
    await cluster.time.wait(forMillis < 200_000 ? forMillis / 50 : forMillis);
    process.thaw();
  }
}

/** A few requests after its start. */
async function happenToUnpauser(
  cluster: VirtualCluster,
  job: VirtualJob,
  what: (typeof UNPAUSER_EVENTS)[number],
  afterRequests: number,
  forMillis: number,
): Promise<void> {
  const unpauser = await job.atWork;
  for (let requests = 0; requests < afterRequests; requests++) await cluster.time.wait(3);
  if (what === "SIGKILL") return unpauser.kill();
  unpauser.freeze();
  await cluster.time.wait(forMillis);
  unpauser.thaw();
}

function happenToLease({ api }: VirtualCluster, what: (typeof LEASE_EVENTS)[number]): void {
  const lease = api.get("leases", "scalar", "scalar-backup-scalardb");
  api.put("leases", { ...lease, spec: { ...lease.spec, holderIdentity: what === "is taken" ? "somebody" : "" } });
}

function happenToRecord(cluster: VirtualCluster, what: (typeof RECORD_EVENTS)[number]): void {
  if (what === "invalid windows") cluster.tamper({ "windows.json": "rubbish" });
  else if (what === "newer windows") cluster.tamper({ "windows.json": '{"schemaVersion":9,"windows":{}}' });
  else {
    const note = cluster.recorded(UNFINISHED_KEY);
    if (note !== undefined) cluster.tamper({ [UNFINISHED_KEY]: damaged(note, what) });
  }
}

function damaged(text: string, how: (typeof RECORD_EVENTS)[number]): string {
  const note = parse(text);
  if (how === "invalid note" || note === undefined) return "rubbish";
  if (how === "newer note") return JSON.stringify({ ...note, schemaVersion: 9 });
  const pods = note.pods.map((pod: object, index: number) => (index === 0 ? { ...pod, port: "admin" } : pod));
  return JSON.stringify({ ...note, pods });
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A pod that a schedule added belongs to the same Deployment as the pod after which it is named. */
const deploymentOf = (key: string) => key.replace(/(-new)+$/, "");

/** A Deployment's controller counts its pods in the status, so each added or deleted pod changes the Deployment. */
const countPods = (change: number) => (deployment: KubernetesObject) => {
  deployment.status.replicas += change;
};

async function happenToPod(
  cluster: VirtualCluster,
  index: number,
  what: (typeof POD_EVENTS)[number],
  forMillis: number,
): Promise<void> {
  const names = [...cluster.pods.keys()];
  const key = names[index % names.length] as string;
  const [namespace, name] = key.split("/") as [string, string];
  const pod = cluster.pods.get(key) as VirtualPod;
  // An earlier event deleted the pod: nothing more can happen to it.
  if (!cluster.api.has("pods", namespace, name)) return;
  const countRestart = (container: number) =>
    cluster.changePod(key, (object) => {
      object.status.containerStatuses[container].restartCount += 1;
    });
  if (what === "restarts") {
    pod.die();
    await cluster.time.wait(forMillis);
    if (cluster.api.has("pods", namespace, name)) pod.start();
    await cluster.time.wait(Math.min(forMillis, KUBELET_MILLIS));
    countRestart(0);
  } else if (what === "its sidecar restarts") countRestart(1);
  else if (what === "vanishes") {
    cluster.removePod(key);
    cluster.changeDeployment(deploymentOf(key), countPods(-1));
  } else if (what === "is unpaused and paused again") {
    pod.forceUnpause();
    await cluster.time.wait(SEEN_MILLIS + forMillis);
    await pod.forcePause();
    await cluster.time.wait(forMillis);
    pod.forceUnpause();
  } else if (what === "appears") {
    cluster.addPod(namespace, `${name}-new`, cluster.api.get("pods", namespace, name).metadata.labels ?? {});
    cluster.changeDeployment(deploymentOf(key), countPods(1));
  } else if (what === "is rolled out")
    cluster.changeDeployment(deploymentOf(key), (deployment) => {
      deployment.metadata.generation = (deployment.metadata.generation ?? 0) + 1;
    });
  else if (what === "hangs") pod.hang(forMillis * 10);
  else if (what === "fails to unpause") pod.faults = { ...pod.faults, failUnpauses: 2 };
  else {
    const { tripMillis: _, ...usual } = pod.faults;
    pod.faults = { ...usual, tripMillis: 1800 };
    await cluster.time.wait(forMillis);
    pod.faults = { ...usual };
  }
}
