import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { TaintEffect, TolerationOperator } from "../../components/pod-args";
import { systemClock } from "../../pauser/adapters/system-clock";
import { UNFINISHED_KEY, type UnfinishedRun } from "../../pauser/note";
import { EXIT_CODES } from "../../pauser/outcome";
import { type PauseWindow, WINDOWS_KEY } from "../../restore-points/window";
import { ScalarPodServer } from "../unit/pauser/doubles/scalar-pod";
import type { KubernetesObject } from "./api";
import { controlPlaneBinaries, goIsThere } from "./binaries";
import { ControlPlane, until } from "./control-plane";
import { declaredBy, put } from "./declared";
import { Node } from "./node";

const { sleep } = systemClock;

const NAMESPACE = "scalar";
const NAME = "backup-pause";
const UNPAUSER = `${NAME}-unpauser`;
const RELEASES = [
  { namespace: NAMESPACE, name: "scalardb", product: "scalardb-cluster", port: "scalardb-cluster", pods: 2 },
  { namespace: "ledgers", name: "ledger", product: "ledger", port: "scalardl-admin", pods: 1 },
];

let plane: ControlPlane;
let node: Node;
let declared: KubernetesObject[];
const pods = new Map<string, ScalarPodServer>();

const clusterTest = goIsThere() ? test.serial : test.serial.skip;

test.before(async (t) => {
  t.timeout(20 * 60_000);
  if (!goIsThere()) return t.log("Go is not on this machine: the control plane cannot be built, nothing is tested");
  plane = await ControlPlane.start(controlPlaneBinaries((line) => process.stderr.write(`${line}\n`)));
  for (const name of [NAMESPACE, "ledgers"]) {
    await plane.api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  for (const release of RELEASES) await install(release);
  declared = await declaredBy(NAME, {
    schedule: "* * * * *",
    suspend: true,
    releases: RELEASES.map(({ namespace, name }) => ({ namespace, name })),
    holdSeconds: 6,
    pod: {
      labels: { "sidecar.istio.io/inject": "false" },
      annotations: { "linkerd.io/inject": "disabled" },
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations: [
        { operator: TolerationOperator.Exists },
        { key: "dedicated", value: "scalar", effect: TaintEffect.NoExecute, tolerationSeconds: 60 },
      ],
      imagePullSecrets: ["registry-credentials"],
    },
  });
  await put(plane.api, declared);
  // Its Jobs are made by hand here, or they would run between the tests' own.
  const unpauser = await plane.api.get("batch/v1", "CronJob", NAMESPACE, UNPAUSER);
  await plane.api.replace({ ...unpauser, spec: { ...unpauser.spec, suspend: true } });
  node = new Node(plane.api, NAMESPACE);
});

test.after.always(async () => {
  for (const pod of pods.values()) pod.die();
  try {
    await node?.stop();
  } finally {
    await plane?.stop();
  }
});

async function install({ namespace, name, product, port, pods: count }: (typeof RELEASES)[number]): Promise<void> {
  const { api } = plane;
  const labels = { "app.kubernetes.io/instance": name, "app.kubernetes.io/app": product };
  // Pods share 127.0.0.1 here, so each has a port of its own, which the Service finds by its name.
  const containers = (server?: ScalarPodServer) => [
    { name: product, image: "scalar", ports: [{ name: "admin", containerPort: server?.port ?? 60053 }] },
  ];
  const metadata = (suffix: string) => ({ namespace, name: `${name}-${suffix}`, labels });
  await api.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata("headless"),
    spec: { clusterIP: "None", selector: labels, ports: [{ name: port, port: 60053, targetPort: "admin" }] },
  });
  const deployment = await api.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadata("node"),
    spec: {
      replicas: count,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: containers() } },
    },
  });
  await api.setStatus(deployment, {
    observedGeneration: 1,
    replicas: count,
    updatedReplicas: count,
    readyReplicas: count,
  });
  for (let index = 0; index < count; index++) {
    const server = new ScalarPodServer();
    await server.start();
    pods.set(`${namespace}/${name}-${index}`, server);
    await api.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name: `${name}-${index}` } });
    const pod = await api.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: metadata(`${index}`),
      spec: {
        serviceAccountName: `${name}-${index}`,
        automountServiceAccountToken: false,
        containers: containers(server),
      },
    });
    await api.setStatus(pod, {
      phase: "Running",
      podIP: "127.0.0.1",
      podIPs: [{ ip: "127.0.0.1" }],
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [
        { name: product, ready: true, restartCount: 0, image: "scalar", imageID: "scalar", state: { running: {} } },
      ],
    });
  }
}

const declaredKind = (kind: string) => declared.filter((object) => object.kind === kind);
const record = () => plane.api.get("v1", "ConfigMap", NAMESPACE, `${NAME}-windows`);
const windows = async (): Promise<PauseWindow[]> =>
  JSON.parse((await record()).data?.[WINDOWS_KEY] ?? "{}").windows ?? [];
const pausedPods = () => [...pods].filter(([, server]) => server.paused).map(([name]) => name);
const allPaused = () => until("the pause", () => pausedPods().length === pods.size, 120);

/** As `kubectl create job --from=cronjob/...` does. */
async function createJob(name: string, from = NAME): Promise<void> {
  const cronJob = await plane.api.get("batch/v1", "CronJob", NAMESPACE, from);
  await plane.api.create({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { namespace: NAMESPACE, name },
    spec: cronJob.spec.jobTemplate.spec,
  });
}

async function jobEnded(name: string): Promise<string> {
  return until(
    `the end of Job ${name}`,
    async () => {
      const { status } = await plane.api.get("batch/v1", "Job", NAMESPACE, name);
      return status.conditions?.find(
        (c: { type: string; status: string }) => /^(Complete|Failed)$/.test(c.type) && c.status === "True",
      )?.type;
    },
    // Each try may wait a minute for a whole one, and three may follow the first.
    420,
  );
}

/** The windows' truth by the pods' own logs. */
async function assertTrueWindows(t: { true(value: boolean, message?: string): void }): Promise<void> {
  for (const window of await windows()) {
    for (const [name, server] of pods) {
      const [from, to] = [Date.parse(window.pauseCompleted), Date.parse(window.unpauseStarted)];
      t.true(server.wasPausedThroughout(from, to), `${name} was not paused throughout ${window.pauseCompleted}`);
    }
  }
}

clusterTest("a Job of the CronJob has all the rights it needs, and records a true window", async (t) => {
  await createJob("by-hand");
  t.is(await jobEnded("by-hand"), "Complete", node.ended.at(-1)?.output);
  t.is((await windows()).length, 1);
  await assertTrueWindows(t);
  t.deepEqual(pausedPods(), []);
});

clusterTest(
  "a pod killed in the hold is followed by one that unpauses, and by one that records a window",
  async (t) => {
    t.timeout(10 * 60_000);
    await createJob("killed");
    await allPaused();
    const [[first, child] = []] = node.running;
    const killedAt = performance.now();
    child?.kill("SIGKILL");
    await until("unpaused pods", () => pausedPods().length === 0, 120);
    t.log(`unpaused ${((performance.now() - killedAt) / 1000).toFixed(1)} s after the SIGKILL`);
    t.is(await jobEnded("killed"), "Complete");
    const [second, third] = node.ended.slice(-2);
    t.regex(second?.output ?? "", new RegExp(`pod scalar/${first} did not end: unpausing its 3 pods first`));
    t.is(second?.exitCode, EXIT_CODES.void);
    t.is(third?.exitCode, EXIT_CODES.recorded);
    t.is((await windows()).length, 2);
    await assertTrueWindows(t);
  },
);

clusterTest("the unpauser unpauses what a Job left paused of which nothing is left", async (t) => {
  t.timeout(10 * 60_000);
  await createJob("deleted");
  await allPaused();
  const [[pod, child] = []] = node.running;
  await plane.api.delete(await plane.api.get("batch/v1", "Job", NAMESPACE, "deleted"));
  child?.kill("SIGKILL");
  await until("the pod's end", () => node.running.size === 0);
  // The garbage collector deletes it with its Job.
  await until("the pod's deletion", () =>
    plane.api.get("v1", "Pod", NAMESPACE, pod as string).then(
      () => false,
      () => true,
    ),
  );
  t.is(pausedPods().length, pods.size, "nothing is tested");
  await createJob("unpause", UNPAUSER);
  t.is(await jobEnded("unpause"), "Complete");
  t.deepEqual(pausedPods(), []);
  t.regex(node.ended.at(-1)?.output ?? "", /Z unpaused$/m);
  t.is((await record()).data?.[UNFINISHED_KEY], undefined);
  await assertTrueWindows(t);
});

clusterTest("two schedules over one release exclude each other by its Lease", async (t) => {
  t.timeout(10 * 60_000);
  const lease = () => plane.api.get("coordination.k8s.io/v1", "Lease", NAMESPACE, "scalar-backup-scalardb");
  const held = await lease();
  const renewTime = new Date().toISOString().replace("Z", "000Z");
  const spec = { holderIdentity: "scalar/other/1", leaseDurationSeconds: 600, acquireTime: renewTime, renewTime };
  await plane.api.replace({ ...held, spec });
  const busy = await runPauser();
  t.is(busy.code, EXIT_CODES.busy, busy.output);
  t.regex(busy.output, /another schedule pauses release scalar\/scalardb: scalar\/other\/1 holds its lease/);
  t.deepEqual(pausedPods(), []);
  await plane.api.replace({ ...(await lease()), spec: { holderIdentity: "", leaseDurationSeconds: 1 } });
  t.is((await runPauser()).code, 0);
  t.is((await lease()).spec.holderIdentity, "");
});

/** Every single right that the Roles give. */
function rights(): { role: KubernetesObject; rule: number; resource: string; verb: string }[] {
  return declaredKind("Role").flatMap((role) =>
    role.rules.flatMap(({ resources, verbs }: { resources: string[]; verbs: string[] }, rule: number) =>
      resources.flatMap((resource) => verbs.map((verb) => ({ role, rule, resource, verb }))),
    ),
  );
}

function without(role: KubernetesObject, index: number, resource: string, verb: string): KubernetesObject {
  const rules = role.rules.flatMap((rule: { resources: string[]; verbs: string[] }, at: number) =>
    at !== index
      ? [rule]
      : [
          { ...rule, resources: rule.resources.filter((one) => one !== resource) },
          { ...rule, resources: [resource], verbs: rule.verbs.filter((one) => one !== verb) },
        ].filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0),
  );
  return { ...role, rules };
}

/** The pauser with its own account's token, in a process, with a short hold. */
async function runPauser(): Promise<{ code: number | null; output: string }> {
  const cronJob = declaredKind("CronJob").find(({ metadata }) => metadata.name === NAME) as KubernetesObject;
  const pod = cronJob.spec.jobTemplate.spec.template.spec;
  const settings = JSON.parse(pod.containers[0].env.find((v: { name: string }) => v.name === "PAUSER_SETTINGS").value);
  const directory = join(plane.directory, "pauser");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "token"), await plane.api.tokenOf(NAMESPACE, pod.serviceAccountName));
  writeFileSync(join(directory, "ca.crt"), plane.api.ca);
  const program = declaredKind("ConfigMap").find(({ data }) => data) as KubernetesObject;
  writeFileSync(join(directory, "pauser.cjs"), program.data["pauser.cjs"]);
  const child = spawn(process.execPath, [join(directory, "pauser.cjs")], {
    env: {
      PAUSER_API_SERVER: plane.api.url,
      PAUSER_SERVICE_ACCOUNT_DIRECTORY: directory,
      PAUSER_SETTINGS: JSON.stringify({
        ...settings,
        holdSeconds: 0.2,
        minWindowSeconds: 0,
        alignToMinute: false,
        apiDeadlineSeconds: 5,
        maxBlindMillis: 20_000,
      }),
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

/** A note of a run whose pod is gone: what makes the pauser look for that pod. It is so old that no Pause of the run can arrive any more. */
async function leaveNote(): Promise<void> {
  const configMap = await record();
  const note: UnfinishedRun = {
    schemaVersion: 1,
    run: "killed",
    pod: { namespace: NAMESPACE, name: "gone" },
    startedAt: new Date(Date.now() - 300_000).toISOString(),
    endsBy: new Date(Date.now() + 600_000).toISOString(),
    pods: [],
  };
  await plane.api.replace({ ...configMap, data: { ...configMap.data, [UNFINISHED_KEY]: JSON.stringify(note) } });
}

clusterTest("the rights suffice, and each single one is needed", async (t) => {
  await leaveNote();
  t.like(await runPauser(), { code: 0 });
  t.is(rights().length, 13);
  for (const { role, rule, resource, verb } of rights()) {
    const right = `${verb} ${resource} in ${role.metadata.namespace}`;
    await leaveNote();
    await plane.api.replace(without(role, rule, resource, verb));
    // The API server takes a moment to see the change.
    await sleep(300);
    const { code, output } = await runPauser();
    t.not(code, 0, `a run succeeds without the right to ${right}`);
    t.regex(output, /403 .*forbidden.*; `pulumi up --refresh` gives this right/, `without ${right}`);
    await plane.api.replace(role);
    t.deepEqual(pausedPods(), [], `without ${right}`);
  }
  await sleep(300);
  const { code, output } = await runPauser();
  t.is(code, 0, output);
});

clusterTest("the schedule starts runs by itself, and never two at once", async (t) => {
  t.timeout(6 * 60_000);
  const before = new Set((await plane.api.list("batch/v1", "Job", NAMESPACE)).map(({ metadata }) => metadata.name));
  const cronJob = await plane.api.get("batch/v1", "CronJob", NAMESPACE, NAME);
  cronJob.spec.suspend = false;
  const container = cronJob.spec.jobTemplate.spec.template.spec.containers[0];
  const settings = container.env.find(({ name }: { name: string }) => name === "PAUSER_SETTINGS");
  // A hold over the next minute: that minute's run has to be left out.
  settings.value = JSON.stringify({ ...JSON.parse(settings.value), holdSeconds: 65 });
  await plane.api.replace(cronJob);
  await allPaused();
  const minute = Math.floor(Date.now() / 60_000);
  await until("the next minute", () => Date.now() > (minute + 1) * 60_000 + 5000, 90);
  t.is(node.running.size, 1);
  t.is((await plane.api.list("batch/v1", "Job", NAMESPACE)).filter((job) => !before.has(job.metadata.name)).length, 1);
  const suspended = await plane.api.get("batch/v1", "CronJob", NAMESPACE, NAME);
  suspended.spec.suspend = true;
  await plane.api.replace(suspended);
  await until("the end of the run", () => node.running.size === 0, 90);
  await until("unpaused pods", () => pausedPods().length === 0);
  t.like(node.ended.at(-1), { exitCode: EXIT_CODES.recorded });
  await assertTrueWindows(t);
  await until("the CronJob's last success", async () => {
    return (await plane.api.get("batch/v1", "CronJob", NAMESPACE, NAME)).status.lastSuccessfulTime;
  });
});
