/** Runs a container as a process of this machine, from its own spec. */

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { onExit } from "../../on-exit";
import { kindOf } from "./kinds";
import type { KubernetesObject } from "./objects";
import type { ObjectStore } from "./store";

export interface ContainerExit {
  exitCode: number | null;
  /** The signal that ended it, if one did. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Container {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  workingDir?: string;
  env?: EnvVar[];
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[];
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    fieldRef?: { fieldPath: string };
    configMapKeyRef?: KeyRef;
    secretKeyRef?: KeyRef;
  };
}

/** A key of a ConfigMap or Secret; if `optional`, a pod starts without it, and the variable is not set. */
interface KeyRef {
  name?: string;
  key: string;
  optional?: boolean;
}

export interface Volume {
  name: string;
  configMap?: { name?: string; items?: { key: string; path: string }[]; optional?: boolean };
  emptyDir?: object;
}

export interface PodSpec {
  containers: Container[];
  volumes?: Volume[];
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
}

export interface ContainerOptions {
  store: ObjectStore;
  pod: KubernetesObject;
  /** What a container finds under the service account's directory, by file name; absent if it isn't mounted. */
  serviceAccount?: Record<string, string>;
  /** What a cloud adds to pods of this service account. */
  cloudIdentity?: CloudIdentity;
  /** On top of the container's own variables, given the directory in which the service account's files are. */
  environment(serviceAccountDirectory: string): Record<string, string>;
}

/** What a cloud's admission webhook adds to a pod, so that it can work as a role there. */
export interface CloudIdentity {
  /** May name paths of `files`. */
  environment: Record<string, string>;
  /** A file's text by its path. */
  files: Record<string, string>;
}

const SERVICE_ACCOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const SECRETS = kindOf({ apiVersion: "v1", kind: "Secret" });

/** A container that can't be started; the message is that of Kubernetes' event. */
export class ContainerConfigError extends Error {}

/** Ends the test: not a rule of Kubernetes. */
const notSimulated = (what: string) => new ContainerConfigError(`the simulated cluster ${what}`);

export class RunningContainer {
  readonly #process: ReturnType<typeof spawn>;
  /** When the process has ended and its output is read. */
  readonly exit: Promise<ContainerExit>;
  #output = { stdout: "", stderr: "" };

  /** @throws {ContainerConfigError} */
  constructor(options: ContainerOptions) {
    const spec = options.pod.spec as unknown as PodSpec;
    const [container, ...others] = spec.containers;
    if (!container || others.length > 0) throw notSimulated("runs pods of one container");
    const root = mkdtempSync(join(tmpdir(), "pod-"));
    try {
      const paths = mountAll(root, container, spec.volumes ?? [], options);
      const [file, args] = commandOf(container, paths);
      this.#process = spawn(file, args, {
        cwd: container.workingDir === undefined ? root : paths.map(container.workingDir),
        env: {
          PATH: process.env.PATH,
          HOME: root,
          HOSTNAME: options.pod.metadata.name,
          ...options.environment(paths.map(SERVICE_ACCOUNT_PATH)),
          ...Object.fromEntries(
            Object.entries(options.cloudIdentity?.environment ?? {}).map(([name, value]) => [name, paths.map(value)]),
          ),
          ...variablesOf(container, options, paths),
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
    } catch (error) {
      rmSync(root, { recursive: true, force: true });
      throw error;
    }
    for (const stream of ["stdout", "stderr"] as const) {
      this.#process[stream]?.setEncoding("utf8").on("data", (text: string) => {
        this.#output[stream] += text;
      });
    }
    const ended = onExit(() => {
      this.#process.kill("SIGKILL");
      rmSync(root, { recursive: true, force: true });
    });
    this.exit = new Promise((resolve, reject) => {
      this.#process.once("error", reject);
      this.#process.once("close", (exitCode, signal) => {
        ended();
        rmSync(root, { recursive: true, force: true });
        resolve({ exitCode, signal, ...this.#output });
      });
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** What it has printed so far. */
  get stdout(): string {
    return this.#output.stdout;
  }

  get stderr(): string {
    return this.#output.stderr;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }
}

/** Where the paths inside the container are on this machine. */
class Paths {
  readonly #mounts: { inside: string; outside: string }[] = [];

  add(inside: string, outside: string): void {
    this.#mounts.push({ inside: inside.replace(/\/$/, ""), outside });
    // The longest first, so that a mount inside another wins.
    this.#mounts.sort((left, right) => right.inside.length - left.inside.length);
  }

  /** Replaces every path below a mount in a text: a path, an argument such as `--file=/etc/x`, a variable's value. */
  map(text: string): string {
    if (this.#mounts.length === 0) return text;
    // In one pass: what a path is replaced by may itself look like a path inside (/tmp).
    const inside = this.#mounts.map((mount) => escapeRegExp(mount.inside)).join("|");
    return text.replace(new RegExp(`(?<![\\w./-])(?:${inside})(?=$|[/"'\\s:;,)])`, "g"), (path) => {
      return this.#mounts.find((mount) => mount.inside === path)?.outside ?? path;
    });
  }
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** [kubernetes: pkg/apis/core/validation/validation.go, ValidateVolumeMounts] */
function mountAll(root: string, container: Container, volumes: Volume[], options: ContainerOptions): Paths {
  const paths = new Paths();
  const mount = (inside: string) => {
    const outside = join(root, inside);
    mkdirSync(outside, { recursive: true });
    paths.add(inside, outside);
    return outside;
  };
  if (options.serviceAccount) {
    const directory = mount(SERVICE_ACCOUNT_PATH);
    for (const [name, text] of Object.entries(options.serviceAccount)) writeFileSync(join(directory, name), text);
  }
  for (const [path, text] of Object.entries(options.cloudIdentity?.files ?? {}))
    writeFileSync(join(mount(dirname(path)), basename(path)), text);
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const volume = volumes.find((candidate) => candidate.name === name);
    if (!volume) throw new ContainerConfigError(`volumeMounts: no volume named "${name}"`);
    if (subPath !== undefined) throw notSimulated("mounts whole volumes, no subPath");
    const directory = mount(mountPath);
    for (const [path, content] of configMapFiles(volume, options)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
    }
  }
  return paths;
}

/** [kubernetes: pkg/volume/configmap/configmap.go, SetUpAt and MakePayload] */
function configMapFiles({ name, configMap }: Volume, { store, pod }: ContainerOptions): [string, Buffer][] {
  if (!configMap) return [];
  const found = store.find(CONFIG_MAPS, pod.metadata.namespace, configMap.name ?? "");
  if (!found) {
    if (configMap.optional) return [];
    throw new ContainerConfigError(
      `MountVolume.SetUp failed for volume "${name}": configmap "${configMap.name}" not found`,
    );
  }
  const content = new Map<string, Buffer>();
  for (const [key, text] of Object.entries((found.data ?? {}) as Record<string, string>))
    content.set(key, Buffer.from(text));
  for (const [key, text] of Object.entries((found.binaryData ?? {}) as Record<string, string>)) {
    content.set(key, Buffer.from(text, "base64"));
  }
  if (!configMap.items) return [...content];
  return configMap.items.flatMap(({ key, path }): [string, Buffer][] => {
    const file = content.get(key);
    if (file) return [[path, file]];
    if (configMap.optional) return [];
    throw new ContainerConfigError(`configmap references non-existent config key: ${key}`);
  });
}

/** As the entry point of the official Node.js image: arguments that are no command are passed to `node`. */
function commandOf(container: Container, paths: Paths): [file: string, args: string[]] {
  const words = [...(container.command ?? []), ...(container.args ?? [])].map((word) => paths.map(word));
  const [first, ...rest] = words;
  if (first === "node" || first === "/usr/local/bin/node") return [process.execPath, rest];
  if (container.command === undefined && first !== undefined && (first.startsWith("-") || first.startsWith("/"))) {
    return [process.execPath, words];
  }
  throw notSimulated(`runs Node images only, and no ${first ?? ""}`);
}

function variablesOf(container: Container, options: ContainerOptions, paths: Paths): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const variable of container.env ?? []) {
    const value = variableValue(variable, options);
    if (value === undefined) continue;
    // $(NAME) is replaced by a variable defined before, $$(NAME) by $(NAME).
    const expanded = value.replace(/\$\$|\$\((\w+)\)/g, (whole, name) =>
      whole === "$$" ? "$" : (variables[name] ?? whole),
    );
    variables[variable.name] = paths.map(expanded);
  }
  return variables;
}

/** [kubernetes: pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables] */
function variableValue({ value, valueFrom }: EnvVar, { store, pod }: ContainerOptions): string | undefined {
  if (valueFrom === undefined) return value ?? "";
  const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef) return fieldValue(fieldRef.fieldPath, pod);
  const [kind, reference] = configMapKeyRef ? [CONFIG_MAPS, configMapKeyRef] : [SECRETS, secretKeyRef];
  if (reference) {
    const found = store.find(kind, pod.metadata.namespace, reference.name ?? "");
    const text = (found?.data as Record<string, string> | undefined)?.[reference.key];
    if (text !== undefined) return secretKeyRef ? Buffer.from(text, "base64").toString("utf8") : text;
    if (reference.optional) return undefined;
    if (!found) throw new ContainerConfigError(`${kind.kind.toLowerCase()} "${reference.name}" not found`);
    const holder = `${kind.kind} ${pod.metadata.namespace}/${reference.name}`;
    throw new ContainerConfigError(`couldn't find key ${reference.key} in ${holder}`);
  }
  throw notSimulated("knows fieldRef, configMapKeyRef and secretKeyRef only");
}

/** [kubernetes: pkg/apis/core/pods/helpers.go, ConvertDownwardAPIFieldLabel] */
function fieldValue(path: string, pod: KubernetesObject): string {
  const { name, namespace, uid, labels, annotations } = pod.metadata;
  const [, map, key] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? [];
  if (map && key) return (map === "labels" ? labels : annotations)?.[key] ?? "";
  const spec = pod.spec as unknown as PodSpec & { nodeName?: string };
  const fields: Record<string, string | undefined> = {
    "metadata.name": name,
    "metadata.namespace": namespace,
    "metadata.uid": uid,
    "spec.nodeName": spec.nodeName ?? "simulated",
    "spec.serviceAccountName": spec.serviceAccountName ?? "default",
    "status.podIP": "127.0.0.1",
    "status.hostIP": "127.0.0.1",
  };
  const value = fields[path];
  if (value === undefined) throw new ContainerConfigError(`field label not supported: ${path}`);
  return value;
}
