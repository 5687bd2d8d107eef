/**
 * A Kubernetes cluster of this machine: a real API server on loopback, Scalar products as real gRPC servers in its pods,
 * CronJobs whose containers run as processes from their own specs.
 */

import { randomBytes } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { clockVariables, type SimulatedClock } from "../clock";
import type { RequestFailures } from "../request-failures";
import { ApiServer } from "./api-server";
import type { CloudIdentity } from "./container";
import { startCronJob } from "./cron-job";
import type { ContainerHost, JobResult, JobRun } from "./job";
import { kindOf } from "./kinds";
import type { KubernetesObject } from "./objects";
import type { SimulatedPod } from "./pod";
import { ADMINISTRATOR, type ServiceAccountName, type User } from "./rbac";
import { type ReleaseOptions, SimulatedRelease } from "./release";
import { ObjectStore } from "./store";

const NAMESPACES = kindOf({ apiVersion: "v1", kind: "Namespace" });
const SERVICE_ACCOUNTS = kindOf({ apiVersion: "v1", kind: "ServiceAccount" });

/** The context by which kubeconfig files know the simulated cluster. */
export const CONTEXT = "scalar-prod";

export class KubernetesCluster {
  readonly clock: SimulatedClock;
  /** The objects. Direct use is that of a cluster administrator: RBAC applies to HTTP clients only. */
  readonly store: ObjectStore;
  #apiServer!: ApiServer;
  readonly #releases: SimulatedRelease[] = [];
  readonly #runs: { cronJob: string; run: JobRun }[] = [];
  readonly #tokens = new Map<string, ServiceAccountName>();
  readonly #administratorToken = randomBytes(24).toString("base64url");
  readonly #customResources = new Set<string>();
  #kubeconfigDirectory: string | undefined;
  /** What a cloud adds to pods of a service account, given a token of it; the cloud that this cluster runs in sets it. */
  cloudIdentity: (account: KubernetesObject, token: string) => CloudIdentity | undefined = () => undefined;

  private constructor(clock: SimulatedClock) {
    this.clock = clock;
    this.store = new ObjectStore(clock);
  }

  static async start(options: { clock: SimulatedClock; failures?: RequestFailures }): Promise<KubernetesCluster> {
    const cluster = new KubernetesCluster(options.clock);
    cluster.createNamespace("default");
    cluster.createNamespace("kube-system");
    cluster.#apiServer = await ApiServer.start({
      clock: cluster.clock,
      store: cluster.store,
      accountOf: (token) => cluster.#userOf(token),
      customResources: cluster.#customResources,
      ...(options.failures && { failures: options.failures }),
    });
    cluster.store.onChange((type, object) => {
      const { name, namespace } = object.metadata;
      if (object.kind === "Deployment") {
        const release = cluster.#releases.find((known) => known.namespace === namespace && known.deployment === name);
        const settled = object.status?.observedGeneration === object.metadata.generation;
        if (release && type !== "ADDED" && !(type === "MODIFIED" && settled)) void release.reconcile();
      }
      if (object.kind === "Pod" && type === "DELETED") {
        for (const release of cluster.#releases) release.forgetPod(name);
      }
    });
    return cluster;
  }

  get apiServer(): ApiServer {
    return this.#apiServer;
  }

  /** Where the API server is found, such as `http://127.0.0.1:34567`. */
  get url(): string {
    return this.#apiServer.url;
  }

  /** A kubeconfig file with an administrator's access, in its current context `CONTEXT`. It goes when the cluster stops. */
  get kubeconfig(): string {
    this.#kubeconfigDirectory ??= mkdtempSync(join(tmpdir(), "simulated-cluster-"));
    const path = join(this.#kubeconfigDirectory, "config");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: CONTEXT, cluster: { server: this.url } }],
      users: [{ name: "admin", user: { token: this.#administratorToken } }],
      contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user: "admin" } }],
      "current-context": CONTEXT,
    };
    // Renamed into place: a program may be reading it.
    writeFileSync(`${path}.new`, JSON.stringify(config), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return path;
  }

  get releases(): readonly SimulatedRelease[] {
    return this.#releases;
  }

  /** The pods of Scalar products that exist now, of all releases or of those that fit. */
  pods(namespace?: string, release?: string): SimulatedPod[] {
    return this.#releases
      .filter((known) => (namespace ?? known.namespace) === known.namespace && (release ?? known.name) === known.name)
      .flatMap((known) => known.pods);
  }

  /** Creates the namespace with its default ServiceAccount, unless it is there. */
  createNamespace(name: string): void {
    if (this.store.find(NAMESPACES, "", name)) return;
    this.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    this.store.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } });
  }

  /** Serves a custom resource, such as KEDA's `scaledobjects`, as when its CustomResourceDefinition has been created. */
  installCustomResource(plural: string): void {
    this.#customResources.add(plural);
  }

  /** Installs a release as Scalar's Helm charts do, in a namespace that is created if need be. */
  async installRelease(options: ReleaseOptions): Promise<SimulatedRelease> {
    this.createNamespace(options.namespace);
    const release = new SimulatedRelease(this.store, this.clock, options);
    this.#releases.push(release);
    await release.install();
    return release;
  }

  /** A bearer token of a ServiceAccount. It holds as long as the account exists. */
  tokenOf(namespace: string, name: string): string {
    this.store.get(SERVICE_ACCOUNTS, namespace, name);
    const token = randomBytes(24).toString("base64url");
    this.#tokens.set(token, { namespace, name });
    return token;
  }

  /**
   * Starts a Job as the CronJob's controller would, and answers while it runs.
   * @throws {NotScheduledError} when the CronJob is suspended, or allows no second Job while one runs
   */
  async startCronJob(namespace: string, name: string): Promise<JobRun> {
    const cronJob = `${namespace}/${name}`;
    const running = this.#runs.filter((known) => known.cronJob === cronJob).map(({ run }) => run);
    const run = await startCronJob(this.#host(), namespace, name, running);
    const entry = { cronJob, run };
    this.#runs.push(entry);
    const forget = () => this.#runs.splice(this.#runs.indexOf(entry), 1);
    void run.result.then(forget, forget);
    return run;
  }

  /** Runs a Job of the CronJob to its end. */
  async runCronJob(namespace: string, name: string): Promise<JobResult> {
    return (await this.startCronJob(namespace, name)).result;
  }

  /** Ends Jobs, pods and the API server. */
  async stop(): Promise<void> {
    await Promise.all(this.#runs.map(({ run }) => run.stop().catch(() => {})));
    await Promise.all(this.#releases.map((release) => release.stop()));
    await this.#apiServer.stop();
    if (this.#kubeconfigDirectory !== undefined) rmSync(this.#kubeconfigDirectory, { recursive: true, force: true });
  }

  /** The token's account; undefined for an unknown token. */
  accountOf(token: string): ServiceAccountName | undefined {
    const account = this.#tokens.get(token);
    return account && this.store.find(SERVICE_ACCOUNTS, account.namespace, account.name) ? account : undefined;
  }

  #userOf(token: string): User {
    return token === this.#administratorToken ? ADMINISTRATOR : this.accountOf(token);
  }

  #host(): ContainerHost {
    return {
      store: this.store,
      clock: this.clock,
      serviceAccountFiles: (namespace, name) => ({ token: this.tokenOf(namespace, name), namespace }),
      cloudIdentity: (account) =>
        this.cloudIdentity(account, this.tokenOf(account.metadata.namespace, account.metadata.name)),
      environment: (serviceAccountDirectory) => this.#containerEnvironment(serviceAccountDirectory),
    };
  }

  /**
   * What makes a process live in this cluster: its clock, and where to find what a pod finds at fixed places (the API server
   * speaks plain http here, and a process has no file system of its own).
   */
  #containerEnvironment(serviceAccountDirectory: string): Record<string, string> {
    const { hostname, port } = new URL(this.url);
    const shift = clockVariables(this.clock.shift);
    return {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      PAUSER_API_SERVER: this.url,
      PAUSER_SERVICE_ACCOUNT_DIRECTORY: serviceAccountDirectory,
      ...(Object.keys(shift).length > 0 && {
        NODE_OPTIONS: `--import=${pathToFileURL(join(__dirname, "../shifted-clock.mjs")).href}`,
        ...shift,
      }),
    };
  }
}

export { PausedError } from "./gate";
export { kindOf } from "./kinds";
export type { KubernetesObject, ObjectManifest } from "./objects";
export type { Application, SimulatedPod } from "./pod";
export type { SimulatedRelease } from "./release";
export type { ReleaseUpgrade } from "./release-properties";
export { StatusError } from "./status";
export type { ObjectStore } from "./store";
