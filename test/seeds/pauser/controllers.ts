import { EXIT_CODES } from "../../../pauser/outcome";
import { RECORD, type VirtualCluster } from "../../unit/pauser/virtual/cluster";
import type { Actor } from "./actor";
import type { PauserPlan } from "./schedule";
import type { World } from "./world";

/** What Kubernetes does with the CronJobs of `components/pause/cron-job.ts`. */

const RETRIES = 3;
/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy */
const FIRST_BACKOFF_MILLIS = 10_000;
/** `terminationGracePeriodSeconds` of the pods. */
const GRACE_MILLIS = 150_000;
const UNPAUSER_EVERY_MILLIS = 300_000;
/** Longer than a run may take with the schedules' settings: `longestRunSeconds` is up to 20 minutes. */
const RUN_MILLIS = 1_200_000;
const ACTIVE_DEADLINE_MILLIS = (RETRIES + 1) * (60_000 + RUN_MILLIS) + 70_000;
/** After how long a node's pods are evicted (`node.kubernetes.io/unreachable`, 300 s). */
export const EVICTION_MILLIS = 300_000;

/** A Job of a pauser: its tries, one after the other. */
export class Job {
  current: Actor | undefined;
  deleted = false;
  /** How each try ended, as Kubernetes sees it. */
  readonly ends: string[] = [];
  private replace: () => void = () => {};

  constructor(
    private readonly world: World,
    readonly pauser: number,
    private readonly plan: PauserPlan,
    private readonly clusterIndex: number,
    readonly name: string,
  ) {}

  async run(): Promise<void> {
    const { time } = this.world;
    const takeBack = time.after(ACTIVE_DEADLINE_MILLIS, () => this.remove("its deadline has passed"));
    for (let attempt = 0; attempt <= RETRIES && !this.deleted; attempt++) {
      const end = await this.attempt(attempt);
      this.ends.push(end);
      const isDone = end === "recorded" || (end === "backupsFailed" && this.plan.backups !== undefined);
      if (isDone) break;
      if (attempt < RETRIES) await time.wait(FIRST_BACKOFF_MILLIS * 2 ** attempt);
    }
    takeBack();
  }

  /** `kubectl delete job`, or its active deadline: the pod is terminated, and no other try follows. */
  remove(why: string): void {
    if (this.deleted) return;
    this.deleted = true;
    this.world.say(`Job ${this.name} is removed: ${why}`);
    if (this.current) terminate(this.world, this.current, this.cluster);
  }

  /** The node controller evicts the pod of a lost node: the Job starts another try, although the process may go on. */
  evict(): void {
    if (this.current === undefined) return;
    markDeleted(this.cluster, this.current.name);
    this.replace();
  }

  private get cluster(): VirtualCluster {
    return this.world.clusters[this.clusterIndex] as VirtualCluster;
  }

  private async attempt(attempt: number): Promise<string> {
    const { world, cluster } = this;
    const name = `${this.name}-${attempt}`;
    const replaced = new Promise<"lost">((resolve) => {
      this.replace = () => resolve("lost");
    });
    startPod(world, cluster, name);
    const { actor, ended } = world.start(
      { name, task: "pause", pauser: this.pauser, cluster: this.clusterIndex, job: this.name, attempt },
      this.plan,
    );
    this.current = actor;
    const finished = Promise.race([ended.then(() => actor.end ?? "killed"), actor.process.killed.then(() => "killed")]);
    const end = await Promise.race([finished, replaced]);
    this.current = undefined;
    // A replaced pod's object goes when its process ends.
    void finished.then((how) => this.endPod(name, how));
    if (end === "killed") await world.time.wait(world.plan.noticeMillis);
    return end;
  }

  private async endPod(name: string, how: string): Promise<void> {
    if (how === "killed") await this.world.time.wait(this.world.plan.noticeMillis);
    const code = EXIT_CODES[how as keyof typeof EXIT_CODES];
    putPhase(this.cluster, name, code === 0 ? "Succeeded" : "Failed");
  }
}

/** The unpauser's CronJob of one record. */
export class Unpauser {
  /** The first process that starts while a note is in the record. */
  readonly atWork: Promise<Actor>;
  private foundNote: (actor: Actor) => void = () => {};
  private on = true;
  private running = false;

  constructor(
    private readonly world: World,
    private readonly pauser: number,
    private readonly plan: PauserPlan,
    private readonly clusterIndex: number,
  ) {
    this.atWork = new Promise((resolve) => {
      this.foundNote = resolve;
    });
    this.next(0);
  }

  stop(): void {
    this.on = false;
  }

  private next(tick: number): void {
    const { world } = this;
    world.time.after(tick === 0 ? world.plan.firstUnpauserAt : UNPAUSER_EVERY_MILLIS, () => {
      if (!this.on) return;
      this.next(tick + 1);
      // Without a note, it reads the record and ends: play that once.
      const { clusters, recordOf } = world;
      const cluster = clusters[this.clusterIndex] as VirtualCluster;
      const noted = cluster.recorded("unfinished-run.json", recordOf.call(world, this.pauser)) !== undefined;
      if (!this.running && (noted || tick === 0)) void this.run(cluster, tick, noted);
    });
  }

  private async run(cluster: VirtualCluster, tick: number, noted: boolean): Promise<void> {
    const { world } = this;
    this.running = true;
    const name = `unpauser-${this.clusterIndex}-${this.pauser}-${tick}`;
    startPod(world, cluster, name);
    const job = `unpauser-${this.clusterIndex}-${this.pauser}-${29_400_000 + tick * 5}`;
    const { actor, ended } = world.start(
      { name, task: "unpause", pauser: this.pauser, cluster: this.clusterIndex, job, attempt: 0 },
      this.plan,
    );
    if (noted) this.foundNote(actor);
    const takeBack = world.time.after(60_000 + RUN_MILLIS, () => terminate(world, actor, cluster));
    const how = await Promise.race([ended.then(() => "ended"), actor.process.killed.then(() => "killed")]);
    takeBack();
    if (how === "killed") await world.time.wait(world.plan.noticeMillis);
    putPhase(cluster, name, how === "killed" ? "Failed" : "Succeeded");
    this.running = false;
  }
}

function startPod(world: World, cluster: VirtualCluster, name: string): void {
  putPhase(cluster, name, "Pending");
  world.time.after(world.plan.startMillis, () => {
    const pod = cluster.api.get("pods", RECORD.namespace, name);
    if (pod.status.phase === "Pending" && !pod.metadata.deletionTimestamp) putPhase(cluster, name, "Running");
  });
}

function putPhase(cluster: VirtualCluster, name: string, phase: string): void {
  cluster.putPauserPod(name, phase);
}

function markDeleted(cluster: VirtualCluster, name: string): void {
  const pod = cluster.api.get("pods", RECORD.namespace, name);
  cluster.api.put("pods", { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-11-22T03:00:00Z" } });
}

/** SIGTERM, and SIGKILL after the grace period. */
export function terminate(world: World, actor: Actor, cluster: VirtualCluster): void {
  if (actor.endedAt !== undefined || actor.process.dead) return;
  markDeleted(cluster, actor.name);
  actor.signalledAt ??= world.time.now;
  actor.process.signal("SIGTERM");
  world.time.after(GRACE_MILLIS, () => {
    if (actor.endedAt === undefined) actor.process.kill();
  });
}
