import { randomUUID } from "node:crypto";
import { type Context, fixes } from "./context";
import { podsNow, reachablePods } from "./discover";
import { checkStopped } from "./ending";
import type { Pod } from "./kubernetes";
import { KubernetesError } from "./kubernetes-error";
import { ReleaseLeases } from "./leases";
import {
  ANSWER_MILLIS,
  LATE_PAUSE_POLL_MILLIS,
  lastPauseMillis,
  longestUnpauserSeconds,
  QUEUE_MILLIS,
} from "./longest-run";
import { type FoundNote, type NotedPod, UNFINISHED_KEY, type UnfinishedRun } from "./note";
import { end, RunEnded } from "./outcome";
import { type PodHandle, podName } from "./pods";
import { recordCall } from "./record-call";
import type { ScalarPod } from "./scalar-pod";
import { Deadline } from "./time";

/** An earlier run whose pods have been unpaused. */
export interface Recovered {
  /** The Job of which it was a try, if its note names one. */
  job?: string | undefined;
  /** The run, for messages. */
  who: string;
}

/**
 * Unpauses pods that an earlier run may have left paused, unless that run is still active. It needs only the note: even
 * with damaged windows or a partly damaged note, it unpauses every pod that it can read.
 * @returns undefined without such a run
 * @throws {RunEnded} `busy` when that run is still active, `failedToUnpause` when a pod could not be unpaused,
 *   `notRecorded`
 */
export async function recover(context: Context): Promise<Recovered | undefined> {
  const { record, report, stop } = context;
  const found = await recordCall(record.unfinished(context.apiDeadline(), stop));
  if (found === undefined) return undefined;
  const who = describe(found);
  const atWork = await isAtWork(context, found);
  if (atWork !== undefined) throw end("busy", `${who} is still running${atWork}`);

  for (const problem of found.problems) report.log(`the note of ${who} is damaged: ${problem}`);
  const count = found.pods.length;
  report.log(`${who} did not end: unpausing its ${count === 1 ? "pod" : `${count} pods`} first`);
  // Before replacing the note: the new note is not damaged, so the next run unpauses only the pods that it names.
  const others = found.problems.length > 0 ? await otherPods(context, found.pods) : [];
  // The unpauser has no Job in the record: its result counts for the Job whose run left the pods paused.
  const job = context.environment.jobName ?? found.job;
  const known = others instanceof RunEnded ? [] : others;
  const pods = [...found.pods, ...known.map(({ pod }) => pod)];
  const longest = longestUnpauserSeconds(context.settings);
  const note = { ...context.note(randomUUID(), pods, longest), ...(job !== undefined && { job }) };
  // A note that may name more pods stays until those are known.
  const notTaken = others instanceof RunEnded ? others : await takeOver(context, note, found);
  const handles = [...context.connect(await thatMayBePaused(context, found.pods)), ...known];
  const first = await spare(context, handles);
  let { leftPaused } = await context.unpause(first.own);
  if (leftPaused.size === 0) leftPaused = await unpauseLate(context, handles, found, first.spared);
  for (const { admin } of handles) admin.close();
  await endRecovery(context, note, leftPaused, notTaken);
  report.log("no pod of that run is paused any more");
  return { job: found.job, who };
}

/**
 * A Pause that the killed run has sent may still be on its way to a pod, or in the queue of a pod that hangs: asks the pods again
 * until such a Pause has passed its own deadline, and no pod is left to another schedule.
 * @returns the pods that may still be paused
 */
async function unpauseLate(
  context: Context,
  handles: PodHandle[],
  { startedAt }: FoundNote,
  spared: PodHandle[],
): Promise<Map<ScalarPod, string>> {
  let left = spared;
  const { settings, stop } = context;
  const { clock } = context.ports;
  const age = startedAt === undefined ? 0 : Math.max(0, clock.now() - Date.parse(startedAt));
  const none = new Map<ScalarPod, string>();
  for (
    const deadline = new Deadline(clock, Math.max(lastPauseMillis(settings) - age, QUEUE_MILLIS));
    !deadline.passed || left.length > 0;
  ) {
    await clock.sleep(
      left.length > 0 ? LATE_PAUSE_POLL_MILLIS : Math.min(LATE_PAUSE_POLL_MILLIS, deadline.remainingMillis),
      stop,
    );
    // The next run finds the note, and continues.
    checkStopped(stop);
    const asked = await Promise.all(handles.map(async (handle) => ((await isUnpaused(handle)) ? undefined : handle)));
    const paused = asked.filter((handle) => handle !== undefined);
    const { own, spared: now } = await spare(context, paused);
    left = now;
    const { leftPaused } = own.length > 0 ? await context.unpause(own) : { leftPaused: none };
    if (leftPaused.size > 0) return leftPaused;
  }
  return none;
}

/**
 * A run that has lost its note's removal only, or its lease, can be followed by another schedule's run, which has found no pod paused
 * before it acquired the lease, and unpauses them itself. They are asked again when it has ended.
 */
async function spare(context: Context, handles: PodHandle[]): Promise<{ own: PodHandle[]; spared: PodHandle[] }> {
  if (handles.length === 0) return { own: [], spared: [] };
  const leases = new ReleaseLeases(context.kubernetes, context.ports.clock, context.settings);
  const held = await leases.heldByOthers(context.apiDeadline(), context.stop);
  const isHeld = ({ pod }: PodHandle) => held.has(`${pod.namespace}/${pod.release}`);
  return { own: handles.filter((handle) => !isHeld(handle)), spared: handles.filter(isHeld) };
}

const isUnpaused = ({ admin }: PodHandle): Promise<boolean> =>
  admin.isPaused(ANSWER_MILLIS).then(
    (paused) => !paused,
    () => false,
  );

/** Records the pods' state.
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
    // While this run owns the note, no other run of the schedule can have acquired the leases.
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

/**
 * Pods of a release that was removed from the settings cannot be looked up, so the run cannot see that they are gone.
 */
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
 * Takes over the note before changing any pod: from then on the earlier run cannot record a window. If the API server
 * refuses the write, unpause its pods all the same; a run that is still active notices that.
 * @returns why the note could not be taken over
 * @throws {RunEnded} `busy` when another run was faster
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

/** Each pod's current address. The address of a deleted pod may belong to another pod now. */
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
      // The pauser may not look up a release that was removed from the settings: use the addresses in the note.
      return podsNow(kubernetes, { namespace, name }, pods, context.apiDeadline(), stop).catch(() => pods);
    }),
  );
  return found.flat().filter((pod) => pod !== "gone");
}

/**
 * The other pods of the releases. A damaged note may have named any of them, and a pod that answers that it is not paused may still
 * get a Pause of the killed run.
 * @returns how the run ends if they cannot be looked up
 */
async function otherPods(context: Context, noted: NotedPod[]): Promise<PodHandle[] | RunEnded> {
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
  for (const pod of others) report.log(`the damaged note may have named pod ${podName(pod)}, too: unpausing it`);
  return context.connect(others);
}

/**
 * Whether the earlier run's pod still runs: undefined if not, else a remark. Outside a cluster, only the note's end
 * decides.
 */
async function isAtWork(context: Context, { endsBy, pod }: FoundNote): Promise<string | undefined> {
  const { environment, kubernetes, ports, stop } = context;
  if (ports.clock.now() >= endsBy) return undefined;
  if (pod === undefined) return "";
  // This pod's own name: its container restarted, so the process that wrote the note is gone.
  if (environment.pod && podName(pod) === podName(environment.pod)) return undefined;
  try {
    const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`;
    const { metadata, status } = await kubernetes.get<Pod>(path, context.apiDeadline(), stop);
    // The kubelet reports a running container with a delay: until then its pod is Pending.
    const runs = status?.phase === "Running" || status?.phase === "Pending";
    return metadata.deletionTimestamp === undefined && runs ? "" : undefined;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    if (error.status === 404) return undefined;
    return `, or may be until ${new Date(endsBy).toISOString()}: ${error.message}`;
  }
}
