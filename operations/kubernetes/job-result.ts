import { durationText } from "../../restore-points/duration";
import { longWork } from "../long-work";
import { poll } from "../poll";
import { ClusterClient, connectTo } from "./client";
import { type Fields, listIn, objectIn } from "./fields";
import type { ClusterChoice } from "./kubeconfig";

/** The Job to wait for. */
export interface JobEnd {
  namespace: string;
  name: string;
  uid: string;
  /** What it does, for messages: `scan`. */
  task: string;
  /** How long it may take, in seconds. */
  deadlineSeconds: number;
  /** Its pods write no message: that the Job has succeeded is enough, though they are gone. */
  withoutMessage?: boolean;
}

/** What a Job's pod has written to its termination message file, for a pod without a message `{}`. */
const NO_MESSAGE = "{}";
const POLL_MILLIS = 5_000;
/** The time to schedule the pod, and to notice its end. */
const START_SECONDS = 300;

/**
 * Waits for the end of a Job. The last line that it says is what the Job's pod has written to its termination message file.
 * @throws {Error} when the Job fails, with its pod's message
 */
export async function awaitJob(
  { namespace, name, uid, task, deadlineSeconds, withoutMessage = false }: JobEnd,
  access: ClusterChoice,
  say: (line: string) => void,
  pollMillis = POLL_MILLIS,
): Promise<void> {
  // A Job may run for an hour: one answer that is lost must not end the wait for it.
  const client = new ClusterClient(connectTo(access, process.env), undefined, "look-up");
  let seen = "no pod yet";
  const limitMillis = (deadlineSeconds + START_SECONDS) * 1000;
  const expected = `at most ${durationText(limitMillis)}`;
  const pace = {
    everyMillis: pollMillis,
    limitMillis,
    late: () => `the Job ${namespace}/${name} has not ended within ${deadlineSeconds} s; ${again(task)}`,
  };
  await longWork({ what: `waits for the Job ${namespace}/${name}`, state: () => seen, expected }, () =>
    poll(pace, async () => {
      const job = await client.get(`/apis/batch/v1/namespaces/${namespace}/jobs/${name}`);
      if (job === undefined || objectIn(job, "metadata").uid !== uid)
        throw new Error(`the Job ${namespace}/${name} does not exist any more; ${again(task)}`);
      const status = objectIn(job, "status");
      seen = podStateIn(status);
      const conditions = listIn(status, "conditions");
      const condition = (type: string) => conditions.find((each) => each.type === type && each.status === "True");
      const failed = condition("Failed");
      if (failed === undefined && condition("Complete") === undefined) return false;
      const pods = await client.list(`/api/v1/namespaces/${namespace}/pods`, `job-name=${name}`);
      const ends = pods.filter((pod) => isOf(pod, uid)).flatMap(endsOf);
      if (failed !== undefined) throw new Error(failure(`${namespace}/${name}`, task, failed, ends));
      const message = ends.find(({ exitCode }) => exitCode === 0)?.message;
      if (message === undefined && !withoutMessage)
        throw new Error(
          `the pod of the Job ${namespace}/${name} does not exist any more, with what it found; ${again(task)}`,
        );
      say(message?.trim() || NO_MESSAGE);
      return true;
    }),
  );
}

/** What the Job's pod does, by the counts in its status. [Kubernetes API reference, JobStatus] */
function podStateIn({ active, ready, failed }: Fields): string {
  const again = typeof failed === "number" && failed > 0 ? ` after ${failed} that failed` : "";
  if (ready) return `its pod runs${again}`;
  return active ? `its pod starts${again}` : `no pod${again || " yet"}`;
}

interface PodEnd {
  exitCode: number;
  message: string;
}

function failure(job: string, task: string, condition: Fields, ends: PodEnd[]): string {
  const last = ends.at(-1);
  const said =
    last === undefined
      ? ""
      : `: its pod exited with ${last.exitCode}${last.message === "" ? "" : `, ${last.message.trim()}`}`;
  const reason = [condition.reason, condition.message].filter((text) => typeof text === "string").join(": ");
  const refused = task === "check" ? "the copies are refused: " : "";
  return `${refused}the Job ${job} failed (${reason})${said}. Its pod's log says more: kubectl logs --namespace ${job.replace("/", " job/")}; ${again(task)}`;
}

/** How a Job is run again. */
function again(task: string): string {
  return `to run it again, replace the resource whose name ends in -${task}: pulumi up --replace <its URN>`;
}

function endsOf(pod: Fields): PodEnd[] {
  return listIn(objectIn(pod, "status"), "containerStatuses").flatMap((status) => {
    const terminated = objectIn(objectIn(status, "state"), "terminated");
    if (typeof terminated.exitCode !== "number") return [];
    return [
      { exitCode: terminated.exitCode, message: typeof terminated.message === "string" ? terminated.message : "" },
    ];
  });
}

function isOf(pod: Fields, uid: string): boolean {
  return listIn(objectIn(pod, "metadata"), "ownerReferences").some((owner) => owner.uid === uid);
}
