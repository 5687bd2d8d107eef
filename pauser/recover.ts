import { randomUUID } from "node:crypto";
import { type Context, fixes } from "./context";
import { podsNow, reachablePods } from "./discover";
import { KubernetesError, type Pod } from "./kubernetes";
import { ReleaseLeases } from "./leases";
import { type FoundNote, type NotedPod, UNFINISHED_KEY, type UnfinishedRun } from "./note";
import { end, RunEnded } from "./outcome";
import { type PodHandle, podName } from "./pods";
import { recordCall } from "./record-call";
import type { ScalarPod } from "./scalar-pod";

/** How long a pod may take to say whether it is paused. */
const ANSWER_MILLIS = 3000;

/** An earlier run whose pods have been unpaused. */
export interface Recovered {
  /** The Job that it was a try of, if its note says so. */
  job?: string | undefined;
  /** The run, for messages. */
  who: string;
}

/**
 * Unpauses what an earlier run may have left paused, unless that run is still at work. It needs the note alone: damaged windows,
 * or a note of which only parts can be read, do not keep it from unpausing what can be.
 * @returns undefined when there is no such run
 * @throws {RunEnded} `busy` when that run is at work, `failedToUnpause` when a pod could not be unpaused, `notRecorded`
 */
export async function recover(context: Context): Promise<Recovered | undefined> {
  const { record, report, stop } = context;
  const found = await recordCall(record.unfinished(context.apiDeadline(), stop));
  if (found === undefined) return undefined;
  const who = describe(found);
  const atWork = await isAtWork(context, found);
  if (atWork !== undefined) throw end("busy", `${who} is still at work${atWork}`);

  for (const problem of found.problems) report.log(`the note of ${who} is damaged: ${problem}`);
  const count = found.pods.length;
  report.log(`${who} did not end: unpausing its ${count === 1 ? "pod" : `${count} pods`} first`);
  // Before the note is replaced: the new one is not damaged, and the next run unpauses only what it names.
  const others = found.problems.length > 0 ? await otherPausedPods(context, found.pods) : [];
  // The unpauser is of no Job: what it does is the outcome of the Job whose run left the pods.
  const job = context.environment.jobName ?? found.job;
  const known = others instanceof RunEnded ? [] : others;
  const pods = [...found.pods, ...known.map(({ pod }) => pod)];
  const note = { ...context.note(randomUUID(), pods), ...(job !== undefined && { job }) };
  // A note that may name more pods stays until these are known.
  const notTaken = others instanceof RunEnded ? others : await takeOver(context, note, found);
  const handles = [...context.connect(await thatMayBePaused(context, found.pods)), ...known];
  const { leftPaused } = await context.unpause(handles);
  for (const { admin } of handles) admin.close();
  await endRecovery(context, note, leftPaused, notTaken);
  report.log("no pod of that run is paused any more");
  return { job: found.job, who };
}

/**
 * Writes down what became of the pods.
 * @throws {RunEnded} unless all are unpaused and the note is gone
 */
async function endRecovery(
  context: Context,
  note: UnfinishedRun,
  leftPaused: Map<ScalarPod, string>,
  notTaken: RunEnded | undefined,
): Promise<void> {
  const { record } = context;
  const remaining = [...leftPaused.keys()];
  if (remaining.length === 0) {
    if (notTaken) throw notTaken;
    // While the note is this run's no other one of the schedule can have acquired them.
    const leases = new ReleaseLeases(context.kubernetes, context.ports.clock, context.settings);
    await leases.releaseOfKilledRun(context.apiDeadline());
    await recordCall(record.finish(note, { remaining }, context.apiDeadline()));
    return;
  }
  const reasons = whatRemains(context, leftPaused);
  if (notTaken) throw end("failedToUnpause", ...reasons, ...notTaken.outcome.reasons);
  const outcome = note.job === undefined ? undefined : context.outcomeOf(note.job, { end: "failedToUnpause", reasons });
  await recordCall(record.finish(note, { remaining, outcome }, context.apiDeadline()));
  throw end("failedToUnpause", ...reasons);
}

/** Pods of a release that has left the settings cannot be looked up any more: that such a pod is gone is never noticed. */
function whatRemains({ settings }: Context, leftPaused: Map<ScalarPod, string>): string[] {
  const { record, releases } = settings;
  const unknown = [...leftPaused.keys()].filter(
    ({ namespace, release }) => !releases.some((r) => r.namespace === namespace && r.name === release),
  );
  return [
    ...fixes(leftPaused),
    ...unknown.map(
      (pod) =>
        `release ${pod.namespace}/${pod.release} is not in the settings any more, so whether pod ${podName(pod)} still exists is not known; ` +
        `when it is deleted, remove the key ${UNFINISHED_KEY} from ConfigMap ${record.namespace}/${record.name}: nothing is paused before`,
    ),
  ];
}

function describe({ startedAt, pod }: FoundNote): string {
  const by = pod ? ` in pod ${podName(pod)}` : "";
  return startedAt ? `the run that started at ${startedAt}${by}` : `an earlier run${by}`;
}

/**
 * The note changes hands before any pod is touched: from then on the earlier run cannot record a window. If the API server
 * refuses the write, its pods must be unpaused all the same; a run that is still at work after all sees that they are.
 * @returns why the note could not be taken over
 * @throws {RunEnded} `busy` when another run has been quicker
 */
async function takeOver(context: Context, note: UnfinishedRun, found: FoundNote): Promise<RunEnded | undefined> {
  try {
    await recordCall(context.record.begin(note, found, context.apiDeadline(), context.stop));
    return undefined;
  } catch (error) {
    if (!(error instanceof RunEnded && error.outcome.end === "notRecorded")) throw error;
    context.report.log(`the note cannot be taken over, its pods are unpaused all the same: ${error.message}`);
    return error;
  }
}

/** Where each pod can be asked now. The address of a pod that is gone may belong to another one. */
async function thatMayBePaused(context: Context, noted: NotedPod[]): Promise<ScalarPod[]> {
  const { kubernetes, settings, stop } = context;
  const releases = new Map(
    noted.map(({ namespace, release: name }) => [`${namespace}/${name}`, { namespace, name }] as const),
  );
  const found = await Promise.all(
    [...releases.values()].map(async ({ namespace, name }) => {
      const tls = settings.releases.find((r) => r.namespace === namespace && r.name === name)?.tls;
      const pods: ScalarPod[] = noted
        .filter((pod) => pod.namespace === namespace && pod.release === name)
        .map((pod) => ({ ...pod, ...(tls && { tls }) }));
      // A release that has left the settings may not be looked up any more: the note says where its pods were.
      return podsNow(kubernetes, { namespace, name }, pods, context.apiDeadline(), stop).catch(() => pods);
    }),
  );
  return found.flat().filter((pod) => pod !== "gone");
}

/**
 * Which pods of the releases a damaged note may have named: those that do not say that they are not paused.
 * @returns how the run ends if they cannot be looked up
 */
async function otherPausedPods(context: Context, noted: NotedPod[]): Promise<PodHandle[] | RunEnded> {
  const { kubernetes, settings, report } = context;
  let pods: ScalarPod[];
  try {
    pods = await reachablePods(kubernetes, settings.releases, context.apiDeadline());
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return end(
      "failedToUnpause",
      `the note is damaged, and the pods that it may have named cannot be looked up: ${error.message}`,
    );
  }
  const others = pods.filter(({ uid }) => !noted.some((pod) => pod.uid === uid));
  const paused = await Promise.all(
    context.connect(others).map(async (handle) => {
      const state = await handle.admin.isPaused(ANSWER_MILLIS).catch((error: Error) => error);
      if (state === false) {
        handle.admin.close();
        return undefined;
      }
      const what = state === true ? "is paused" : `may be paused (${state.message})`;
      report.log(`pod ${podName(handle.pod)} ${what}, and the damaged note may have named it`);
      return handle;
    }),
  );
  return paused.filter((handle) => handle !== undefined);
}

/** Whether the earlier run's pod still runs: undefined if not, else what else is to be said. Outside a cluster only time can tell. */
async function isAtWork(context: Context, { endsBy, pod }: FoundNote): Promise<string | undefined> {
  const { environment, kubernetes, ports, stop } = context;
  if (ports.clock.now() >= endsBy) return undefined;
  if (pod === undefined) return "";
  // Our own pod's name: its container was started again, so the process that wrote the note is gone.
  if (environment.pod && podName(pod) === podName(environment.pod)) return undefined;
  try {
    const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`;
    const { metadata, status } = await kubernetes.get<Pod>(path, context.apiDeadline(), stop);
    // The kubelet reports a container that runs already a moment later: until then its pod is Pending.
    const runs = status?.phase === "Running" || status?.phase === "Pending";
    return metadata.deletionTimestamp === undefined && runs ? "" : undefined;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    if (error.status === 404) return undefined;
    return ` as far as is known until ${new Date(endsBy).toISOString()}: ${error.message}`;
  }
}
