import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { useWaitingClock } from "../../operations/clock";
import { JOURNAL_NAME } from "../../operations/switch-over/journal";
import { rightAsText } from "../../operations/switch-over/rights";
import { documentedRights, documentedRole } from "../unit/operations/switch-over/documented-role";
import {
  type Fault,
  INSTANT,
  Killed,
  type Process,
  type ProcessOptions,
  SCHEDULE,
  startProcess,
  wholeNight,
} from "../unit/operations/switch-over/process";
import { type KubernetesObject, Refusal } from "./api";
import { controlPlaneBinaries, goIsThere } from "./binaries";
import { ControlPlane, until } from "./control-plane";
import { kubeconfigOf } from "./kubeconfig";
import { ReleasePods } from "./release-pods";

/** The pods' part of a switch-over on a real control plane, by an account that has the Role of docs/recovery.md alone. */

const NAMESPACE = "scalar";
const ACCOUNT = "switch-over";
const BEFORE = {
  "ledger-scalardl-ledger": 2,
  "ledger-scalardl-envoy": 1,
  "auditor-scalardl-audit-auditor": 1,
  "other-scalardl-ledger": 1,
};
const clusterTest = goIsThere() ? test.serial : test.serial.skip;

let plane: ControlPlane;
let pods: ReleasePods;
let token: string;
let useOwnClock = () => {};

test.before(async (t) => {
  t.timeout(20 * 60_000);
  if (!goIsThere()) return t.log("Go is not on this machine: the control plane cannot be built, nothing is tested");
  const binaries = controlPlaneBinaries((line) => process.stderr.write(`${line}\n`));
  plane = await ControlPlane.start(binaries, ["deployment-controller", "replicaset-controller"]);
  const { api } = plane;
  await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  await until("the default account", () =>
    api.get("v1", "ServiceAccount", NAMESPACE, "default").catch(() => undefined),
  );
  pods = new ReleasePods(api, NAMESPACE);
  for (const [name, replicas] of Object.entries(BEFORE)) await install(name, replicas);
  await api.create(cronJob());
  await grant();
  await until("all pods", async () => (await ownPods()).filter(isReady).length === 5);
  // Waits are shorter than in a cluster whose pods take half a minute to end.
  useOwnClock = useWaitingClock({ now: Date.now, wait: (millis) => sleep(millis / 20) });
});

test.after.always(async () => {
  useOwnClock();
  try {
    await pods?.stop();
  } finally {
    await plane?.stop();
  }
});

/** As Scalar's charts do, but that its pods' node is chosen. */
async function install(name: string, replicas: number): Promise<void> {
  // Cast: each name has parts, of which the first is the release and the last is the product.
  const [release, app] = [name.split("-")[0], name.split("-").at(-1)] as [string, string];
  const labels = { "app.kubernetes.io/instance": release, "app.kubernetes.io/app": app };
  const spec = { nodeName: "node", containers: [{ name: app, image: "scalar" }] };
  await plane.api.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace: NAMESPACE, name, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
}

function cronJob(): KubernetesObject {
  const spec = { restartPolicy: "Never", containers: [{ name: "pauser", image: "node" }] };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: SCHEDULE,
    spec: { schedule: "0 3 29 2 *", jobTemplate: { spec: { template: { spec } } } },
  };
}

async function grant(): Promise<void> {
  const metadata = { namespace: NAMESPACE, name: ACCOUNT };
  const { name } = documentedRole().metadata;
  const apiGroup = "rbac.authorization.k8s.io";
  await plane.api.create({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  await plane.api.create(documentedRole());
  await plane.api.create({
    apiVersion: `${apiGroup}/v1`,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup, kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name: ACCOUNT, namespace: NAMESPACE }],
  });
  token = await plane.api.tokenOf(NAMESPACE, ACCOUNT);
}

/** A process with the account's token. */
function start(options: ProcessOptions = {}, at?: number, fault?: Fault): Promise<Process> {
  const kubeconfig = kubeconfigOf(plane.api, { token });
  return startProcess({ kubeconfig }, { limitMillis: 120_000, ...options }, at, fault);
}

const deployments = () => plane.api.list("apps/v1", "Deployment", NAMESPACE);
const ownPods = () => plane.api.list("v1", "Pod", NAMESPACE);
const isReady = ({ status }: KubernetesObject) => status.phase === "Running";
const schedule = () => plane.api.get("batch/v1", "CronJob", NAMESPACE, SCHEDULE.name);
const journal = () => plane.api.get("v1", "ConfigMap", NAMESPACE, JOURNAL_NAME);
const leases = () => plane.api.list("coordination.k8s.io/v1", "Lease", NAMESPACE);
const problems = async () => (await start()).pods.problems(INSTANT);

/** Fails unless all is as before. */
async function assertEnd(t: ExecutionContext, what = ""): Promise<void> {
  const counts = (await deployments()).map(({ metadata, spec }) => [metadata.name, spec.replicas]);
  t.deepEqual(Object.fromEntries(counts), BEFORE, what);
  t.is((await ownPods()).filter(isReady).length, 5, what);
  t.not((await schedule()).spec.suspend, true, what);
  t.is((await journal()).data.state, "started", what);
  t.deepEqual(
    (await leases()).map(({ spec }) => spec.holderIdentity ?? ""),
    ["", ""],
    what,
  );
}

/** Removes the traces of an earlier switch-over: without them, more rights are needed. */
async function forget({ keepLeases = false } = {}): Promise<void> {
  if (!keepLeases) for (const lease of await leases()) await plane.api.delete(lease);
  const metadata = { namespace: NAMESPACE, name: JOURNAL_NAME };
  await plane.api.delete({ apiVersion: "v1", kind: "ConfigMap", metadata }).catch((error: unknown) => {
    if (!(error instanceof Refusal && error.code === 404)) throw error;
  });
}

/** What must not change of Envoy and of others' releases: their Deployments, and which pods they have. */
async function untouched(): Promise<unknown> {
  const others = ({ metadata: { name } }: KubernetesObject) =>
    /^(ledger-scalardl-envoy|other-scalardl-ledger)/.test(name);
  const generations = (await deployments()).filter(others).map(({ metadata }) => [metadata.name, metadata.generation]);
  return { generations, pods: (await ownPods()).filter(others).map(({ metadata }) => metadata.uid) };
}

clusterTest(
  "the documented Role suffices, Envoy and other releases are untouched, and the counts come back",
  async (t) => {
    t.timeout(5 * 60_000);
    const before = await untouched();
    t.deepEqual(await problems(), []);
    const night = await start();
    await night.pods.lock(night.say);
    await night.pods.stop(INSTANT, night.say);
    t.deepEqual((await ownPods()).map(({ metadata }) => metadata.labels?.["app.kubernetes.io/app"]).sort(), [
      "envoy",
      "ledger",
    ]);
    t.true((await schedule()).spec.suspend);
    t.deepEqual(JSON.parse((await journal()).data.replicas), {
      "scalar/auditor-scalardl-audit-auditor": 1,
      "scalar/ledger-scalardl-ledger": 2,
    });
    t.like(await untouched(), before as object);
    await night.pods.start(night.say);
    await night.pods.unlock();
    await assertEnd(t);
    t.deepEqual(await untouched(), before);
  },
);

clusterTest(
  "an update of the CronJob by Pulumi leaves it suspended in the middle, and its own suspension wins",
  async (t) => {
    t.timeout(5 * 60_000);
    await forget();
    // As pulumi-kubernetes does: server-side apply of all inputs, by a manager of its own.
    const apply = (spec: object, force = false) => {
      const object = cronJob();
      return plane.api.apply({ ...object, spec: { ...object.spec, ...spec } }, "pulumi-kubernetes-1234", { force });
    };
    const suspended = async () => (await schedule()).spec.suspend;
    // Earlier versions have declared that it is not suspended.
    await apply({ suspend: false }, true);
    const night = await start();
    await night.pods.lock(night.say);
    await night.pods.stop(INSTANT, night.say);
    t.true(await suspended());
    const refused = await t.throwsAsync(apply({ suspend: false }), { instanceOf: Refusal });
    t.is(refused?.code, 409);
    t.deepEqual(
      refused?.status.details?.causes?.map(({ field }) => field),
      [".spec.suspend"],
    );
    t.true(refused?.message.includes("scalar-switch-over"), refused?.message);
    for (const startingDeadlineSeconds of [300, 301]) {
      t.is((await apply({ startingDeadlineSeconds })).spec.startingDeadlineSeconds, startingDeadlineSeconds);
      t.true(await suspended());
    }
    await night.pods.start(night.say);
    await night.pods.unlock();
    t.false(await suspended());
    await t.throwsAsync(apply({ suspend: true }), { instanceOf: Refusal });
    await apply({ suspend: true }, true);
    t.true(await suspended());
    await apply({});
    t.false(await suspended());
    await assertEnd(t);
  },
);

clusterTest("a scale that was changed since it was read is a conflict, and the newer count returns", async (t) => {
  t.timeout(5 * 60_000);
  await forget();
  const [auditor] = (await deployments()) as [KubernetesObject];
  let scaled = false;
  const night = await start({
    async before(request) {
      if (scaled || !request.startsWith("PATCH") || !request.includes("auditor-scalardl-audit-auditor/scale")) return;
      scaled = true;
      await plane.api.patch(auditor, { spec: { replicas: 3 } });
    },
  });
  await wholeNight(night);
  t.true(scaled);
  t.is((await deployments())[0]?.spec.replicas, 3);
  await plane.api.patch(auditor, { spec: { replicas: 1 } });
  await until("one pod", async () => (await ownPods()).length === 5);
  await assertEnd(t);
});

clusterTest("a pod of a lost node is Terminating, which is present, until its node has ended it", async (t) => {
  t.timeout(5 * 60_000);
  await forget();
  const pod =
    (await ownPods()).find(({ metadata }) => metadata.name.startsWith("ledger-scalardl-ledger"))?.metadata.name ?? "";
  pods.lost.add(pod);
  const night = await start({ limitMillis: 3_000 });
  await night.pods.lock(night.say);
  const error = await t.throwsAsync(night.pods.stop(INSTANT, night.say));
  t.regex(error?.message ?? "", new RegExp(`1 pod still exists after 3 s: scalar/${pod} \\(Terminating\\)`));
  t.deepEqual(await night.pods.present(), [`default: scalar/${pod} (Terminating)`]);
  await night.pods.unlock();
  pods.lost.clear();
  await wholeNight(await start());
  await assertEnd(t);
});

clusterTest("a process that is killed right after any request is finished by the next one", async (t) => {
  t.timeout(15 * 60_000);
  for (let at = 1; ; at += 1) {
    await forget();
    const first = await start({}, at, "kill after");
    await wholeNight(first).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    if (first.requests.length < at) return t.log(`${at - 1} kills`);
    // It would expire within a minute.
    for (const lease of await leases())
      await plane.api.patch(lease, { spec: { leaseDurationSeconds: 1, renewTime: null } });
    await wholeNight(await start());
    await assertEnd(t, first.requests[at - 1]);
  }
});

clusterTest(
  "each right of the documented Role is needed: without it a preview names it, and its step fails",
  async (t) => {
    t.timeout(15 * 60_000);
    const rights = documentedRights();
    t.is(rights.length, 16);
    for (const [index, { role, right }] of rights.entries()) {
      const what = rightAsText(right);
      // A Lease that exists is not created, but updated.
      await forget({ keepLeases: right.resource === "leases" && right.verb === "update" });
      await plane.api.replace(role);
      // The API server takes a moment to see the change.
      const named = await until(what, async () => {
        const found = await problems();
        return found.some((problem) => problem.includes(`may not ${what} in namespace "scalar"`)) && found;
      });
      // Without the list of Deployments, the rights to scale them are asked of no name.
      t.is(named.length, 1, `${what}: ${named.join("\n")}`);
      const night = await start();
      const error = await wholeNight(night).then(
        () => undefined,
        (failure: Error) => failure.message,
      );
      // What else scales the Deployments is read in a preview alone.
      if (/autoscalers|scaledobjects/.test(right.resource)) t.is(error, undefined, what);
      else
        t.regex(
          error ?? "",
          /refuses: .* is forbidden: User "system:serviceaccount:scalar:switch-over" cannot /,
          `${index}: ${what}`,
        );
      await night.pods.unlock();
      await plane.api.replace(documentedRole());
      await until("all rights", async () => (await problems()).length === 0);
      for (const lease of await leases())
        await plane.api.patch(lease, { spec: { leaseDurationSeconds: 1, renewTime: null } });
      await wholeNight(await start());
      await assertEnd(t, what);
    }
  },
);
