import * as pulumi from "@pulumi/pulumi";
import test, { type ExecutionContext } from "ava";
import { declareCheckJob } from "../../components/verification/check-job";
import type { VerifiedCopies } from "../../components/verification/job";
import { declareScanJob } from "../../components/verification/scan-job";
import { awaitJob } from "../../operations/kubernetes/job-result";
import { jobRights } from "../../permissions/kubernetes";
import { type KubernetesObject, Refusal } from "./api";
import { controlPlaneBinaries, goIsThere } from "./binaries";
import { ControlPlane, until } from "./control-plane";
import { revealed } from "./declared";
import { kubeconfigOf } from "./kubeconfig";

// The Jobs that verify copies, on a real API server with its Pod Security admission, and the real controller of Jobs. No node runs
// them: the test says how their pods have ended, as a kubelet does.

const NAMESPACE = "scalar";
const UP = "pulumi-up";

let plane: ControlPlane;
let token: string;

const clusterTest = goIsThere() ? test.serial : test.serial.skip;

test.before(async (t) => {
  t.timeout(20 * 60_000);
  if (!goIsThere()) return t.log("Go is not on this machine: the control plane cannot be built, nothing is tested");
  plane = await ControlPlane.start(controlPlaneBinaries((line) => process.stderr.write(`${line}\n`)));
  const { api } = plane;
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } });
  await until("the default account", () =>
    api.get("v1", "ServiceAccount", NAMESPACE, "default").catch(() => undefined),
  );
  const metadata = { name: UP, namespace: NAMESPACE };
  const rules = jobRights(NAMESPACE).map(({ group, resource, verb }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
  }));
  const rbac = "rbac.authorization.k8s.io/v1";
  await api.create({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  await api.create({ apiVersion: rbac, kind: "Role", metadata, rules });
  await api.create({
    apiVersion: rbac,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: UP },
    subjects: [{ kind: "ServiceAccount", name: UP, namespace: NAMESPACE }],
  });
  token = await api.tokenOf(NAMESPACE, UP);
});

test.after.always(() => plane?.stop());

/** The objects that a Job's declaration makes, as the provider would send them to the API server. */
async function declaredBy(declare: (copies: VerifiedCopies) => pulumi.Resource, name: string) {
  const objects: KubernetesObject[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name: logical, inputs }) => {
        if (type.startsWith("kubernetes:")) objects.push(revealed(inputs) as KubernetesObject);
        return { id: logical, state: inputs };
      },
      call: ({ token }) => {
        throw new Error(`${token} is called`);
      },
    },
    "scalar-backup",
    "test",
    false,
  );
  const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
  const job = declare({
    name,
    instant: "2026-11-22T03:00:12Z",
    properties: pulumi.secret("scalar.db.password=SECRET"),
    present: pulumi.secret("scalar.db.password=PRESENT"),
    after: pulumi.output(null),
    parent,
  });
  await new Promise((resolve) => job.urn.apply(resolve));
  return objects;
}

/** Creates the objects, and returns the Job as the cluster has it. */
async function created(objects: KubernetesObject[]): Promise<KubernetesObject> {
  let job: KubernetesObject | undefined;
  for (const object of objects) {
    const made = await plane.api.create(object);
    if (object.kind === "Job") job = made;
  }
  if (job === undefined) throw new Error("no Job was declared");
  return job;
}

const SCAN = { namespace: NAMESPACE, schemaLoaderImage: "ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0" };
const CHECK = { namespace: NAMESPACE, image: "registry.example.com/check:1", activeDeadlineSeconds: 300 };
const scan = (copies: VerifiedCopies) => declareScanJob(copies, SCAN, "scan", 0);

/** The pod that the controller has made for a Job, of those that have not ended. */
function podOf({ metadata }: KubernetesObject): Promise<KubernetesObject> {
  return until(`a pod of ${metadata.name}`, async () => {
    const pods = await plane.api.list("v1", "Pod", NAMESPACE, `batch.kubernetes.io/job-name=${metadata.name}`);
    return pods.find(({ status }) => status.phase === "Pending");
  });
}

/** As a kubelet reports that a container has ended. */
async function end(pod: KubernetesObject, exitCode: number, message: string): Promise<void> {
  const [{ name, image }] = pod.spec.containers;
  const finishedAt = new Date().toISOString();
  const terminated = { exitCode, message, reason: exitCode === 0 ? "Completed" : "Error", finishedAt };
  await plane.api.setStatus(pod, {
    phase: exitCode === 0 ? "Succeeded" : "Failed",
    containerStatuses: [
      { name, image, imageID: image, ready: false, restartCount: 0, started: false, state: { terminated } },
    ],
  });
}

/** What the operation says of a Job's end, read with the rights of the documents. */
async function endOf({ metadata }: KubernetesObject, task: string, deadlineSeconds = 3600): Promise<string[]> {
  const said: string[] = [];
  const request = { namespace: NAMESPACE, name: metadata.name, uid: metadata.uid ?? "", task, deadlineSeconds };
  await awaitJob(request, { kubeconfig: kubeconfigOf(plane.api, { token }) }, (line) => said.push(line), 200);
  return said;
}

clusterTest(
  "every Job's pod is admitted where Pod Security restricts, and a pod with more rights is not",
  async (t) => {
    t.timeout(120_000);
    for (const [task, declare] of [
      ["scan", scan],
      ["repair", (copies: VerifiedCopies) => declareScanJob(copies, SCAN, "repair", 0)],
      ["check", (copies: VerifiedCopies) => declareCheckJob(copies, CHECK)],
    ] as const) {
      const job = await created(await declaredBy(declare, `admitted-${task}`));
      const pod = await podOf(job);
      t.is(pod.spec.automountServiceAccountToken, false, task);
      t.deepEqual(
        pod.spec.volumes.filter((volume: { projected?: object }) => volume.projected),
        [],
        `${task} has no token of the cluster`,
      );
      const looser = { ...pod.spec.containers[0], securityContext: { allowPrivilegeEscalation: true } };
      const refusal = await t.throwsAsync(
        plane.api.create(
          {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: `looser-${task}`, namespace: NAMESPACE },
            spec: { ...pod.spec, containers: [looser] },
          },
          { dryRun: true },
        ),
        { instanceOf: Refusal },
      );
      t.regex(refusal.message, /violates PodSecurity.*restricted/, task);
    }
  },
);

clusterTest("the properties of the copies and of the present databases are in the Secret only", async (t) => {
  const objects = await declaredBy(scan, "secret");
  const job = await created(objects);
  const [{ secret }] = job.spec.template.spec.volumes;
  const { data } = await plane.api.get("v1", "Secret", NAMESPACE, secret.secretName);
  const decoded = Object.entries(data).map(([file, text]) => [file, Buffer.from(String(text), "base64").toString()]);
  t.deepEqual(Object.fromEntries(decoded), {
    "database.properties": "scalar.db.password=SECRET",
    "present.properties": "scalar.db.password=PRESENT",
  });
  t.notRegex(JSON.stringify(job), /SECRET|PRESENT/);
  t.true(job.spec.template.spec.containers[0].args.includes("presentFile=/copies/present.properties"));
});

clusterTest("a Job that succeeds says what its pod has found", async (t) => {
  const job = await created(await declaredBy(scan, "succeeds"));
  const ended = endOf(job, "scan");
  await end(await podOf(job), 0, '{"tables":2}\n');
  t.deepEqual(await ended, ['{"tables":2}']);
});

clusterTest("a scan is tried again, and what its second pod has found counts", async (t: ExecutionContext) => {
  t.timeout(120_000);
  const job = await created(await declaredBy(scan, "again"));
  const ended = endOf(job, "scan");
  const first = await podOf(job);
  await end(first, 1, '{"error":"no route to the database"}');
  await end(await podOf(job), 0, '{"tables":2}');
  t.deepEqual(await ended, ['{"tables":2}']);
});

clusterTest("a check that fails is not tried again, and refuses the copies with its message", async (t) => {
  const job = await created(await declaredBy((copies) => declareCheckJob(copies, CHECK), "fails"));
  const ended = t.throwsAsync(endOf(job, "check"));
  await end(await podOf(job), 3, "account a1 is off");
  const { message } = await ended;
  t.regex(
    message,
    /^the copies are refused: the Job scalar\/fails-check-\S+ failed \(BackoffLimitExceeded: .*\): its pod exited with 3, account a1 is off\./,
  );
});

clusterTest("a Job that takes too long, and one that is gone, are errors that say how to go on", async (t) => {
  t.timeout(120_000);
  const slow = await created(
    await declaredBy((copies) => declareCheckJob(copies, { ...CHECK, activeDeadlineSeconds: 1 }), "slow"),
  );
  const tooLong = await t.throwsAsync(endOf(slow, "check"));
  t.regex(tooLong.message, /failed \(DeadlineExceeded: .*to run it again, replace the resource .* -check/);
  const gone = await created(await declaredBy(scan, "gone"));
  await plane.api.delete({ ...gone, apiVersion: "batch/v1", kind: "Job" });
  await t.throwsAsync(endOf(gone, "scan"), { message: /^the Job scalar\/gone-scan-\S+ does not exist any more/ });
});
