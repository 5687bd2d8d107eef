import { leaseName } from "../../../pauser/lease-name";
import { UNFINISHED_KEY } from "../../../pauser/note";
import { run } from "../../../pauser/run";
import type { Environment } from "../../../pauser/settings";
import { unpauser } from "../../../pauser/unpauser";
import { WINDOWS_KEY } from "../../../restore-points/window";
import { PORT, RECORD, VirtualCluster } from "../../unit/pauser/virtual/cluster";
import type { GateChange } from "../../unit/pauser/virtual/gate";
import type { VirtualPod } from "../../unit/pauser/virtual/pod";
import { VirtualTime } from "../../unit/pauser/virtual/time";
import type { Actor, Closure, Look } from "./actor";
import { backupMaker, backupSettings, newDynamodb } from "./dynamodb";
import { LeaseWitness } from "./lease-witness";
import type { PauserPlan, Schedule } from "./schedule";

const NAMES = ["scalardb", "ledger"] as const;
const PRODUCTS = ["scalardb-cluster", "ledger"] as const;
const OTHER_RECORD = { namespace: "scalar", name: "other-windows" };

/** One simulated world in virtual time: clusters, pods, the pauser's processes, and the facts by which they are judged. */
export class World {
  readonly time = new VirtualTime();
  readonly startedAt = this.time.now;
  readonly clusters: VirtualCluster[];
  readonly actors: Actor[] = [];
  readonly closures: Closure[] = [];
  /** What pods have answered, in worlds where other callers may have closed them. */
  readonly looks = new Map<VirtualPod, Look[]>();
  readonly violations: string[] = [];
  readonly timeline: string[] = [];
  /** When each process has lost the note of its record. */
  readonly noteLostAt = new Map<string, number>();
  /** The pod of the pauser whose note is in the record, by the record's key. */
  private readonly noteOwners = new Map<string, string>();
  private readonly open = new Map<VirtualPod, Closure>();
  private readonly byName = new Map<string, Actor>();
  /** The clock of the pauser's node: its difference from the true one, and its drift. */
  nodeClock: { offset: number; driftPpm: number };
  private readonly watched = new WeakSet<VirtualPod>();
  /** Called with each call of each process. */
  called: (actor: Actor, side: "before" | "after") => void = () => {};

  constructor(
    readonly plan: Schedule,
    private readonly traced: boolean,
  ) {
    newDynamodb();
    this.nodeClock = { offset: plan.wallOffset, driftPpm: plan.driftPpm };
    this.clusters = Array.from({ length: plan.clusters }, (_, index) => this.newCluster(plan.seed + index));
  }

  /** Adds a line to the time line. */
  say(text: string): void {
    if (this.traced)
      this.timeline.push(`${((this.time.now - this.startedAt) / 1000).toFixed(3).padStart(9)} s  ${text}`);
  }

  /** A promise is broken. */
  violate(text: string): void {
    this.violations.push(text);
    this.say(`VIOLATION ${text}`);
  }

  recordOf(pauser: number): typeof RECORD {
    return pauser === 0 ? RECORD : OTHER_RECORD;
  }

  actor(name: string): Actor | undefined {
    return this.byName.get(name);
  }

  /** Pods of all clusters with their keys. */
  pods(): [string, VirtualPod, VirtualCluster][] {
    return this.clusters.flatMap((cluster) =>
      [...cluster.pods].map(([key, pod]) => [key, pod, cluster] as [string, VirtualPod, VirtualCluster]),
    );
  }

  /** Has the world follow a pod's gate; to be called for pods that are added later, too. */
  follow(key: string, pod: VirtualPod): void {
    if (this.watched.has(pod)) return;
    this.watched.add(pod);
    pod.changed = (change) => this.gateChanged(key, pod, change);
  }

  settings(plan: PauserPlan, pauser: number): object {
    const { clusters } = this.plan;
    return {
      record: this.recordOf(pauser),
      holdSeconds: plan.holdSeconds,
      minWindowSeconds: plan.minWindowSeconds,
      alignToMinute: plan.alignToMinute && clusters === 1,
      releases: plan.releases.map((release) => this.clusters[0]?.releases[release]),
      ...(clusters > 1 && { rendezvousSeconds: 20, maxDrainSeconds: 4 }),
      ...(plan.backups && { windowBackups: backupSettings }),
    };
  }

  /** Starts a process of the pauser. The promise settles when it ends by itself. */
  start(
    of: Pick<Actor, "name" | "task" | "pauser" | "cluster" | "job" | "attempt">,
    plan: PauserPlan,
  ): { actor: Actor; ended: Promise<void> } {
    const cluster = this.clusters[of.cluster] as VirtualCluster;
    const process = cluster.newProcess();
    process.name = of.name;
    process.wallOffset = of.pauser === 0 ? this.nodeClock.offset : 0;
    process.driftPpm = this.nodeClock.driftPpm;
    const actor: Actor = {
      ...of,
      record: this.recordOf(of.pauser),
      process,
      calls: 0,
      startedAt: this.time.now,
      reasons: [],
      disturbed: false,
      noted: false,
      paused: new Set(),
      foundPaused: new Set(),
      atEnd: { closed: [], recorded: false, recordedBySelf: false },
      recovers: cluster.recorded(UNFINISHED_KEY, this.recordOf(of.pauser)) !== undefined,
    };
    this.actors.push(actor);
    this.byName.set(of.name, actor);
    process.calling = (side, method, target) => this.calls(actor, cluster, side, method, target);
    void process.killed.then(() => {
      actor.killedAt ??= this.time.now;
    });
    this.say(`${of.name} starts`);
    const env = {
      PAUSER_POD_NAME: of.name,
      PAUSER_POD_NAMESPACE: RECORD.namespace,
      ...(of.job !== undefined && { PAUSER_JOB_NAME: of.job }),
    };
    return { actor, ended: this.runs(actor, cluster.environment(this.settings(plan, of.pauser), env), plan) };
  }

  private async runs(actor: Actor, environment: Environment, plan: PauserPlan): Promise<void> {
    const { process } = actor;
    const report = {
      log: (text: string) => this.say(`${actor.name}: ${text}`),
      result: () => {},
    };
    const { ports } = process;
    const outcome =
      actor.task === "unpause"
        ? await unpauser(environment, process.stop.signal, report, ports)
        : await run(environment, process.stop.signal, report, backupMaker(plan.backups, process), ports);
    // A dead process answers nothing: what it would have said is lost.
    if (process.dead) return;
    actor.end = outcome.end;
    actor.endedAt = this.time.now;
    actor.reasons = outcome.reasons;
    actor.atEnd = this.stateAtEnd(actor);
    this.say(`${actor.name} ends: ${outcome.end}${outcome.reasons.map((reason) => `; ${reason}`).join("")}`);
  }

  private stateAtEnd({ name, job, cluster, record }: Actor): Actor["atEnd"] {
    const closed = [...this.open.values()].filter(({ by }) => by === name).map(({ pod }) => pod);
    const text = this.clusters[cluster]?.recorded(WINDOWS_KEY, record) ?? "";
    return {
      closed,
      recorded: text.includes(`"job":"${job}"`),
      recordedBySelf: text.includes(`"pod":"${name}"`),
    };
  }

  private newCluster(seed: number): VirtualCluster {
    const { plan } = this;
    const cluster = new VirtualCluster(seed, this.time);
    plan.releases.forEach((pods, index) => {
      const name = NAMES[index] ?? "release";
      const installed = cluster.install({ name, product: PRODUCTS[index] ?? "ledger", pods: pods.length });
      pods.forEach((faults, at) => {
        (installed[at] as VirtualPod).faults = { ...faults };
      });
    });
    for (const [key, pod] of cluster.pods) this.follow(key, pod);
    cluster.api.skewMillis = plan.apiSkew;
    if (plan.pausers.length > 1) cluster.api.put("configmaps", { metadata: { ...OTHER_RECORD } });
    const leases = new LeaseWitness(this, cluster);
    cluster.api.served = (method, path, by) => {
      if (method !== "PUT") return;
      if (path.includes("/configmaps/")) this.noteChanged(cluster, path);
      else if (path.includes("/leases/")) leases.written(path, by);
    };
    return cluster;
  }

  private calls(actor: Actor, cluster: VirtualCluster, side: "before" | "after", method: string, target: string): void {
    if (side === "before") actor.calls += 1;
    if (method === "Pause" && side === "before") this.pausing(actor, target);
    else if (method === "Unpause" && actor.pausedAt !== undefined) actor.unpausesAt ??= this.time.now;
    else if (side === "after" && (method === "Pause" || (method === "CheckPaused" && this.countsAnswersOf(actor))))
      this.answered(actor, cluster.podAt(target, PORT), method);
    if (this.traced && method !== "CheckPaused" && side === "before") this.say(`${actor.name}  ${method} ${target}`);
    this.called(actor, side);
  }

  /** Whether it matters what pods answer. */
  private countsAnswersOf({ paused }: Actor): boolean {
    return paused.size === 0 || this.plan.events.some((event) => "pod" in event || "tool" in event);
  }

  private answered(actor: Actor, pod: VirtualPod | undefined, method: "Pause" | "CheckPaused"): void {
    if (pod === undefined) return;
    if (method === "Pause") actor.pausedAt = this.time.now;
    else if (actor.paused.size === 0) {
      if (pod.closed) actor.foundPaused.add(pod.address);
      else actor.foundPaused.delete(pod.address);
    }
    const looks = this.looks.get(pod) ?? [];
    looks.push({ by: actor.name, at: this.time.now, method, closed: pod.closed });
    this.looks.set(pod, looks);
  }

  private pausing(actor: Actor, address: string): void {
    const again = actor.paused.has(address);
    actor.paused.add(address);
    if (actor.foundPaused.has(address))
      this.violate(`${actor.name} pauses ${address}, which has answered that another caller has paused it`);
    const key = `${actor.cluster}/${actor.record.name}`;
    const lost = this.noteLostAt.get(actor.name);
    const owns = this.noteOwners.get(key) === actor.name;
    // A note that was lost a moment ago cannot be known to be lost. Nor is a Pause that another caller delays given up for a note that
    // somebody damages in the meantime.
    if (!owns && !(again && this.tampered) && (lost === undefined || this.time.now - lost > 3000))
      this.violate(`${actor.name} pauses ${address} without a note in the record`);
    const predecessor = this.closures.find(
      ({ by, openedBy }) => openedBy === actor.name && by !== actor.name && this.byName.get(by)?.job === actor.job,
    );
    if (predecessor && actor.job !== undefined && !this.tampered)
      this.violate(
        `${actor.name} pauses pods after it has unpaused those of ${predecessor.by}, a killed try of its Job`,
      );
  }

  /** Whether somebody has changed the record: what its notes and windows say is then not known. */
  get tampered(): boolean {
    return this.plan.events.some((event) => "record" in event);
  }

  private noteChanged(cluster: VirtualCluster, path: string): void {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const key = `${this.clusters.indexOf(cluster)}/${name}`;
    const owner = ownerOf(cluster.recorded(UNFINISHED_KEY, { namespace: RECORD.namespace, name }));
    const before = this.noteOwners.get(key);
    if (before === owner) return;
    const [lost, writer] = [this.byName.get(before ?? ""), this.byName.get(owner ?? "")];
    if (before !== undefined) this.noteLostAt.set(before, this.time.now);
    if (lost && owner === undefined) lost.noted = false;
    if (writer) writer.noted = true;
    if (owner === undefined) this.noteOwners.delete(key);
    else this.noteOwners.set(key, owner);
    this.say(`the note of ${name} is ${owner === undefined ? "gone" : `${owner}'s`}`);
  }

  private gateChanged(key: string, pod: VirtualPod, { what, by, closedBy }: GateChange): void {
    this.say(
      `pod ${key} ${what} by ${by}${closedBy === undefined || closedBy === by ? "" : ` (was closed by ${closedBy})`}`,
    );
    const isOthers = closedBy !== by && this.byName.get(closedBy ?? "") === undefined && this.byName.has(by);
    if (what === "opened" && isOthers && pod.answeredPaused.has(by))
      this.violate(`${by} has ended the pause of ${key} by ${closedBy}, which the pod has answered`);
    const closed = this.open.get(pod);
    if (closed) {
      closed.to = this.time.now;
      if (what === "opened") closed.openedBy = by;
      this.open.delete(pod);
    }
    if (what !== "closed") return;
    const closure = { pod: key, server: pod, by, from: this.time.now };
    this.open.set(pod, closure);
    this.closures.push(closure);
  }
}

function ownerOf(note: string | undefined): string | undefined {
  if (note === undefined) return undefined;
  try {
    const { pod } = JSON.parse(note) as { pod?: { name?: string } };
    return pod?.name ?? "an unknown run";
  } catch {
    return "an unknown run";
  }
}

/** The Lease of the first release. */
export const FIRST_LEASE = leaseName(NAMES[0]);
