import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Api, KubernetesObject, Refusal } from "./api";

const SERVICE_ACCOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface Ended {
  pod: string;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  output: string;
}

/** A substitute for a node: runs the containers of Jobs' pods as processes, from the pods' own specs. */
export class Node {
  readonly ended: Ended[] = [];
  /** By the pod's name. */
  readonly running = new Map<string, ChildProcess>();
  private readonly seen = new Set<string>();
  private readonly directory = mkdtempSync(join(tmpdir(), "node-"));
  private stopped = false;
  private readonly looking: Promise<void>;

  constructor(
    private readonly api: Api,
    private readonly namespace: string,
  ) {
    this.looking = this.look();
    // Resolved by `stop`; until then nothing waits for it.
    this.looking.catch(() => {});
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const child of this.running.values()) child.kill("SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
    await this.looking;
  }

  private async look(): Promise<void> {
    while (!this.stopped) {
      for (const pod of await this.api.list("v1", "Pod", this.namespace, "batch.kubernetes.io/job-name")) {
        if (this.seen.has(pod.metadata.name)) continue;
        this.seen.add(pod.metadata.name);
        await this.run(pod);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async run(pod: KubernetesObject): Promise<void> {
    const name = pod.metadata.name;
    const [container] = pod.spec.containers;
    const map = await this.mount(pod, container);
    const env: Record<string, string> = {
      KUBERNETES_SERVICE_HOST: new URL(this.api.url).hostname,
      KUBERNETES_SERVICE_PORT: new URL(this.api.url).port,
      // The one path that a process cannot be given under its own name.
      PAUSER_SERVICE_ACCOUNT_DIRECTORY: map(SERVICE_ACCOUNT_PATH),
    };
    for (const { name: variable, value, valueFrom } of container.env) {
      const given = await this.valueOf(pod, value, valueFrom);
      if (given !== undefined) env[variable] = map(given);
    }
    const [program, ...args] = [...container.command, ...(container.args ?? [])].map(map);
    if (program !== "node") throw new Error(`pod ${name} runs ${program}: only node is known here`);
    const child = spawn(process.execPath, args, { env });
    this.running.set(name, child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    await this.api.setStatus(
      pod,
      status("Running", container.name, { running: { startedAt: new Date().toISOString() } }),
    );
    child.on("close", async (exitCode, signal) => {
      this.running.delete(name);
      const terminated = { exitCode: exitCode ?? 137, finishedAt: new Date().toISOString() };
      const phase = exitCode === 0 ? "Succeeded" : "Failed";
      await this.api.setStatus(pod, status(phase, container.name, { terminated })).catch(() => {});
      this.ended.push({ pod: name, exitCode, signal, output });
    });
  }

  /**
   * A variable's value. As the kubelet does, it reads the Secret itself, and leaves the variable out if an optional one has no such key.
   * [kubernetes: pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables]
   */
  private async valueOf(
    pod: KubernetesObject,
    value: string | undefined,
    from?: {
      fieldRef?: { fieldPath: string };
      secretKeyRef?: { name: string; key: string; optional?: boolean };
    },
  ): Promise<string | undefined> {
    if (from?.fieldRef) return fieldOf(pod, from.fieldRef.fieldPath);
    if (from?.secretKeyRef === undefined) return value ?? "";
    const { name, key, optional } = from.secretKeyRef;
    const secret = await this.api.get("v1", "Secret", this.namespace, name).catch((error: Refusal) => {
      if (error.code === 404) return undefined;
      throw error;
    });
    const data = secret?.data?.[key];
    if (data === undefined && !optional)
      throw new Error(`pod ${pod.metadata.name} waits for the key ${key} of Secret ${name}`);
    return data === undefined ? undefined : Buffer.from(data, "base64").toString();
  }

  /** Writes the pod's volumes to files, and maps paths of the container to them. */
  private async mount(pod: KubernetesObject, container: KubernetesObject): Promise<(text: string) => string> {
    const root = join(this.directory, pod.metadata.name);
    const paths: [string, string][] = [];
    const put = (path: string, files: Record<string, string>) => {
      const directory = join(root, path);
      mkdirSync(directory, { recursive: true });
      for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
      paths.push([path, directory]);
    };
    for (const { name, mountPath } of container.volumeMounts) {
      const volume = pod.spec.volumes.find((one: { name: string }) => one.name === name);
      // The API server's own addition: the token, which comes below.
      if (volume.projected) continue;
      const configMap = await this.api.get("v1", "ConfigMap", this.namespace, volume.configMap.name);
      put(mountPath, configMap.data);
    }
    put(SERVICE_ACCOUNT_PATH, {
      token: await this.api.tokenOf(this.namespace, pod.spec.serviceAccountName),
      "ca.crt": this.api.ca,
    });
    return (text) => {
      const found = paths.find(([path]) => text === path || text.startsWith(`${path}/`));
      return found ? found[1] + text.slice(found[0].length) : text;
    };
  }
}

function status(phase: string, name: string, state: object): object {
  return {
    phase,
    containerStatuses: [{ name, state, ready: phase === "Running", restartCount: 0, image: "node", imageID: "node" }],
  };
}

function fieldOf(pod: KubernetesObject, path: string): string {
  const label = /^metadata\.labels\['(.+)'\]$/.exec(path)?.[1];
  if (label) return pod.metadata.labels?.[label] ?? "";
  const [, field] = path.split(".") as [string, "name" | "namespace"];
  return pod.metadata[field] as string;
}
