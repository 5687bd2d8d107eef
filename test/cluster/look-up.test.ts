import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { selectCluster } from "../../operations/kubernetes/kubeconfig";
import { readPauseRuns } from "../../operations/kubernetes/pause-runs";
import { ClusterReader } from "../../operations/kubernetes/reader";
import { lookUpReleases, missingNamespaces } from "../../operations/kubernetes/releases";
import { runProblems } from "../../restore-points/pause-runs";
import type { KubernetesObject } from "./api";
import { controlPlaneBinaries, goIsThere } from "./binaries";
import { ControlPlane, until } from "./control-plane";
import { kubeconfigOf } from "./kubeconfig";

/** The program's look-up of releases and runs, against a real API server and its controllers, by kubeconfig files. */

const NAMESPACE = "scalar";
const clusterTest = goIsThere() ? test.serial : test.serial.skip;

let plane: ControlPlane;

test.before(async (t) => {
  t.timeout(20 * 60_000);
  if (!goIsThere()) return t.log("Go is not on this machine: the control plane cannot be built, nothing is tested");
  plane = await ControlPlane.start(controlPlaneBinaries((line) => process.stderr.write(`${line}\n`)));
  for (const name of [NAMESPACE, "other"])
    await plane.api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  await install(NAMESPACE, "scalardb-cluster", "scalardb-cluster");
  await install(NAMESPACE, "scalardb-cluster", "envoy");
  await install("other", "ledger", "ledger");
  const metadata = {
    namespace: NAMESPACE,
    name: "scalardb-cluster-headless",
    labels: labels("scalardb-cluster", "scalardb-cluster"),
  };
  const ports = [{ name: "scalardb-cluster", port: 60053 }];
  await plane.api.create({ apiVersion: "v1", kind: "Service", metadata, spec: { clusterIP: "None", ports } });
});

test.after.always(() => plane?.stop());

const labels = (name: string, product: string) => ({
  "app.kubernetes.io/instance": name,
  "app.kubernetes.io/app": product,
});

const POD = { restartPolicy: "Never", containers: [{ name: "pauser", image: "node" }] };

async function install(namespace: string, name: string, product: string): Promise<void> {
  await plane.api.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name: `${name}-${product}`, labels: labels(name, product) },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels(name, product) },
      template: { metadata: { labels: labels(name, product) }, spec: { ...POD, restartPolicy: "Always" } },
    },
  });
}

/** A reader by a kubeconfig file with this user. */
function readerOf(name: string, user: object): Promise<ClusterReader> {
  const path = join(plane.directory, name);
  writeFileSync(path, kubeconfigOf(plane.api, user, "real"));
  return ClusterReader.open(selectCluster({}, { KUBECONFIG: path }), process.env);
}

/** A ServiceAccount that may read these, everywhere or in its namespace alone, and its token. */
async function accountOf(name: string, rules: object[], everywhere = true): Promise<string> {
  const { api } = plane;
  await api.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace: NAMESPACE, name } });
  const kind = everywhere ? "ClusterRole" : "Role";
  const rbac = `/apis/rbac.authorization.k8s.io/v1/${everywhere ? "" : `namespaces/${NAMESPACE}/`}`;
  const plural = everywhere ? "clusterroles" : "roles";
  await api.request("POST", `${rbac}${plural}`, { metadata: { name }, rules });
  await api.request("POST", `${rbac}${plural.replace("roles", "rolebindings")}`, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
    subjects: [{ kind: "ServiceAccount", name, namespace: NAMESPACE }],
  });
  return api.tokenOf(NAMESPACE, name);
}

const READ = [
  { apiGroups: [""], resources: ["namespaces"], verbs: ["get", "list"] },
  { apiGroups: [""], resources: ["services"], verbs: ["list"] },
  { apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"] },
  { apiGroups: ["batch"], resources: ["cronjobs"], verbs: ["get"] },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["list"] },
];
const RELEASES = [
  { namespace: NAMESPACE, name: "scalardb-cluster" },
  { namespace: NAMESPACE, name: "ledger" },
];
const RELEASE_STATES = [
  { namespace: NAMESPACE, name: "scalardb-cluster", products: ["scalardb-cluster"], withoutAdminPort: [] },
  { namespace: NAMESPACE, name: "ledger", products: [], withoutAdminPort: [] },
];
const NEARBY = [{ namespace: NAMESPACE, name: "scalardb-cluster", product: "scalardb-cluster" }];

clusterTest(
  "an exec plugin's token finds the releases, and those of other namespaces; missing namespaces are seen",
  async (t) => {
    const token = await accountOf("reader", READ);
    const plugin = join(plane.directory, "plugin");
    const credential = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: { token } };
    writeFileSync(plugin, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
    chmodSync(plugin, 0o700);
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "./plugin", interactiveMode: "Never" };
    const reader = await readerOf("by-plugin", { exec });
    // The API server takes a moment to see new rights.
    await until("rights", () =>
      reader.list("/apis/apps/v1/deployments").then(
        () => true,
        () => false,
      ),
    );
    t.deepEqual(await lookUpReleases(reader, RELEASES), {
      releases: RELEASE_STATES,
      nearby: NEARBY,
      inOtherNamespaces: [{ namespace: "other", name: "ledger", product: "ledger" }],
    });
    const { missing, known } = await missingNamespaces(reader, [NAMESPACE, "scalr"]);
    t.deepEqual(missing, ["scalr"]);
    t.true(known.includes(NAMESPACE));
  },
);

clusterTest(
  "with rights in one namespace alone, what is beyond is left out, and what is refused is said in the server's words",
  async (t) => {
    const token = await accountOf("narrow", READ.slice(1, 3), false);
    const path = join(plane.directory, "narrow-token");
    writeFileSync(path, `${token}\n`);
    const reader = await readerOf("by-token-file", { tokenFile: path });
    await until("rights", () =>
      reader.list(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`).then(
        () => true,
        () => false,
      ),
    );
    t.deepEqual(await lookUpReleases(reader, RELEASES), { releases: RELEASE_STATES, nearby: NEARBY });
    t.deepEqual(await missingNamespaces(reader, [NAMESPACE, "scalr"]), { missing: [], known: [] });
    await t.throwsAsync(readPauseRuns(reader, NAMESPACE, "pause"), {
      message: /refuses: cronjobs\.batch "pause" is forbidden: User "system:serviceaccount:scalar:narrow" cannot get/,
    });
  },
);

clusterTest("a token that the server does not know is said so", async (t) => {
  const reader = await readerOf("by-token", { token: "unknown" });
  await t.throwsAsync(lookUpReleases(reader, RELEASES), { message: /refuses: Unauthorized$/ });
});

clusterTest("the Job controller's own failure is read from the CronJob's last run", async (t) => {
  t.timeout(120_000);
  const reader = await readerOf("by-plugin", { token: await accountOf("runs", READ) });
  const labelled = { labels: { app: "pauser" } };
  const cronJob = await plane.api.create({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { namespace: NAMESPACE, name: "pause" },
    spec: {
      schedule: "0 3 * * *",
      suspend: true,
      jobTemplate: { spec: { activeDeadlineSeconds: 1, template: { metadata: labelled, spec: POD } } },
    },
  });
  const owner = { apiVersion: "batch/v1", kind: "CronJob", name: "pause", uid: cronJob.metadata.uid, controller: true };
  const job = (name: string, metadata: object): Promise<KubernetesObject> =>
    plane.api.create({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { namespace: NAMESPACE, name, ...metadata },
      spec: cronJob.spec.jobTemplate.spec,
    });
  await job("pause-1", { ownerReferences: [owner] });
  await job("of-somebody-else", {});
  await until("rights", () =>
    readPauseRuns(reader, NAMESPACE, "pause").then(
      () => true,
      () => false,
    ),
  );
  const runs = await until("the Job's end", async () => {
    const read = await readPauseRuns(reader, NAMESPACE, "pause");
    return read?.jobs[0]?.outcome === "failed" ? read : undefined;
  });
  t.true(runs.suspended);
  t.is(runs.jobs.length, 1);
  t.like(runs.jobs[0], {
    name: "scalar/pause-1",
    failure: "DeadlineExceeded: Job was active longer than specified deadline",
  });
  const problems = runProblems(runs, {}, { now: Date.now(), longestIntervalMillis: 86_400_000 });
  t.is(problems.length, 1);
  t.regex(
    problems[0] as string,
    /^the last run of the pause schedule, Job scalar\/pause-1 of .+Z, failed: DeadlineExceeded: /,
  );
  t.is(await readPauseRuns(reader, NAMESPACE, "no-such-schedule"), undefined);
});
