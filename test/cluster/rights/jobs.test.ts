import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { declareSchemaLoader } from "../../../components/databases/cosmosdb/schema-loader";
import { declareCheckJob } from "../../../components/verification/check-job";
import type { VerifiedCopies } from "../../../components/verification/job";
import { declareScanJob } from "../../../components/verification/scan-job";
import { awaitJob } from "../../../operations/kubernetes/job-result";
import { jobRights, type KubernetesRight } from "../../../permissions/kubernetes";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { KubernetesCluster } from "../../../simulator/cloud/kubernetes/cluster";
import type { PropertyMap } from "../../../simulator/providers/provider";
import { Api, type KubernetesObject } from "../api";
import { controlPlaneBinaries, goIsThere } from "../binaries";
import { ControlPlane, until } from "../control-plane";
import { revealed } from "../declared";
import { kubeconfigOf } from "../kubeconfig";
import { ApiProvider } from "./api-provider";
import { mayDo, refusedIn } from "./world";

/**
 * The Jobs of a restore on a real API server, with the real controller of Jobs, by an account that has the Role of docs/permissions.md
 * alone. No node runs them: the test says how their pods have ended, as a kubelet does.
 */

const NAMESPACE = "scalar";
const ACCOUNT = "restorer";
const RBAC = "rbac.authorization.k8s.io";
const RIGHTS = jobRights(NAMESPACE);

let plane: ControlPlane;
let token: string;
let provider: ApiProvider;
let decides: KubernetesCluster;

const clusterTest = goIsThere() ? test.serial : test.serial.skip;

test.before(async (t) => {
  t.timeout(20 * 60_000);
  if (!goIsThere()) return t.log("Go is not on this machine: the control plane cannot be built, nothing is tested");
  plane = await ControlPlane.start(controlPlaneBinaries((line) => process.stderr.write(`${line}\n`)));
  const { api } = plane;
  const labels = { "pod-security.kubernetes.io/warn": "restricted" };
  await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } });
  await until("the default account", () =>
    api.get("v1", "ServiceAccount", NAMESPACE, "default").catch(() => undefined),
  );
  const metadata = { name: ACCOUNT, namespace: NAMESPACE };
  await api.create({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  await api.create(roleOf([]));
  await api.create({
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: RBAC, kind: "Role", name: ACCOUNT },
    subjects: [{ kind: "ServiceAccount", ...metadata }],
  });
  token = await api.tokenOf(NAMESPACE, ACCOUNT);
  decides = await KubernetesCluster.start({ clock: new SimulatedClock() });
  provider = new ApiProvider(decides, own());
});

test.after.always(async () => {
  await decides?.stop();
  await plane?.stop();
});

const own = () => new Api(plane.api.url, plane.api.ca, token);

function roleOf(rights: readonly KubernetesRight[]): KubernetesObject {
  const rules = rights.map(({ group, resource, verb }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
  }));
  return { apiVersion: `${RBAC}/v1`, kind: "Role", metadata: { name: ACCOUNT, namespace: NAMESPACE }, rules };
}

/** From now on, the account has these rights: the API server says so itself. */
async function restrict(rights: readonly KubernetesRight[]): Promise<void> {
  await plane.api.replace(roleOf(rights));
  const api = own();
  for (const right of RIGHTS)
    await until(
      `the API server's view of ${nameOf(right)}`,
      async () => (await mayDo(api, right)) === rights.includes(right),
    );
  api.close();
}

const nameOf = ({ verb, resource }: KubernetesRight) => `${verb} ${resource}`;

/** The objects that a declaration makes, with their types, in the order in which they are created. */
async function declaredBy(declare: (parent: pulumi.ComponentResource) => pulumi.Output<unknown>) {
  const objects: { type: string; inputs: PropertyMap }[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type.startsWith("kubernetes:")) objects.push({ type, inputs: revealed(inputs) as PropertyMap });
        return { id: name, state: { ...inputs, stdout: "{}" } };
      },
      call: ({ token }) => {
        if (token === "pulumi:pulumi:readStackResourceOutputs") return {};
        throw new Error(`${token} is called`);
      },
    },
    "scalar-backup",
    "test",
    false,
    "organization",
  );
  const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
  await new Promise<void>((resolve) => declare(parent).apply(() => resolve()));
  return objects;
}

const copies = (parent: pulumi.ComponentResource, name: string): VerifiedCopies => ({
  name,
  instant: "2026-11-22T03:00:12Z",
  properties: pulumi.secret("scalar.db.password=SECRET"),
  after: pulumi.output(null),
  parent,
});
const SCAN = { namespace: NAMESPACE, schemaLoaderImage: "ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0" };
const CHECK = { namespace: NAMESPACE, image: "registry.example.com/check:1" };
const LOADER = { namespace: NAMESPACE, image: SCAN.schemaLoaderImage };

type Declared = [task: string, declare: (parent: pulumi.ComponentResource, name: string) => pulumi.Output<unknown>];
const JOBS: [Declared, ...Declared[]] = [
  ["scan", (parent, name) => declareScanJob(copies(parent, name), SCAN, "scan", 0).urn],
  ["check", (parent, name) => declareCheckJob(copies(parent, name), CHECK).urn],
  [
    "repair",
    (parent, name) => {
      const account = { endpoint: pulumi.output("https://copy"), key: pulumi.secret("key") };
      return declareSchemaLoader(name, name, LOADER, account, [], { instant: "2026-11-22T03:00:12Z", parent });
    },
  ],
];

/** All that is done with a Job: it is created and awaited, refreshed, changed by another version of the program, and deleted. */
async function live(task: string, declare: Declared[1], name: string): Promise<void> {
  const objects = await declaredBy((parent) => declare(parent, name));
  const made = [];
  for (const { type, inputs } of objects) {
    const urn = `urn:pulumi:test::scalar-backup::${type}::${name}`;
    const { id, outputs } = await provider.create({ urn, type, inputs, preview: false });
    made.push({ urn, type, inputs, id, outputs });
  }
  const [job] = made.filter(({ type }) => type.endsWith(":Job")).map(({ outputs }) => asObject(outputs));
  if (job === undefined) throw new Error("no Job was declared");
  const ended = awaitJob(
    { namespace: NAMESPACE, name: job.metadata.name, uid: job.metadata.uid ?? "", task, deadlineSeconds: 60 },
    { kubeconfig: kubeconfigOf(plane.api, { token }) },
    () => {},
    200,
  );
  // Its pods may come after it has been given up.
  await Promise.all([ended, end(job)]);
  for (const { urn, type, id, inputs, outputs } of made) await provider.read({ urn, type, id, inputs, outputs });
  for (const each of made) {
    const { metadata } = asObject(each.inputs);
    const labels = { ...metadata.labels, version: "another" };
    // Cast: JSON.
    const newInputs = { ...each.inputs, metadata: { ...metadata, labels } } as unknown as PropertyMap;
    await provider.update({ ...each, oldInputs: each.inputs, oldOutputs: each.outputs, newInputs, preview: false });
  }
  for (const each of made.reverse()) await provider.delete(each);
}

// Cast: what the program declares are objects of Kubernetes.
const asObject = (properties: PropertyMap) => properties as unknown as KubernetesObject;

/** As a kubelet reports that a pod's container has ended. */
async function end({ metadata }: KubernetesObject): Promise<void> {
  const selector = `batch.kubernetes.io/job-name=${metadata.name}`;
  const pod = await until(`a pod of ${metadata.name}`, async () => {
    const [found] = await plane.api.list("v1", "Pod", NAMESPACE, selector);
    return found;
  });
  const [{ name, image }] = pod.spec.containers;
  const terminated = { exitCode: 0, message: "{}", reason: "Completed", finishedAt: new Date().toISOString() };
  const status = { name, image, imageID: image, ready: false, restartCount: 0, started: false, state: { terminated } };
  await plane.api.setStatus(pod, { phase: "Succeeded", containerStatuses: [status] });
}

clusterTest("every Job of a restore works with exactly the rights of the Role", async (t) => {
  t.timeout(5 * 60_000);
  await restrict(RIGHTS);
  for (const [task, declare] of JOBS) await t.notThrowsAsync(live(task, declare, `exactly-${task}`));
});

for (const [index, right] of RIGHTS.entries())
  clusterTest(`without ${nameOf(right)}, a Job's step ends with an error that names it`, async (t) => {
    t.timeout(5 * 60_000);
    await restrict(RIGHTS.filter((other) => other !== right));
    // The scan alone has a ConfigMap, and all that the others have.
    const [[task, scan]] = JOBS;
    const error = await t.throwsAsync(live(task, scan, `without-${index}`));
    t.true(refusedIn(error.message, { ...right, who: "up" }), error.message);
    // Pods are listed for an `up`, too.
    if (error.message.includes(" refuses: "))
      t.regex(
        error.message,
        /; the Role of (Jobs|an `up`) in docs\/permissions\.md of the package scalar-backup grants it$/,
      );
  });
