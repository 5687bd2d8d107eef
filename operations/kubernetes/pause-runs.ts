import type { PauseJob, PauseRuns } from "../../restore-points/pause-runs";
import { isObject } from "../../restore-points/shape";
import { type Fields, listIn, objectIn, textIn } from "./fields";
import type { ClusterReader } from "./reader";

/**
 * What a CronJob and its Jobs say of the last runs; undefined while there is no such CronJob.
 * @throws {Error} when the cluster cannot be asked
 */
export async function readPauseRuns(
  reader: ClusterReader,
  namespace: string,
  name: string,
): Promise<PauseRuns | undefined> {
  const cronJob = await reader.get(`/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`);
  if (cronJob === undefined) return undefined;
  const jobs = await reader.list(`/apis/batch/v1/namespaces/${namespace}/jobs`);
  const [metadata, spec, status] = [
    objectIn(cronJob, "metadata"),
    objectIn(cronJob, "spec"),
    objectIn(cronJob, "status"),
  ];
  return {
    suspended: spec.suspend === true,
    ...(spec.suspend === true && suspendedBy(metadata)),
    ...timeIn(metadata, "creationTimestamp", "created"),
    ...timeIn(status, "lastScheduleTime", "lastScheduled"),
    ...timeIn(status, "lastSuccessfulTime", "lastSucceeded"),
    jobs: jobs.filter((job) => isOwnedBy(job, metadata.uid)).map(jobOf),
  };
}

/** A ConfigMap's data; empty while there is none. */
export async function readData(
  reader: ClusterReader,
  namespace: string,
  name: string,
): Promise<Record<string, string | undefined>> {
  const data = objectIn((await reader.get(`/api/v1/namespaces/${namespace}/configmaps/${name}`)) ?? {}, "data");
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)]));
}

function jobOf(job: Fields): PauseJob {
  const [metadata, status] = [objectIn(job, "metadata"), objectIn(job, "status")];
  const conditions = listIn(status, "conditions");
  const condition = (type: string) => conditions.find((each) => each.type === type && each.status === "True");
  const failed = condition("Failed");
  return {
    name: `${metadata.namespace}/${metadata.name}`,
    started: timeIn(status, "startTime", "at").at ?? timeIn(metadata, "creationTimestamp", "at").at ?? "",
    outcome: failed ? "failed" : condition("Complete") ? "succeeded" : "running",
    ...(failed && { failure: [failed.reason, failed.message].filter((text) => typeof text === "string").join(": ") }),
  };
}

/** The one other than Pulumi that has set `spec.suspend`. What Pulumi has set, it also takes back. */
function suspendedBy(metadata: Fields): { suspendedBy?: string } {
  const manager = listIn(metadata, "managedFields")
    .filter(({ fieldsV1 }) => isObject(fieldsV1) && "f:suspend" in objectIn(fieldsV1, "f:spec"))
    .map((entry) => textIn(entry, "manager") ?? "")
    .find((name) => !name.startsWith("pulumi"));
  return manager === undefined ? {} : { suspendedBy: manager };
}

function isOwnedBy(job: Fields, uid: unknown): boolean {
  const { ownerReferences } = objectIn(job, "metadata");
  return Array.isArray(ownerReferences) && ownerReferences.some((owner) => isObject(owner) && owner.uid === uid);
}

function timeIn<Key extends string>(fields: Fields, key: string, as: Key): { [K in Key]?: string } {
  const value = fields[key];
  const found: { [K in Key]?: string } = {};
  if (typeof value === "string") found[as] = value;
  return found;
}
