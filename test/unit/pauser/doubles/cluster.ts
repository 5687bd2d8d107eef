import { leaseName } from "../../../../pauser/lease-name";
import { UNFINISHED_KEY, type UnfinishedRun } from "../../../../pauser/note";
import type { Report } from "../../../../pauser/report";
import { type Environment, readEnvironment } from "../../../../pauser/settings";
import type { PauseWindow, WindowRecord } from "../../../../restore-points/window";
import { ApiServer } from "./api-server";
import { ScalarPodServer } from "./scalar-pod";

export const RECORD = { namespace: "scalar", name: "windows" };

interface ReleaseOptions {
  namespace?: string;
  name?: string;
  product?: "scalardb-cluster" | "ledger" | "auditor";
  pods?: number;
  /** `numeric` as in Scalar's charts: every pod has the same port, on an address of its own (Linux only). */
  targetPort?: "named" | "numeric";
  tls?: { key: Buffer; certificate: Buffer };
}

/** The name of the pods' port, if the Service refers to it by name: such names have at most 15 characters. */
const ADMIN_PORT = "admin";

const ADMIN_PORTS = {
  "scalardb-cluster": "scalardb-cluster",
  ledger: "scalardl-admin",
  auditor: "scalardl-auditor-admin",
};

/** A cluster with Scalar releases on loopback: an API server over HTTP, and a real gRPC server for each pod. */
export class Cluster {
  readonly api = new ApiServer();
  /** By `namespace/pod`. */
  readonly pods = new Map<string, ScalarPodServer>();
  readonly releases: { namespace: string; name: string }[] = [];
  readonly logs: string[] = [];
  readonly results: string[] = [];
  readonly report: Report = { log: (text) => this.logs.push(text), result: (line) => this.results.push(line) };

  static async start(): Promise<Cluster> {
    const cluster = new Cluster();
    await cluster.api.start();
    cluster.api.put("configmaps", { metadata: { ...RECORD } });
    return cluster;
  }

  async stop(): Promise<void> {
    for (const pod of this.pods.values()) pod.die();
    await this.api.stop();
  }

  async install(options: ReleaseOptions = {}): Promise<ScalarPodServer[]> {
    const { namespace = "scalar", name = "scalardb", product = "scalardb-cluster", pods = 3 } = options;
    if (!this.releases.some((r) => r.namespace === namespace && r.name === name))
      this.releases.push({ namespace, name });
    this.api.put("leases", { metadata: { namespace, name: leaseName(name) } });
    const labels = { "app.kubernetes.io/instance": name, "app.kubernetes.io/app": product };
    const numeric = options.targetPort === "numeric";
    const servers: ScalarPodServer[] = [];
    for (let index = 0; index < pods; index++) {
      const server = new ScalarPodServer(numeric ? `127.0.0.${10 + index}` : "127.0.0.1", options.tls);
      if (numeric) server.port = servers[0]?.port ?? 0;
      await server.start();
      servers.push(server);
      const podName = `${name}-${product}-${index}`;
      this.pods.set(`${namespace}/${podName}`, server);
      this.putPod(namespace, podName, labels, server);
    }
    this.api.put("services", {
      metadata: { namespace, name: `${name}-${product}-headless`, labels },
      spec: {
        ports: [
          { name: "other", port: 1 },
          { name: ADMIN_PORTS[product], port: 60053, targetPort: numeric ? servers[0]?.port : ADMIN_PORT },
        ],
      },
    });
    this.api.put("services", { metadata: { namespace, name: `${name}-${product}`, labels }, spec: { ports: [] } });
    this.api.put("deployments", {
      metadata: { namespace, name: `${name}-${product}`, labels, generation: 1 },
      spec: { replicas: pods },
      status: { observedGeneration: 1, replicas: pods, updatedReplicas: pods, readyReplicas: pods },
    });
    return servers;
  }

  /** Another pod of the same workload: it has a server and an address of its own. */
  async addPod(namespace: string, like: string): Promise<void> {
    const server = new ScalarPodServer("127.0.0.1");
    await server.start();
    const name = like.replace(/\d+$/, `${this.pods.size}`);
    this.pods.set(`${namespace}/${name}`, server);
    this.putPod(namespace, name, this.api.get("pods", namespace, like).metadata.labels ?? {}, server);
  }

  putPod(namespace: string, name: string, labels: Record<string, string>, server: ScalarPodServer): void {
    this.api.put("pods", {
      metadata: { namespace, name, labels },
      spec: { containers: [{ name: "scalar", ports: [{ name: ADMIN_PORT, containerPort: server.port }] }] },
      status: {
        phase: "Running",
        podIP: server.address,
        conditions: [{ type: "Ready", status: "True" }],
        containerStatuses: [{ restartCount: 0 }],
      },
    });
  }

  /** Changes a pod's object as the kubelet or a user would. */
  changePod(namespace: string, name: string, change: (pod: ReturnType<ApiServer["get"]>) => void): void {
    const pod = this.api.get("pods", namespace, name);
    change(pod);
    this.api.put("pods", pod);
  }

  /** Changes the Deployment that a pod belongs to. */
  changeDeployment(namespace: string, pod: string, change: (deployment: ReturnType<ApiServer["get"]>) => void): void {
    const deployment = this.api.get("deployments", namespace, pod.replace(/-\d+$/, ""));
    change(deployment);
    this.api.put("deployments", deployment);
  }

  /** The process environment of a pauser for all releases; with short times unless `settings` sets them. */
  processEnvironment(settings: object = {}, env: Record<string, string> = {}): Record<string, string> {
    return {
      PAUSER_API_SERVER: this.api.url,
      PAUSER_SERVICE_ACCOUNT_DIRECTORY: "/nonexistent",
      PAUSER_SETTINGS: JSON.stringify({
        record: RECORD,
        releases: this.releases,
        holdSeconds: 0.1,
        minWindowSeconds: 0,
        maxDrainSeconds: 1,
        unpauseDeadlineSeconds: 5,
        apiDeadlineSeconds: 10,
        // Other tests run on this machine, too: do not fail because the machine is slow.
        maxBlindMillis: 20_000,
        ...settings,
      }),
      ...env,
    };
  }

  environment(settings: object = {}, env: Record<string, string> = {}): Environment {
    return readEnvironment(this.processEnvironment(settings, env));
  }

  get windows(): PauseWindow[] {
    const text = this.api.get("configmaps", RECORD.namespace, RECORD.name).data?.["windows.json"];
    return text === undefined ? [] : (JSON.parse(text) as WindowRecord).windows;
  }

  get unfinished(): UnfinishedRun | undefined {
    const text = this.api.get("configmaps", RECORD.namespace, RECORD.name).data?.[UNFINISHED_KEY];
    return text === undefined ? undefined : (JSON.parse(text) as UnfinishedRun);
  }

  /** Writes the note that a killed run leaves. */
  leaveNote(note: UnfinishedRun | undefined): void {
    const record = this.api.get("configmaps", RECORD.namespace, RECORD.name);
    this.api.put("configmaps", { ...record, data: { ...record.data, [UNFINISHED_KEY]: JSON.stringify(note) } });
  }

  /** Lets the note be of a run that began a minute ago, so that none of its calls is still on its way to a pod. */
  ageNote(): void {
    const note = this.unfinished;
    if (note === undefined) throw new Error("there is no note of a run");
    this.leaveNote({ ...note, startedAt: new Date(Date.parse(note.startedAt) - 60_000).toISOString() });
  }

  get pausedPods(): string[] {
    return [...this.pods].filter(([, server]) => server.paused).map(([name]) => name);
  }

  /** The recorded windows that contradict the servers' own logs. */
  get falseWindows(): string[] {
    return this.windows.flatMap((window) =>
      window.releases.flatMap((release) =>
        release.pods
          .filter((pod) => {
            const server = this.pods.get(`${release.namespace}/${pod}`);
            return !server?.wasPausedThroughout(Date.parse(window.pauseCompleted), Date.parse(window.unpauseStarted));
          })
          .map((pod) => `${pod} was not paused throughout ${window.pauseCompleted} to ${window.unpauseStarted}`),
      ),
    );
  }
}
