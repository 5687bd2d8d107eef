import { TASK_VARIABLE } from "../../pauser/task";
import { SWITCH_OVER_MANAGER } from "../../restore-points/pause-runs";
import { isObject } from "../../restore-points/shape";
import type { ClusterClient } from "../kubernetes/client";
import { type Fields, listIn, objectIn, textIn } from "../kubernetes/fields";
import type { ReleaseAddress } from "../kubernetes/releases";
import type { JournalledSchedule } from "./journal";
import type { Say } from "./progress";
import type { ClusterReleases } from "./stoppable-pods";

/** The CronJobs that pause the releases: the one that the request names, or else those of any stack in the releases' namespaces. */
export async function findSchedules(
  client: ClusterClient,
  { schedule, releases }: ClusterReleases,
): Promise<JournalledSchedule[]> {
  if (schedule !== undefined) {
    const cronJob = await client.get(pathOf(schedule));
    return cronJob === undefined ? [] : [journalled(cronJob)];
  }
  const namespaces = [...new Set(releases.map(({ namespace }) => namespace))];
  const cronJobs = await Promise.all(
    namespaces.map((namespace) => client.list(`/apis/batch/v1/namespaces/${namespace}/cronjobs`)),
  );
  return cronJobs
    .flat()
    .filter((cronJob) => pauses(cronJob, releases))
    .map(journalled);
}

/** Suspends them, so that no run fails while there are no pods to pause. */
export async function suspendSchedules(client: ClusterClient, schedules: readonly JournalledSchedule[], say: Say) {
  await setSuspended(client, schedules, true, say);
}

/** Resumes those that were not suspended before. */
export async function resumeSchedules(client: ClusterClient, schedules: readonly JournalledSchedule[], say: Say) {
  const own = schedules.filter(({ suspended }) => !suspended);
  await setSuspended(client, own, false, say);
}

async function setSuspended(
  client: ClusterClient,
  schedules: readonly JournalledSchedule[],
  suspend: boolean,
  say: Say,
): Promise<void> {
  for (const schedule of schedules) {
    const cronJob = await client.get(pathOf(schedule));
    const label = `${schedule.namespace}/${schedule.name}`;
    if (cronJob === undefined) say(`the pause schedule ${label} does not exist any more`);
    else if ((objectIn(cronJob, "spec").suspend === true) !== suspend) {
      await client.patch(`${pathOf(schedule)}?fieldManager=${SWITCH_OVER_MANAGER}`, { spec: { suspend } });
      say(`pause schedule ${label}: ${suspend ? "suspended" : "resumed"}`);
    }
  }
}

/** Recognizes a CronJob of this package by its container's settings: every version has them, and no label is common to all. */
function pauses(cronJob: Fields, releases: readonly ReleaseAddress[]): boolean {
  const job = objectIn(objectIn(objectIn(cronJob, "spec"), "jobTemplate"), "spec");
  const pod = objectIn(objectIn(job, "template"), "spec");
  return listIn(pod, "containers").some((container) => {
    const variables = listIn(container, "env");
    // The unpauser has the same settings, but pauses nothing.
    if (variables.some(({ name }) => name === TASK_VARIABLE)) return false;
    const settings = variables.find(({ name }) => name === "PAUSER_SETTINGS");
    return pausedBy(settings && textIn(settings, "value")).some((paused) =>
      releases.some(({ namespace, name }) => paused.namespace === namespace && paused.name === name),
    );
  });
}

function pausedBy(settings: string | undefined): Fields[] {
  try {
    const value: unknown = JSON.parse(settings ?? "");
    return isObject(value) ? listIn(value, "releases") : [];
  } catch {
    return [];
  }
}

function journalled(cronJob: Fields): JournalledSchedule {
  const metadata = objectIn(cronJob, "metadata");
  return {
    namespace: textIn(metadata, "namespace") ?? "",
    name: textIn(metadata, "name") ?? "",
    suspended: objectIn(cronJob, "spec").suspend === true,
  };
}

const pathOf = ({ namespace, name }: { namespace: string; name: string }): string =>
  `/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`;
