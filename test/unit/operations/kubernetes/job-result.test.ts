import test, { type ExecutionContext } from "ava";
import { awaitJob, type JobEnd } from "../../../../operations/kubernetes/job-result";
import { SimulatedClock } from "../../../../simulator/cloud/clock";
import type { ObjectManifest } from "../../../../simulator/cloud/kubernetes/cluster";
import { KubernetesCluster, kindOf } from "../../../../simulator/cloud/kubernetes/cluster";
import { type ContainerEnd, type ContainerRun, runImages } from "../../../../simulator/cloud/kubernetes/images";
import { RequestFailures } from "../../../../simulator/cloud/request-failures";

const JOBS = kindOf({ apiVersion: "batch/v1", kind: "Job" });
const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });

const JOB = (image = "checker:1"): ObjectManifest => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "check", namespace: "default" },
  spec: {
    backoffLimit: 1,
    template: { spec: { restartPolicy: "Never", containers: [{ name: "check", image, args: ["all"] }] } },
  },
});

/** A cluster whose image `checker` ends as `ends` says, try by try. */
async function clusterWith(t: ExecutionContext, ends: (run: ContainerRun) => ContainerEnd) {
  const failures = new RequestFailures();
  const cluster = await KubernetesCluster.start({ clock: new SimulatedClock(), failures });
  t.teardown(() => cluster.stop());
  runImages(cluster, [{ reference: /^checker:/, run: ends }]);
  const create = (job = JOB()): JobEnd => {
    const { metadata } = cluster.store.create(job, { fieldManager: "test" });
    return { namespace: "default", name: metadata.name, uid: metadata.uid, task: "check", deadlineSeconds: 60 };
  };
  const result = async (end: JobEnd) => {
    const lines: string[] = [];
    await awaitJob(end, { kubeconfig: cluster.kubeconfig }, (line) => lines.push(line), 10);
    return lines.at(-1);
  };
  return { cluster, failures, create, result };
}

test("hands over what the pod that succeeded has written, not what an earlier try has", async (t) => {
  let tries = 0;
  const { create, result } = await clusterWith(t, () =>
    ++tries === 1 ? { exitCode: 1, message: '{"error":"no route"}' } : { exitCode: 0, message: '{"records":3}\n' },
  );
  t.is(await result(create()), '{"records":3}');
  t.is(tries, 2);
});

test("hands over an empty object for a pod without a message", async (t) => {
  const { create, result } = await clusterWith(t, () => ({ exitCode: 0 }));
  t.is(await result(create()), "{}");
});

test("reports the exit code and the message of a Job that failed", async (t) => {
  const { create, result } = await clusterWith(t, () => ({ exitCode: 7, message: "account 12 is negative" }));
  const error = await t.throwsAsync(result(create()));
  t.is(
    error?.message,
    "the copies are refused: the Job default/check failed (BackoffLimitExceeded: Job has reached the specified backoff limit): its pod exited with 7, account 12 is negative. Its pod's log says more: kubectl logs --namespace default job/check; to run it again, replace the resource whose name ends in -check: pulumi up --replace <its URN>",
  );
});

test("refuses the result of another Job of the same name", async (t) => {
  const { create, result } = await clusterWith(t, () => ({ exitCode: 0, message: "{}" }));
  await t.throwsAsync(result({ ...create(), uid: "another" }), { message: /default\/check does not exist any more/ });
});

test("refuses a Job whose pod does not exist any more: what it found is unknown", async (t) => {
  const { cluster, create, result } = await clusterWith(t, () => ({ exitCode: 0, message: "{}" }));
  const job = create();
  for (const { metadata } of cluster.store.list(PODS, "default")) cluster.store.delete(PODS, "default", metadata.name);
  await t.throwsAsync(result(job), { message: /pod of the Job default\/check does not exist any more/ });
});

test("waits while the Job runs, and refuses one that does not end in time", async (t) => {
  const { cluster, create, result } = await clusterWith(t, () => ({ exitCode: 0, message: "{}" }));
  // No image of that name is simulated: the Job stays as it is.
  const job = create(JOB("slow:1"));
  await t.throwsAsync(result({ ...job, deadlineSeconds: -301 }), { message: /has not ended within -301 s/ });
  const ended = result(job);
  cluster.store.setStatus(JOBS, "default", "check", {
    conditions: [{ type: "Failed", status: "True", reason: "DeadlineExceeded" }],
  });
  await t.throwsAsync(ended, { message: /default\/check failed \(DeadlineExceeded\)\. Its pod's log/ });
});

test("a Job that has succeeded has ended though its pod is gone, if the pod has nothing to say", async (t) => {
  const { cluster, create, result } = await clusterWith(t, () => ({ exitCode: 0, message: "found" }));
  const end = create();
  t.is(await result(end), "found");
  for (const { metadata } of cluster.store.list(PODS, "default")) cluster.store.delete(PODS, "default", metadata.name);
  t.is(await result({ ...end, withoutMessage: true }), "{}");
  await t.throwsAsync(result(end), { message: /the pod of the Job default\/check does not exist any more/ });
});

for (const failure of ["no connection", "lost answer", "throttled"] as const)
  test(`waits on after a request that went wrong: ${failure}`, async (t) => {
    const { failures, create, result } = await clusterWith(t, () => ({ exitCode: 0, message: "found" }));
    const job = create();
    failures.arm(1, failure);
    t.is(await result(job), "found");
    t.true(failures.requests.length > 2, failures.requests.join());
  });
