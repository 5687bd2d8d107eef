/** Jobs, as the Job controller runs them. */

import { randomBytes } from "node:crypto";
import type { SimulatedClock } from "../clock";
import {
  type CloudIdentity,
  ContainerConfigError,
  type ContainerExit,
  type PodSpec,
  RunningContainer,
} from "./container";
import { kindOf } from "./kinds";
import type { JsonObject, KubernetesObject, OwnerReference } from "./objects";
import type { ObjectStore } from "./store";

export interface JobResult {
  succeeded: boolean;
  /** Why it failed, as Kubernetes names it. */
  reason?: "BackoffLimitExceeded" | "DeadlineExceeded" | "PodFailurePolicy";
  /** One for each pod, the first try first. */
  attempts: ContainerExit[];
}

/** What the cluster gives every container. */
export interface ContainerHost {
  store: ObjectStore;
  clock: SimulatedClock;
  /** The files of a service account's volume. */
  serviceAccountFiles(namespace: string, name: string): Record<string, string>;
  /** What a cloud adds to pods of a service account, if it does. */
  cloudIdentity(account: KubernetesObject): CloudIdentity | undefined;
  /** Variables that containers get on top of their own. */
  environment(serviceAccountDirectory: string): Record<string, string>;
}

export interface JobSpec {
  backoffLimit?: number;
  activeDeadlineSeconds?: number;
  podFailurePolicy?: { rules: { action: string; onExitCodes?: { operator: string; values: number[] } }[] };
  template: { metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }; spec: PodSpec };
}

export const JOBS = kindOf({ apiVersion: "batch/v1", kind: "Job" });
export const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });
const SERVICE_ACCOUNTS = kindOf({ apiVersion: "v1", kind: "ServiceAccount" });

/** [kubernetes: pkg/apis/batch/v1/defaults.go, SetDefaults_Job] */
const DEFAULT_BACKOFF_LIMIT = 6;

/**
 * The message that the Job controller writes with a reason (kubernetes/pkg/controller/job/job_controller.go). For a failure policy it
 * also names the pod and its exit code.
 */
const MESSAGES: Record<NonNullable<JobResult["reason"]>, string> = {
  BackoffLimitExceeded: "Job has reached the specified backoff limit",
  DeadlineExceeded: "Job was active longer than specified deadline",
  PodFailurePolicy: "Container pauser failed matching FailJob rule at index 0",
};

/** One Job that is running, or has ended. */
export class JobRun {
  readonly name: string;
  readonly namespace: string;
  /** Never rejected for what happens inside the Job; that is in the result. */
  readonly result: Promise<JobResult>;
  readonly #host: ContainerHost;
  readonly #spec: JobSpec;
  #container: RunningContainer | undefined;
  #deadlineExceeded = false;
  #stopped = false;
  readonly #started: Promise<RunningContainer>;
  #announceStart: (container: RunningContainer) => void = () => {};

  constructor(host: ContainerHost, job: KubernetesObject) {
    this.#host = host;
    this.name = job.metadata.name;
    this.namespace = job.metadata.namespace;
    this.#spec = job.spec as unknown as JobSpec;
    this.#started = new Promise((resolve) => {
      this.#announceStart = resolve;
    });
    this.result = this.#run();
  }

  /** The first attempt's container, once its process runs. */
  get started(): Promise<RunningContainer> {
    return this.#started;
  }

  /** The container of the attempt that is under way. */
  get container(): RunningContainer | undefined {
    return this.#container;
  }

  /** As when the pod is deleted: SIGTERM, and SIGKILL when the grace period is over. A retry may follow. */
  terminate(): void {
    const container = this.#container;
    if (!container) return;
    container.kill("SIGTERM");
    const grace = (this.#spec.template.spec.terminationGracePeriodSeconds ?? 30) * 1000;
    const timer = setTimeout(() => container.kill("SIGKILL"), grace);
    void container.exit.finally(() => clearTimeout(timer)).catch(() => {});
  }

  /** Ends the Job for good and at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#container?.kill("SIGKILL");
    await this.result;
  }

  async #run(): Promise<JobResult> {
    const { backoffLimit = DEFAULT_BACKOFF_LIMIT, activeDeadlineSeconds } = this.#spec;
    const attempts: ContainerExit[] = [];
    const startTime = timestamp(this.#host.clock);
    this.#report({ startTime, active: 1 });
    const deadline =
      activeDeadlineSeconds === undefined
        ? undefined
        : setTimeout(() => {
            this.#deadlineExceeded = true;
            this.terminate();
          }, activeDeadlineSeconds * 1000);
    let succeeded = false;
    let givenUp = false;
    while (!succeeded && !givenUp && !this.#deadlineExceeded && !this.#stopped && attempts.length <= backoffLimit) {
      const exit = await this.#attempt();
      attempts.push(exit);
      // A pod that is ended by the deadline has failed, however well its process has taken it.
      succeeded = exit.exitCode === 0 && !this.#deadlineExceeded;
      givenUp = !succeeded && this.#failsJob(exit.exitCode);
    }
    clearTimeout(deadline);
    const failed = attempts.length - (succeeded ? 1 : 0);
    if (succeeded) {
      this.#report({
        startTime,
        completionTime: timestamp(this.#host.clock),
        succeeded: 1,
        failed,
        conditions: [condition("Complete")],
      });
      return { succeeded, attempts };
    }
    const reason = this.#deadlineExceeded ? "DeadlineExceeded" : givenUp ? "PodFailurePolicy" : "BackoffLimitExceeded";
    this.#report({ startTime, failed, conditions: [condition("Failed", reason, MESSAGES[reason])] });
    return { succeeded, reason, attempts };
  }

  /** Whether the first rule that fits such an exit code fails the Job, rather than have the pod tried again. */
  #failsJob(exitCode: number | null): boolean {
    if (exitCode === null) return false;
    const rule = this.#spec.podFailurePolicy?.rules.find(
      ({ onExitCodes }) => onExitCodes && onExitCodes.values.includes(exitCode) === (onExitCodes.operator === "In"),
    );
    return rule?.action === "FailJob";
  }

  async #attempt(): Promise<ContainerExit> {
    const pod = this.#createPod();
    try {
      const { store, environment } = this.#host;
      const account = this.#serviceAccount(pod);
      this.#container = new RunningContainer({
        store,
        pod,
        serviceAccount: this.#serviceAccountFiles(pod, account),
        cloudIdentity: this.#host.cloudIdentity(account),
        environment,
      });
      this.#announceStart(this.#container);
      if (this.#stopped) this.#container.kill("SIGKILL");
      const exit = await this.#container.exit;
      this.#reportPod(pod, exit);
      return exit;
    } catch (error) {
      if (!(error instanceof ContainerConfigError)) throw error;
      const exit = { exitCode: null, signal: null, stdout: "", stderr: error.message };
      this.#reportPod(pod, exit);
      return exit;
    } finally {
      this.#container = undefined;
    }
  }

  /** [kubernetes: plugin/pkg/admission/serviceaccount/admission.go, Admit] */
  #serviceAccount(pod: KubernetesObject): KubernetesObject {
    const name = (pod.spec as unknown as PodSpec).serviceAccountName ?? "default";
    const account = this.#host.store.find(SERVICE_ACCOUNTS, this.namespace, name);
    if (!account) {
      throw new ContainerConfigError(
        `pods "${pod.metadata.name}" is forbidden: error looking up service account ${this.namespace}/${name}: serviceaccount "${name}" not found`,
      );
    }
    return account;
  }

  #serviceAccountFiles(pod: KubernetesObject, account: KubernetesObject): Record<string, string> | undefined {
    const { automountServiceAccountToken } = pod.spec as unknown as PodSpec;
    const mounted = automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
    return mounted ? this.#host.serviceAccountFiles(this.namespace, account.metadata.name) : undefined;
  }

  #createPod(): KubernetesObject {
    const { store } = this.#host;
    const { uid } = store.get(JOBS, this.namespace, this.name).metadata;
    const name = `${this.name}-${randomBytes(3).toString("hex").slice(0, 5)}`;
    const { labels, annotations } = this.#spec.template.metadata ?? {};
    return store.create(
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name,
          namespace: this.namespace,
          // https://kubernetes.io/docs/reference/labels-annotations-taints/
          labels: {
            ...labels,
            "batch.kubernetes.io/job-name": this.name,
            "batch.kubernetes.io/controller-uid": uid ?? "",
            "job-name": this.name,
          },
          ...(annotations && { annotations }),
          ownerReferences: [owner("batch/v1", "Job", this.name, uid)],
        },
        spec: this.#spec.template.spec,
      },
      { fieldManager: "kube-controller-manager" },
    );
  }

  #reportPod(pod: KubernetesObject, { exitCode, signal }: ContainerExit): void {
    const { store } = this.#host;
    if (!store.find(PODS, this.namespace, pod.metadata.name)) return;
    store.setStatus(PODS, this.namespace, pod.metadata.name, {
      phase: exitCode === 0 ? "Succeeded" : "Failed",
      containerStatuses: [
        { ready: false, restartCount: 0, state: { terminated: { exitCode: exitCode ?? exitCodeOf(signal) } } },
      ],
    });
  }

  #report(status: JsonObject): void {
    const { store } = this.#host;
    if (store.find(JOBS, this.namespace, this.name)) store.setStatus(JOBS, this.namespace, this.name, status);
  }
}

const condition = (type: string, reason?: string, message?: string) => ({
  type,
  status: "True",
  ...(reason !== undefined && { reason }),
  ...(message !== undefined && { message }),
});

/** A process that a signal ends shows 128 + the signal's number. */
const exitCodeOf = (signal: NodeJS.Signals | null) => (signal === "SIGKILL" ? 137 : signal === "SIGTERM" ? 143 : 1);

export const owner = (apiVersion: string, kind: string, name: string, uid: string): OwnerReference => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
});

export const timestamp = (clock: SimulatedClock) => `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
