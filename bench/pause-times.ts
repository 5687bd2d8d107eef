/**
 * How long pods are paused beyond their drain and the hold, by this pauser and by Scalar's own scalar-admin-for-kubernetes,
 * in turns, on a real control plane (etcd, kube-apiserver, kube-controller-manager), with 3 releases of 20 pods that are
 * gRPC servers on loopback with an address each (Linux). By the pods' own logs.
 *
 * Scalar's tool pauses one release, so that a run of it is started for each of the three at once, as its documentation
 * has it for a common window. It unpauses without the looks at every pod that make a window certain.
 *
 *     npm run bench:pause-times -- [--runs 50] [--scalar-admin "java -jar scalar-admin-for-kubernetes-cli.jar"]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundlePauser } from "../pauser/bundle";
import { controlPlaneBinaries } from "../test/cluster/binaries";
import { ControlPlane } from "../test/cluster/control-plane";
import { declaredBy, put } from "../test/cluster/declared";
import { ScalarPodServer } from "../test/unit/pauser/doubles/scalar-pod";

const PODS_PER_RELEASE = 20;
const SLOWEST_DRAIN_MILLIS = 200;
const HOLD_SECONDS = 1;
const NAMESPACE = "scalar";
const NAME = "bench-pause";
const RELEASES = [
  { name: "scalardb", product: "scalardb-cluster", port: "scalardb-cluster" },
  { name: "ledger", product: "ledger", port: "scalardl-admin" },
  { name: "auditor", product: "auditor", port: "scalardl-auditor-admin" },
];

type Command = [program: string, ...args: string[]];

/** One pause of all releases, in milliseconds. */
interface Pause {
  /** From the first paused pod to the last unpaused one of all releases, without the drains' difference and the hold. */
  all: number;
  /** The same of the release where it is longest. */
  release: number;
  /** While every pod of every release was paused. */
  common: number;
}

class Bench {
  readonly #directory = mkdtempSync(join(tmpdir(), "pause-times-"));
  readonly #releases = new Map<string, ScalarPodServer[]>();
  readonly #children = new Set<ChildProcess>();
  #pauser: { command: Command; env: Record<string, string> } | undefined;

  private constructor(private readonly plane: ControlPlane) {}

  static async start(): Promise<Bench> {
    const bench = new Bench(await ControlPlane.start(controlPlaneBinaries(console.error)));
    try {
      await bench.plane.api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
      for (const [index, release] of RELEASES.entries()) await bench.#install(release, index);
      await bench.#declare();
      return bench;
    } catch (error) {
      await bench.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    for (const pod of this.#pods()) pod.die();
    await this.plane.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Pauses all releases with this pauser, with the rights and settings that the component declares. */
  async byPauser(): Promise<Pause> {
    const pauser = this.#pauser;
    if (pauser === undefined) throw new Error("the pauser is not declared");
    return this.#paused(() => this.#run(pauser.command, pauser.env));
  }

  /** Pauses each release with a run of Scalar's tool, all at once. */
  async byScalarAdmin([program, ...args]: Command): Promise<Pause> {
    const env = { ...process.env, KUBECONFIG: join(this.plane.directory, "kubeconfig") };
    const options = (release: string) => ["-n", NAMESPACE, "-r", release, "-d", `${HOLD_SECONDS * 1000}`, "-w", "5000"];
    return this.#paused(() =>
      Promise.all(RELEASES.map(({ name }) => this.#run([program, ...args, ...options(name)], env))),
    );
  }

  #pods(): ScalarPodServer[] {
    return [...this.#releases.values()].flat();
  }

  async #paused(run: () => Promise<unknown>): Promise<Pause> {
    for (const pod of this.#pods()) {
      pod.log.length = 0;
      pod.faults = { drainMillis: SLOWEST_DRAIN_MILLIS * Math.random() };
    }
    await run();
    const others = this.#pods().filter(({ log }) => log.map(({ paused }) => paused).join() !== "true,false");
    if (others.length > 0) throw new Error(`${others.length} pods were not paused once and unpaused once`);
    const of = (pods: ScalarPodServer[]) => {
      const drains = pods.map(({ faults }) => faults.drainMillis ?? 0);
      const pausedAt = pods.map(({ log }) => log.find(({ paused }) => paused)?.at as number);
      const unpausedAt = pods.map(({ log }) => log.find(({ paused }) => !paused)?.at as number);
      const paused = Math.max(...unpausedAt) - Math.min(...pausedAt);
      return {
        // The first pod is paused as soon as it has drained: the slowest drain counts from when Pause was asked for.
        beyond: paused - (Math.max(...drains) - Math.min(...drains)) - HOLD_SECONDS * 1000,
        common: Math.min(...unpausedAt) - Math.max(...pausedAt),
      };
    };
    const { beyond: all, common } = of(this.#pods());
    return { all, common, release: Math.max(...[...this.#releases.values()].map((pods) => of(pods).beyond)) };
  }

  async #run([program, ...args]: Command, env: Record<string, string | undefined>): Promise<void> {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.#children.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        output += chunk;
      });
    const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
    this.#children.delete(child);
    if (code !== 0) throw new Error(`${program} ended with ${code}:\n${output}`);
  }

  async #install({ name, product, port }: (typeof RELEASES)[number], index: number): Promise<void> {
    const { api } = this.plane;
    const labels = { "app.kubernetes.io/instance": name, "app.kubernetes.io/app": product };
    const metadata = (suffix: string) => ({ namespace: NAMESPACE, name: `${name}-${product}${suffix}`, labels });
    const servers: ScalarPodServer[] = [];
    for (let pod = 0; pod < PODS_PER_RELEASE; pod++) {
      const server = new ScalarPodServer(`127.0.${index + 1}.${pod + 1}`);
      // Scalar's tool takes only a number as the Service's target, which is the same for every pod.
      server.port = servers[0]?.port ?? 0;
      await server.start();
      servers.push(server);
    }
    this.#releases.set(name, servers);
    const containers = [{ name: product, image: "scalar", ports: [{ containerPort: servers[0]?.port }] }];
    await api.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata("-headless"),
      spec: {
        clusterIP: "None",
        selector: labels,
        ports: [{ name: port, port: 60053, targetPort: servers[0]?.port }],
      },
    });
    const template = { metadata: { labels }, spec: { containers } };
    const deployment = await api.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(""),
      spec: { replicas: PODS_PER_RELEASE, selector: { matchLabels: labels }, template },
    });
    const counts = { replicas: PODS_PER_RELEASE, updatedReplicas: PODS_PER_RELEASE, readyReplicas: PODS_PER_RELEASE };
    await api.setStatus(deployment, { observedGeneration: 1, ...counts });
    await api.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace: NAMESPACE, name } });
    for (const [pod, { address }] of servers.entries()) {
      const spec = { serviceAccountName: name, automountServiceAccountToken: false, containers };
      const object = await api.create({ apiVersion: "v1", kind: "Pod", metadata: metadata(`-${pod}`), spec });
      const running = { name: product, ready: true, restartCount: 0, image: "scalar", imageID: "scalar" };
      await api.setStatus(object, {
        phase: "Running",
        podIP: address,
        podIPs: [{ ip: address }],
        conditions: [{ type: "Ready", status: "True" }],
        containerStatuses: [{ ...running, state: { running: {} } }],
      });
    }
  }

  /** Puts what the component declares into the cluster, and keeps how its container is started. */
  async #declare(): Promise<void> {
    const { api } = this.plane;
    const releases = RELEASES.map(({ name }) => ({ namespace: NAMESPACE, name }));
    const declared = await declaredBy(NAME, { schedule: "0 3 * * *", suspend: true, releases });
    await put(api, declared);
    const cronJob = declared.find(({ kind, metadata }) => kind === "CronJob" && metadata.name === NAME);
    const pod = cronJob?.spec.jobTemplate.spec.template.spec;
    const variables: { name: string; value?: string }[] = pod.containers[0].env;
    const settings = JSON.parse(variables.find(({ name }) => name === "PAUSER_SETTINGS")?.value ?? "{}");
    // A second of hold instead of six or more, at once: what is measured does not depend on either.
    const changed = { holdSeconds: HOLD_SECONDS, minWindowSeconds: 0, alignToMinute: false };
    writeFileSync(join(this.#directory, "pauser.cjs"), bundlePauser());
    writeFileSync(join(this.#directory, "ca.crt"), api.ca);
    writeFileSync(join(this.#directory, "token"), await api.tokenOf(NAMESPACE, pod.serviceAccountName), {
      mode: 0o600,
    });
    this.#pauser = {
      command: [process.execPath, join(this.#directory, "pauser.cjs")],
      env: {
        PAUSER_API_SERVER: api.url,
        PAUSER_SERVICE_ACCOUNT_DIRECTORY: this.#directory,
        PAUSER_SETTINGS: JSON.stringify({ ...settings, ...changed }),
      },
    };
  }
}

function printed(who: string, pauses: readonly Pause[]): string {
  const of = (figure: (pause: Pause) => number) => {
    const sorted = pauses.map(figure).sort((one, other) => one - other);
    const at = (index: number) => (sorted[index] ?? Number.NaN).toFixed(0).padStart(6);
    return `${at(Math.floor(sorted.length / 2))} ${at(sorted.length - 1)}`;
  };
  const { all, release, common } = {
    all: of((p) => p.all),
    release: of((p) => p.release),
    common: of((p) => p.common),
  };
  return `${who.padEnd(28)} ${all}   ${release}   ${common}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "50" }, "scalar-admin": { type: "string" } },
  });
  if (!/^[1-9]\d*$/.test(values.runs)) throw new Error(`--runs ${values.runs} is not a whole number from 1 on`);
  const command = values["scalar-admin"]?.split(" ") as Command | undefined;
  const bench = await Bench.start();
  const [own, scalars]: [Pause[], Pause[]] = [[], []];
  try {
    for (let run = 0; run < Number(values.runs); run++) {
      own.push(await bench.byPauser());
      if (command !== undefined) scalars.push(await bench.byScalarAdmin(command));
    }
  } finally {
    await bench.stop();
  }
  const pods = RELEASES.length * PODS_PER_RELEASE;
  console.log(
    `${RELEASES.length} releases, ${pods} pods, ${process.version}, load ${loadavg()[0]?.toFixed(1)}, ${values.runs} runs; ms, median and worst:
paused beyond drain and hold       in all     of a release   common window`,
  );
  console.log(printed("this pauser", own));
  if (scalars.length > 0) console.log(printed("scalar-admin-for-kubernetes", scalars));
}

main();
