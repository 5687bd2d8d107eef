import { leaseName } from "../../../../pauser/lease-name";
import { UNFINISHED_KEY, type UnfinishedRun } from "../../../../pauser/note";
import type { Outcome } from "../../../../pauser/outcome";
import type { Report } from "../../../../pauser/report";
import { run } from "../../../../pauser/run";
import { type Environment, readEnvironment } from "../../../../pauser/settings";
import { type UnpauserOutcome, unpauser } from "../../../../pauser/unpauser";
import type { BackupMaker } from "../../../../pauser/window-backups/maker";
import type { LastRun } from "../../../../restore-points/last-run";
import type { PauseWindow, WindowRecord } from "../../../../restore-points/window";
import type { KubernetesObject } from "../doubles/objects";
import { VirtualApi } from "./api";
import { VirtualPod } from "./pod";
import { VirtualProcess } from "./process";
import { randomFrom, VirtualTime } from "./time";

export const RECORD = { namespace: "scalar", name: "windows" };

export interface ReleaseOptions {
  namespace?: string;
  name?: string;
  product?: "scalardb-cluster" | "ledger" | "auditor";
  pods?: number;
}

/** A window that was not one, by the world's clock. */
export interface Refutation {
  text: string;
  window: PauseWindow;
  pod: VirtualPod;
  from: number;
  to: number;
}

const ADMIN_PORTS = {
  "scalardb-cluster": "scalardb-cluster",
  ledger: "scalardl-admin",
  auditor: "scalardl-auditor-admin",
};
export const PORT = 60053;

/** A cluster with Scalar releases in virtual time: the production code runs in it, on simulated ports. */
export class VirtualCluster {
  readonly api: VirtualApi;
  /** By `namespace/pod`. */
  readonly pods = new Map<string, VirtualPod>();
  readonly releases: { namespace: string; name: string; [field: string]: unknown }[] = [];
  readonly logs: string[] = [];
  readonly results: string[] = [];
  readonly report: Report = {
    log: (text) => this.logs.push(text),
    result: (line) => this.results.push(line),
  };
  private readonly random: () => number;
  private addresses = 0;
  private readonly addedAt = new Map<string, number>();
  private readonly removedAt = new Map<string, number>();

  constructor(
    seed = 1,
    readonly time = new VirtualTime(),
  ) {
    this.api = new VirtualApi(time);
    this.random = randomFrom(seed);
    this.api.put("configmaps", { metadata: { ...RECORD } });
  }

  install(options: ReleaseOptions = {}): VirtualPod[] {
    const { namespace = "scalar", name = "scalardb", product = "scalardb-cluster", pods = 3 } = options;
    if (!this.releases.some((r) => r.namespace === namespace && r.name === name)) {
      this.releases.push({ namespace, name });
      this.api.put("leases", { metadata: { namespace, name: leaseName(name) } });
    }
    const labels = { "app.kubernetes.io/instance": name, "app.kubernetes.io/app": product };
    const servers = Array.from({ length: pods }, (_, index) =>
      this.addPod(namespace, `${name}-${product}-${index}`, labels),
    );
    this.api.put("services", {
      metadata: { namespace, name: `${name}-${product}-headless`, labels },
      spec: {
        ports: [
          { name: "other", port: 1 },
          { name: ADMIN_PORTS[product], port: PORT, targetPort: PORT },
        ],
      },
    });
    this.api.put("deployments", {
      metadata: { namespace, name: `${name}-${product}`, labels, generation: 1 },
      spec: { replicas: pods },
      status: { observedGeneration: 1, replicas: pods, updatedReplicas: pods, readyReplicas: pods },
    });
    return servers;
  }

  addPod(namespace: string, name: string, labels: Record<string, string>): VirtualPod {
    const address = `10.0.${this.addresses >> 8}.${++this.addresses & 255}`;
    const pod = new VirtualPod(this.time, address, PORT, this.random);
    this.pods.set(`${namespace}/${name}`, pod);
    this.addedAt.set(`${namespace}/${name}`, this.time.now);
    this.api.put("pods", {
      metadata: { namespace, name, uid: `uid-${address}`, labels },
      spec: { containers: [{ name: "scalar", ports: [{ containerPort: PORT }] }, { name: "sidecar" }] },
      status: {
        phase: "Running",
        podIP: address,
        conditions: [{ type: "Ready", status: "True" }],
        containerStatuses: [
          { name: "scalar", restartCount: 0 },
          { name: "sidecar", restartCount: 0 },
        ],
      },
    });
    return pod;
  }

  /** Creates or changes the pod of a pauser's process. */
  putPauserPod(name: string, phase: string): void {
    this.api.put("pods", {
      metadata: { namespace: RECORD.namespace, name, labels: {} },
      spec: { containers: [] },
      status: { phase },
    });
  }

  removePod(key: string): void {
    const [namespace, name] = key.split("/") as [string, string];
    this.pods.get(key)?.die();
    this.removedAt.set(key, this.time.now);
    if (this.api.has("pods", namespace, name)) this.api.remove("pods", namespace, name);
  }

  /** Changes a pod's object as the kubelet or a user would. */
  changePod(key: string, change: (pod: KubernetesObject) => void): void {
    const [namespace, name] = key.split("/") as [string, string];
    if (!this.api.has("pods", namespace, name)) return;
    const pod = this.api.get("pods", namespace, name);
    change(pod);
    this.api.put("pods", pod);
  }

  /** Changes the Deployment that a pod belongs to. */
  changeDeployment(key: string, change: (deployment: KubernetesObject) => void): void {
    const [namespace, name] = key.split("/") as [string, string];
    const deployment = this.api.get("deployments", namespace, name.replace(/-\d+$/, ""));
    change(deployment);
    this.api.put("deployments", deployment);
  }

  podAt = (address: string, port: number): VirtualPod | undefined => {
    for (const pod of this.pods.values()) if (pod.address === address && pod.port === port) return pod;
    return undefined;
  };

  newProcess(): VirtualProcess {
    return new VirtualProcess(this.time, this.api, this.podAt, this.random);
  }

  environment(settings: object = {}, env: Record<string, string> = {}): Environment {
    return readEnvironment({
      PAUSER_API_SERVER: "http://api",
      PAUSER_SERVICE_ACCOUNT_DIRECTORY: "/nonexistent",
      PAUSER_SETTINGS: JSON.stringify({ record: RECORD, releases: this.releases, ...settings }),
      ...env,
    });
  }

  /** One run of the pauser, to its end. */
  run(
    settings: object = {},
    {
      process = this.newProcess(),
      env = {},
      backups,
      report = this.report,
    }: { process?: VirtualProcess; env?: Record<string, string>; backups?: BackupMaker; report?: Report } = {},
  ): Promise<Outcome> {
    return run(this.environment(settings, env), process.stop.signal, report, backups, process.ports);
  }

  unpauser(settings: object = {}, process = this.newProcess(), pod = "unpauser"): Promise<UnpauserOutcome> {
    const env = { PAUSER_POD_NAME: pod, PAUSER_POD_NAMESPACE: "scalar", PAUSER_JOB_NAME: "nightly-unpauser-29400005" };
    return unpauser(this.environment(settings, env), process.stop.signal, this.report, process.ports);
  }

  /** A key's value in the ConfigMap. */
  recorded(key: string, record = RECORD): string | undefined {
    return this.api.peek("configmaps", record.namespace, record.name)?.data?.[key];
  }

  /** Writes to the ConfigMap as another client would; undefined removes a key. */
  tamper(data: Record<string, string | undefined>): void {
    const record = this.api.get("configmaps", RECORD.namespace, RECORD.name);
    const changed = Object.entries({ ...record.data, ...data }).filter(([, text]) => text !== undefined);
    this.api.put("configmaps", { ...record, data: Object.fromEntries(changed) });
  }

  /** Ends every rollout: the Deployments want the pods that exist, and have one at least. */
  settleDeployments(): void {
    for (const { namespace } of this.releases)
      for (const deployment of this.api.all("deployments", namespace)) {
        const { name, labels = {} } = deployment.metadata;
        const pods = () => this.api.all("pods", namespace).filter((pod) => pod.metadata.name.startsWith(name)).length;
        if (pods() === 0) this.addPod(namespace, `${name}-again`, labels);
        const replicas = pods();
        const generation = deployment.metadata.generation ?? 1;
        this.api.put("deployments", {
          ...deployment,
          spec: { replicas },
          status: { observedGeneration: generation, replicas, updatedReplicas: replicas, readyReplicas: replicas },
        });
      }
  }

  /** Releases every Lease. */
  freeLeases(): void {
    for (const { namespace, name } of this.releases)
      this.api.put("leases", { metadata: { namespace, name: leaseName(name) } });
  }

  get windows(): PauseWindow[] {
    return this.windowsOf(RECORD);
  }

  windowsOf(record: typeof RECORD): PauseWindow[] {
    const text = this.recorded("windows.json", record);
    return text === undefined ? [] : (JSON.parse(text) as WindowRecord).windows;
  }

  get unfinished(): UnfinishedRun | undefined {
    const text = this.recorded(UNFINISHED_KEY);
    return text === undefined ? undefined : (JSON.parse(text) as UnfinishedRun);
  }

  get lastRun(): LastRun | undefined {
    const text = this.recorded("last-run.json");
    return text === undefined ? undefined : (JSON.parse(text) as LastRun);
  }

  /** The leases that are held. */
  get heldLeases(): string[] {
    return this.releases
      .map(({ namespace, name }) => this.api.get("leases", namespace, leaseName(name)))
      .filter(({ spec }) => spec?.holderIdentity)
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  }

  get pausedPods(): string[] {
    return [...this.pods].filter(([, pod]) => pod.paused).map(([name]) => name);
  }

  /**
   * The recorded windows that contradict the pods' own logs. A window claims, by the API server's clock, that every
   * existing pod of its releases was paused from its start to its end, narrowed at either end by the clocks' recorded
   * difference.
   */
  get falseWindows(): string[] {
    return this.refuted(this.windows);
  }

  refuted(windows: PauseWindow[]): string[] {
    return this.refutations(windows).map(({ text }) => text);
  }

  /** Each recorded window that contradicts a pod's log, with that pod, and the instants between which the window claims its pause. */
  refutations(windows: PauseWindow[]): Refutation[] {
    return windows.flatMap((window) => {
      const doubt = Math.abs(window.clockOffsetMillis);
      const from = Date.parse(window.pauseCompleted) + doubt - this.api.skewMillis;
      const to = Date.parse(window.unpauseStarted) - doubt - this.api.skewMillis;
      if (from >= to) return [];
      const releases = window.releases.map(({ namespace, name }) => `${namespace}/${name}-`);
      return [...this.pods]
        .filter(([name]) => releases.some((release) => name.startsWith(release)))
        .filter(([name]) => (this.addedAt.get(name) ?? 0) < to && (this.removedAt.get(name) ?? Infinity) > from)
        .filter(([, pod]) => !pod.wasPausedThroughout(from, to))
        .map(([name, pod]) => ({
          text: `${name} was not paused throughout ${window.pauseCompleted} to ${window.unpauseStarted}`,
          window,
          pod,
          from,
          to,
        }));
    });
  }
}
