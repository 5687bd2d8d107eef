import { UNFINISHED_KEY } from "../../../../pauser/note";
import { EXIT_CODES } from "../../../../pauser/outcome";
import { RECORD, type VirtualCluster } from "./cluster";
import type { VirtualProcess } from "./process";

const MINUTE = 60_000;
const RETRIES = 3;
const FIRST_BACKOFF_MILLIS = 10_000;

/** How long until Kubernetes reports that a pod of the pauser has stopped. */
export type Notice = 0 | 2000 | 300_000;

/**
 * A Job of the pauser's CronJob, with the retries of its spec, and the unpauser's CronJob: what Kubernetes does with
 * the objects of `components/pause/cron-job.ts`.
 */
export class VirtualJob {
  readonly ends: string[] = [];
  /** The current try. */
  current: VirtualProcess | undefined;
  /** The first unpauser that finds a note. */
  readonly atWork: Promise<VirtualProcess>;
  private tellAtWork: (process: VirtualProcess) => void = () => {};
  private tries = 0;
  private unpauserOn = true;

  constructor(
    private readonly cluster: VirtualCluster,
    private readonly settings: object,
    private readonly options: { name: string; wallOffset: number; notice: () => Notice; unpauser: boolean },
  ) {
    this.atWork = new Promise((resolve) => {
      this.tellAtWork = resolve;
    });
  }

  /** Runs the Job to its end; the unpauser continues until `stopUnpauser`. */
  async run(): Promise<void> {
    if (this.options.unpauser) void this.unpauserEveryFiveMinutes();
    for (let attempt = 0; attempt <= RETRIES; attempt++) {
      const end = await this.attempt();
      this.ends.push(end);
      if (end === "recorded" || end === "backupsFailed") return;
      await this.cluster.time.wait(FIRST_BACKOFF_MILLIS * 2 ** attempt);
    }
  }

  stopUnpauser(): void {
    this.unpauserOn = false;
  }

  private async attempt(): Promise<string> {
    const { cluster, options } = this;
    const process = cluster.newProcess();
    process.wallOffset = options.wallOffset;
    this.current = process;
    const name = `${options.name}-${this.tries++}`;
    const env = { PAUSER_POD_NAME: name, PAUSER_POD_NAMESPACE: RECORD.namespace, PAUSER_JOB_NAME: options.name };
    this.cluster.putPauserPod(name, "Running");
    const end = await Promise.race([
      cluster.run(this.settings, { process, env }).then((outcome) => outcome.end),
      process.killed.then(() => "killed" as const),
    ]);
    this.current = undefined;
    if (end === "killed") await cluster.time.wait(options.notice());
    this.cluster.putPauserPod(name, end !== "killed" && EXIT_CODES[end] === 0 ? "Succeeded" : "Failed");
    return end;
  }

  private async unpauserEveryFiveMinutes(): Promise<void> {
    const { cluster, options } = this;
    for (let run = 0; ; run++) {
      await cluster.time.wait(5 * MINUTE);
      if (!this.unpauserOn) return;
      const name = `${options.name}-unpauser-${run}`;
      this.cluster.putPauserPod(name, "Running");
      const process = cluster.newProcess();
      if (cluster.recorded(UNFINISHED_KEY) !== undefined) this.tellAtWork(process);
      const running = cluster
        .unpauser(this.settings, process, name)
        .then(() => this.cluster.putPauserPod(name, "Succeeded"));
      await Promise.race([running, process.killed.then(() => this.cluster.putPauserPod(name, "Failed"))]);
    }
  }

  /** The current try's pod gets a deletionTimestamp; the process gets no signal, as on a lost node. */
  deletePod(): void {
    const name = `${this.options.name}-${this.tries - 1}`;
    const pod = this.cluster.api.get("pods", RECORD.namespace, name);
    this.cluster.api.put("pods", { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-11-22T03:00:00Z" } });
  }
}
