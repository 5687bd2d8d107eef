import test from "ava";
import type { KubernetesCluster } from "../../../../../simulator/cloud/kubernetes/cluster";
import { NotScheduledError } from "../../../../../simulator/cloud/kubernetes/cron-job";
import { kindOf } from "../../../../../simulator/cloud/kubernetes/kinds";
import { grant, startCluster } from "./cluster";

const CRON_JOB = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
const JOB = kindOf({ apiVersion: "batch/v1", kind: "Job" });
const POD = kindOf({ apiVersion: "v1", kind: "Pod" });

interface Settings {
  script: string;
  spec?: Record<string, unknown>;
  job?: Record<string, unknown>;
  pod?: Record<string, unknown>;
  container?: Record<string, unknown>;
}

/** A CronJob that runs a script from a ConfigMap, as the pauser's does. */
function declare(cluster: KubernetesCluster, { script, spec, job, pod, container }: Settings): void {
  grant(cluster, "jobs", "runner", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }]);
  cluster.store.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "script", namespace: "jobs" },
    data: { "main.mjs": script },
  });
  cluster.store.create({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "job", namespace: "jobs" },
    spec: {
      schedule: "0 3 * * *",
      ...spec,
      jobTemplate: {
        spec: {
          backoffLimit: 2,
          ...job,
          template: {
            spec: {
              restartPolicy: "Never",
              serviceAccountName: "runner",
              ...pod,
              volumes: [{ name: "script", configMap: { name: "script" } }],
              containers: [
                {
                  name: "main",
                  image: "node:22-alpine",
                  command: ["node", "/opt/job/main.mjs"],
                  volumeMounts: [{ name: "script", mountPath: "/opt/job" }],
                  ...container,
                },
              ],
            },
          },
        },
      },
    },
  });
}

test("a container runs as a process from its spec: mounts, arguments, variables, token, simulated time", async (t) => {
  const cluster = await startCluster(t);
  cluster.clock.advance(3_600_000);
  declare(cluster, {
    script: `
      import { readFileSync } from "node:fs";
      const directory = process.env.PAUSER_SERVICE_ACCOUNT_DIRECTORY;
      const token = readFileSync(directory + "/token", "utf8");
      const headers = { authorization: "Bearer " + token };
      const path = "/api/v1/namespaces/jobs/configmaps/script";
      const own = await fetch(process.env.PAUSER_API_SERVER + path, { headers });
      const secret = await fetch(process.env.PAUSER_API_SERVER + "/api/v1/namespaces/jobs/pods", { headers });
      console.log(JSON.stringify({
        args: process.argv.slice(2).map((path) => readFileSync(path, "utf8").length),
        pod: process.env.POD, job: process.env.JOB, nested: process.env.NESTED,
        namespace: readFileSync(directory + "/namespace", "utf8"),
        own: own.status, secret: secret.status, now: Date.now(),
        home: process.env.AWS_ACCESS_KEY_ID ?? "nothing leaks in",
      }));`,
    container: {
      args: ["/opt/job/main.mjs"],
      env: [
        { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        { name: "JOB", valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } } },
        { name: "NESTED", value: "$(JOB)/$$(x)" },
      ],
    },
  });
  const result = await cluster.runCronJob("jobs", "job");
  t.true(result.succeeded, JSON.stringify(result));
  const [jobObject] = cluster.store.list(JOB, "jobs");
  const name = jobObject?.metadata.name as string;
  const printed = JSON.parse(result.attempts[0]?.stdout as string);
  t.like(printed, {
    job: name,
    nested: `${name}/$(x)`,
    namespace: "jobs",
    own: 200,
    secret: 403,
    home: "nothing leaks in",
  });
  t.true(printed.args[0] > 100, "the argument's path leads to the mounted file");
  t.true(printed.pod.startsWith(name));
  t.true(Math.abs(printed.now - cluster.clock.now()) < 60_000);
  t.like(jobObject?.status, { succeeded: 1, failed: 0 });
  t.is(typeof cluster.store.get(CRON_JOB, "jobs", "job").status?.lastSuccessfulTime, "string");
});

test("an exit code may fail the Job at once, by its rule; any other is tried again", async (t) => {
  const cluster = await startCluster(t);
  const rules = [{ action: "FailJob", onExitCodes: { operator: "In", values: [26] } }];
  declare(cluster, {
    script: `
      import { readFileSync } from "node:fs";
      const headers = { authorization: "Bearer " + readFileSync(process.env.PAUSER_SERVICE_ACCOUNT_DIRECTORY + "/token", "utf8") };
      const answer = await fetch(process.env.PAUSER_API_SERVER + "/api/v1/namespaces/jobs/configmaps/script", { headers });
      process.exitCode = (await answer.json()).metadata.labels?.code ?? 1;`,
    job: { podFailurePolicy: { rules } },
  });
  const first = await cluster.runCronJob("jobs", "job");
  t.like(first, { succeeded: false, reason: "BackoffLimitExceeded" });
  t.is(first.attempts.length, 3);
  const script = cluster.store.get(kindOf({ apiVersion: "v1", kind: "ConfigMap" }), "jobs", "script");
  cluster.store.update({ ...script, metadata: { ...script.metadata, labels: { code: "26" } } });
  const second = await cluster.runCronJob("jobs", "job");
  t.like(second, { succeeded: false, reason: "PodFailurePolicy" });
  t.is(second.attempts.length, 1);
});

test("a failed pod is followed by another, up to the backoff limit", async (t) => {
  const cluster = await startCluster(t);
  declare(cluster, { script: "process.exit(3)" });
  const result = await cluster.runCronJob("jobs", "job");
  t.like(result, { succeeded: false, reason: "BackoffLimitExceeded" });
  t.deepEqual(
    result.attempts.map(({ exitCode }) => exitCode),
    [3, 3, 3],
  );
  t.is(cluster.store.list(POD, "jobs").length, 3);
  t.is(cluster.store.get(CRON_JOB, "jobs", "job").status?.lastSuccessfulTime, undefined);
});

test("a pod that is killed is followed by another, which can succeed", async (t) => {
  const cluster = await startCluster(t);
  declare(cluster, {
    script: `setTimeout(() => {}, process.env.WAIT === "yes" ? 60_000 : 0);`,
    container: { env: [{ name: "WAIT", valueFrom: { configMapKeyRef: { name: "script", key: "wait" } } }] },
  });
  const scripts = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
  cluster.store.mergePatch(scripts, "jobs", "script", { data: { wait: "yes" } });
  const run = await cluster.startCronJob("jobs", "job");
  const container = await run.started;
  cluster.store.mergePatch(scripts, "jobs", "script", { data: { wait: "no" } });
  container.kill("SIGKILL");
  const result = await run.result;
  t.true(result.succeeded);
  t.deepEqual(
    result.attempts.map(({ exitCode, signal }) => signal ?? exitCode),
    ["SIGKILL", 0],
  );
});

test("a Job beyond its deadline is asked to end, then made to, and not tried again", async (t) => {
  const cluster = await startCluster(t);
  declare(cluster, {
    script: `process.on("SIGTERM", () => console.log("asked")); setInterval(() => {}, 1000); console.log("up");`,
    job: { activeDeadlineSeconds: 1 },
    pod: { terminationGracePeriodSeconds: 0 },
  });
  const result = await cluster.runCronJob("jobs", "job");
  t.like(result, { succeeded: false, reason: "DeadlineExceeded" });
  t.deepEqual(cluster.store.list(JOB, "jobs")[0]?.status?.conditions, [
    {
      type: "Failed",
      status: "True",
      reason: "DeadlineExceeded",
      message: "Job was active longer than specified deadline",
    },
  ]);
  t.is(result.attempts.length, 1);
  t.is(result.attempts[0]?.signal, "SIGKILL");
});

test("SIGTERM leaves a container the time of its grace period", async (t) => {
  const cluster = await startCluster(t);
  declare(cluster, {
    script: `process.on("SIGTERM", () => { console.log("cleaned up"); process.exit(0); });
             setInterval(() => {}, 1000); console.log("up");`,
  });
  const run = await cluster.startCronJob("jobs", "job");
  const container = await run.started;
  while (!container.stdout.includes("up")) await new Promise((resolve) => setTimeout(resolve, 10));
  run.terminate();
  const { attempts } = await run.result;
  t.is(attempts[0]?.exitCode, 0);
  t.regex(attempts[0]?.stdout ?? "", /cleaned up/);
});

test("Forbid and suspend keep a second Job and every Job away", async (t) => {
  const cluster = await startCluster(t);
  declare(cluster, { script: "setTimeout(() => {}, 60_000)", spec: { concurrencyPolicy: "Forbid" } });
  const run = await cluster.startCronJob("jobs", "job");
  await t.throwsAsync(cluster.startCronJob("jobs", "job"), {
    instanceOf: NotScheduledError,
    message: /forbids a second/,
  });
  await run.stop();
  cluster.store.mergePatch(CRON_JOB, "jobs", "job", { spec: { suspend: true } });
  await t.throwsAsync(cluster.startCronJob("jobs", "job"), { instanceOf: NotScheduledError, message: /is suspended/ });
});

test("what a container needs and doesn't find fails it, and says so", async (t) => {
  const cluster = await startCluster(t);
  declare(cluster, { script: "", job: { backoffLimit: 0 }, container: { command: ["bash", "-c", "true"] } });
  const noBash = await cluster.runCronJob("jobs", "job");
  t.regex(noBash.attempts[0]?.stderr ?? "", /the simulated cluster runs Node images only/);
  cluster.store.delete(kindOf({ apiVersion: "v1", kind: "ConfigMap" }), "jobs", "script");
  const noScript = await cluster.runCronJob("jobs", "job");
  t.is(noScript.attempts[0]?.stderr, 'MountVolume.SetUp failed for volume "script": configmap "script" not found');
});

test("a CronJob that Kubernetes would refuse is refused in its words", async (t) => {
  const cluster = await startCluster(t);
  const attempt = (spec: object, template: object = { restartPolicy: "Never", containers: [] }) =>
    t.throws(() =>
      cluster.store.create({
        apiVersion: "batch/v1",
        kind: "CronJob",
        metadata: { name: "c" },
        spec: { schedule: "0 3 * * *", ...spec, jobTemplate: { spec: { template: { spec: template } } } },
      }),
    )?.message;
  t.regex(attempt({ schedule: "daily" }) ?? "", /spec.schedule: Invalid value: "daily"/);
  t.regex(
    attempt({ timeZone: "Asia/Nowhere" }) ?? "",
    /spec.timeZone: Invalid value: "Asia\/Nowhere": unknown time zone/,
  );
  t.regex(
    attempt({ concurrencyPolicy: "forbid" }) ?? "",
    /Unsupported value: "forbid": supported values: "Allow", "Forbid"/,
  );
  t.regex(attempt({}, { containers: [] }) ?? "", /restartPolicy: Required value/);
  t.regex(attempt({ timezone: "UTC" }) ?? "", /unknown field "spec.timezone"/);
});
