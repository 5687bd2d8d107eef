import { ClockOffset } from "./clock";
import { type PodNow, podsNow } from "./discover";
import { KubernetesClient } from "./kubernetes";
import { KubernetesError } from "./kubernetes-error";
import { type NotedPod, notePods, type UnfinishedRun } from "./note";
import {
  type Complaints,
  connect,
  type PodHandle,
  podName,
  type Unpaused,
  type UnpauseOptions,
  unpauseAll,
} from "./pods";
import type { Ports } from "./ports";
import { type RunOutcome, RunRecord } from "./record";
import type { Report } from "./report";
import type { ScalarPod } from "./scalar-pod";
import type { Environment, Settings } from "./settings";
import { Deadline, instant } from "./time";

/** What runs and clean-ups share: the API server, the record, the pods. */
export class Context {
  readonly settings: Settings;
  readonly offset = new ClockOffset();
  readonly kubernetes: KubernetesClient;
  readonly record: RunRecord;
  readonly startedAt: number;

  constructor(
    readonly environment: Environment,
    readonly ports: Ports,
    readonly report: Report,
    readonly stop: AbortSignal,
  ) {
    this.settings = environment.settings;
    this.kubernetes = new KubernetesClient(ports.api, ports.clock, this.offset);
    this.record = new RunRecord(this.kubernetes, ports.clock, this.settings);
    this.startedAt = ports.clock.now();
  }

  apiDeadline(): Deadline {
    return new Deadline(this.ports.clock, this.settings.apiDeadlineSeconds * 1000);
  }

  /**
   * Reads this process's own pod: lists of pods that are older, or older than the record, are then refused. A process
   * outside a cluster has no pod.
   */
  async readOwnPod(): Promise<void> {
    const { pod } = this.environment;
    if (pod === undefined) return;
    try {
      await this.kubernetes.get(`/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`, this.apiDeadline(), this.stop);
    } catch (error) {
      if (!(error instanceof KubernetesError && error.status === 404)) throw error;
    }
  }

  connect(pods: ScalarPod[]): PodHandle[] {
    return connect(this.ports, pods);
  }

  unpause(handles: PodHandle[], lastLook?: UnpauseOptions["lastLook"]): Promise<Unpaused> {
    return unpauseAll(handles, {
      clock: this.ports.clock,
      deadlineMillis: this.settings.unpauseDeadlineSeconds * 1000,
      lastLook,
      podNow: (pod) => this.podNow(pod),
    });
  }

  /** A pod's state, looked up once; undefined if the API server does not answer. */
  private async podNow(pod: ScalarPod): Promise<PodNow | undefined> {
    const release = { namespace: pod.namespace, name: pod.release };
    const once = new Deadline(this.ports.clock, 0);
    const [now] = await podsNow(this.kubernetes, release, [pod], once).catch(() => []);
    return now;
  }

  /** What the record says about the end of a Job's try. */
  outcomeOf(job: string, { end, reasons, times }: Pick<RunOutcome, "end" | "reasons" | "times">): RunOutcome {
    const endedAt = instant(this.ports.clock.now());
    return { job, startedAt: instant(this.startedAt), endedAt, end, reasons, ...(times && { times }) };
  }

  note(run: string, pods: NotedPod[], longestSeconds: number): UnfinishedRun {
    const { pod, jobName } = this.environment;
    const now = this.ports.clock.now();
    return {
      schemaVersion: 1,
      run,
      ...(jobName !== undefined && { job: jobName }),
      ...(pod && { pod: { namespace: pod.namespace, name: pod.name } }),
      startedAt: instant(now),
      endsBy: instant(now + longestSeconds * 1000),
      pods: notePods(pods),
    };
  }
}

/** The problems of pods, one line each. */
export function lines(complaints: Complaints): string[] {
  return [...complaints].map(([name, complaint]) => `pod ${name}: ${complaint}`);
}

/** Each pod that may still be paused, with the command that fixes it: a new pod starts unpaused. */
export function fixes(leftPaused: Map<ScalarPod, string>): string[] {
  return [...leftPaused].map(
    ([pod, failure]) =>
      `pod ${podName(pod)} MAY STILL BE PAUSED (${failure}); fix it with: ` +
      `kubectl --namespace ${pod.namespace} delete pod ${pod.name}`,
  );
}
