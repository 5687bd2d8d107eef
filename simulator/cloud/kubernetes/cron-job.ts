/** CronJobs: what their controller does at a scheduled minute. */

import { randomBytes } from "node:crypto";
import { type ContainerHost, JOBS, JobRun, type JobSpec, owner, PODS, timestamp } from "./job";
import { kindOf } from "./kinds";
import type { KubernetesObject } from "./objects";
import type { ObjectStore } from "./store";

interface CronJobSpec {
  concurrencyPolicy: "Allow" | "Forbid" | "Replace";
  suspend: boolean;
  jobTemplate: { metadata?: { labels?: Record<string, string> }; spec: JobSpec };
  successfulJobsHistoryLimit: number;
  failedJobsHistoryLimit: number;
}

const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });

/** A CronJob that starts no Job, and why. */
export class NotScheduledError extends Error {}

/**
 * Starts a Job as the CronJob's controller does at the scheduled minute.
 * @throws {NotScheduledError} when the CronJob is suspended, or allows no second Job while one runs
 */
export async function startCronJob(
  host: ContainerHost,
  namespace: string,
  name: string,
  running: readonly JobRun[],
): Promise<JobRun> {
  const { store, clock } = host;
  const cronJob = store.get(CRON_JOBS, namespace, name);
  const spec = cronJob.spec as unknown as CronJobSpec;
  if (spec.suspend) throw new NotScheduledError(`CronJob ${namespace}/${name} is suspended`);
  if (running.length > 0 && spec.concurrencyPolicy === "Forbid") {
    throw new NotScheduledError(`CronJob ${namespace}/${name} forbids a second Job while ${running[0]?.name} runs`);
  }
  if (spec.concurrencyPolicy === "Replace") await Promise.all(running.map((run) => run.stop()));

  // The controller names a Job by the scheduled minute; two of one minute get different names here, as from `kubectl create job`.
  const minute = Math.floor(clock.now() / 60_000);
  const jobName = [`${name}-${minute}`, `${name}-${minute}-${randomBytes(2).toString("hex")}`].find(
    (candidate) => !store.find(JOBS, namespace, candidate),
  ) as string;
  const job = store.create(
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name: jobName,
        namespace,
        labels: { ...spec.jobTemplate.metadata?.labels },
        ownerReferences: [owner("batch/v1", "CronJob", name, cronJob.metadata.uid)],
      },
      spec: spec.jobTemplate.spec,
    },
    { fieldManager: "kube-controller-manager" },
  );
  const status = {
    ...cronJob.status,
    lastScheduleTime: timestamp(clock),
    active: [{ kind: "Job", namespace, name: jobName }],
  };
  store.setStatus(CRON_JOBS, namespace, name, status);

  const run = new JobRun(host, job);
  void run.result.then(({ succeeded }) => {
    const now = store.find(CRON_JOBS, namespace, name);
    if (!now) return;
    const { active: _active, ...rest } = now.status ?? {};
    store.setStatus(CRON_JOBS, namespace, name, succeeded ? { ...rest, lastSuccessfulTime: timestamp(clock) } : rest);
    removeOldJobs(store, now);
  });
  return run;
}

/** Keeps as many ended Jobs as the history limits say, with their pods. */
function removeOldJobs(store: ObjectStore, cronJob: KubernetesObject): void {
  const { namespace, uid } = cronJob.metadata;
  const spec = cronJob.spec as unknown as CronJobSpec;
  const jobs = store
    .list(JOBS, namespace)
    .filter((job) => job.metadata.ownerReferences?.some((reference) => reference.uid === uid))
    .sort((left, right) => Number(left.metadata.resourceVersion) - Number(right.metadata.resourceVersion));
  for (const [type, limit] of [
    ["Complete", spec.successfulJobsHistoryLimit],
    ["Failed", spec.failedJobsHistoryLimit],
  ] as const) {
    const ended = jobs.filter((job) =>
      (job.status?.conditions as { type: string }[] | undefined)?.some((item) => item.type === type),
    );
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) deleteJob(store, job);
  }
}

function deleteJob(store: ObjectStore, job: KubernetesObject): void {
  const { namespace, name } = job.metadata;
  for (const pod of store.list(PODS, namespace, { labelSelector: `job-name=${name}` })) {
    store.delete(PODS, namespace, pod.metadata.name);
  }
  store.delete(JOBS, namespace, name);
}
