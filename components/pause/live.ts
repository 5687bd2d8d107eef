import { type ClusterChoice, type Environment, selectCluster } from "../../operations/kubernetes/kubeconfig";
import { ClusterReader } from "../../operations/kubernetes/reader";
import { lookUpReleases } from "../../operations/kubernetes/releases";
import { messageOf } from "../../restore-points/error-message";
import { LAST_RUN_KEY, type LastRun, readLastRun } from "../../restore-points/last-run";
import { NOTIFICATIONS_KEY, notificationProblems } from "../../restore-points/notifications";
import { type PauseRuns, runProblems, suspendedByOthers } from "../../restore-points/pause-runs";
import { readWindowRecord, recordOfWindows } from "../../restore-points/record";
import { suspendedProblem } from "../../restore-points/rules/pausing";
import { type PauseWindow, WINDOWS_KEY } from "../../restore-points/window";
import { withDeleteAfter } from "../../restore-points/window-backups";
import type { PauseScheduleArgs } from "./args";
import { readRuns, scheduleNow } from "./look-up";
import { channelsOf } from "./notify";
import type { OtherClusterArgs } from "./other-cluster-args";
import { type FoundRecord, type OtherWindows, readRecord, windowsIn } from "./other-clusters";
import { firstNamespace } from "./release-args";
import { releaseProblems } from "./release-problems";

/** What the clusters have of a pause schedule now. */
export interface LivePause {
  /** Of every cluster, in any order. */
  windows: PauseWindow[];
  /** What keeps runs from recording windows, as `PauseSchedule.problems` says it. */
  problems: string[];
  /** Absent without a CronJob, and where it could not be read. */
  runs?: PauseRuns;
  lastRun?: LastRun;
  /** Why the stack's own cluster could not be read; its windows are then missing. */
  unread?: string;
}

export interface LivePauseSource {
  /** The component's name, such as `scalar-pause`. */
  name: string;
  args: PauseScheduleArgs;
  cluster: ClusterChoice;
  environment: Environment;
  /** When DynamoDB backups of windows are deleted, in days by database. */
  deleteAfter: Record<string, number>;
  /** Reads an output of another stack. */
  windowsOfStack(stack: string): unknown;
}

/** Reads what `PauseSchedule` reports in an `up`, without one. Never throws: what cannot be read is a problem. */
export async function readPause(source: LivePauseSource): Promise<LivePause> {
  const { args } = source;
  const [own, others] = await Promise.all([
    readOwn(source),
    Promise.all((args.otherClusters ?? []).map((other) => readOtherCluster(other, source))),
  ]);
  return {
    ...own,
    windows: withDeleteAfter([...own.windows, ...others.flatMap(({ windows }) => windows)], source.deleteAfter),
    problems: [
      ...own.problems,
      ...(args.suspend === true ? [suspendedProblem("pause.suspend")] : []),
      ...others.flatMap(({ problems }) => problems),
    ],
  };
}

async function readOwn({ name, args, cluster, environment }: LivePauseSource): Promise<LivePause> {
  const namespace = args.namespace ?? firstNamespace(args.releases);
  try {
    const reader = await ClusterReader.open(selectCluster(cluster, environment), environment);
    const [[runs, record], releases] = await Promise.all([
      readRuns(reader, { namespace, name, recordName: `${name}-windows` }),
      lookUpReleases(reader, args.releases),
    ]);
    const { windows, malformed } = readWindowRecord(record[WINDOWS_KEY]);
    const last = readLastRun(record[LAST_RUN_KEY]);
    const suspended = runs && args.suspend !== true ? suspendedByOthers(runs, { namespace, name }) : undefined;
    return {
      windows,
      problems: [
        ...releaseProblems(releases),
        ...(suspended === undefined ? [] : [suspended]),
        ...runProblems(runs, last, scheduleNow(args)),
        ...notificationProblems(record[NOTIFICATIONS_KEY], channelsOf(args.notify)),
        ...malformed.map((problem) => `left out of the recorded windows: ${problem}`),
      ],
      ...(runs && { runs }),
      ...(last.lastRun && { lastRun: last.lastRun }),
    };
  } catch (error) {
    const unread = `the windows and runs of the pause schedule were not read: ${messageOf(error)}`;
    return { windows: [], problems: [unread], unread };
  }
}

/** Reads another cluster's record. Never throws: what cannot be read is a problem. */
export async function readOtherCluster(
  other: OtherClusterArgs,
  { name, windowsOfStack }: Pick<LivePauseSource, "name" | "windowsOfStack">,
): Promise<OtherWindows> {
  return windowsIn(other, await recordOf(other, name, windowsOfStack));
}

async function recordOf(
  other: OtherClusterArgs,
  name: string,
  windowsOfStack: LivePauseSource["windowsOfStack"],
): Promise<FoundRecord> {
  if (other.record !== undefined) return { from: "otherClusters[].record", data: { [WINDOWS_KEY]: other.record } };
  if (other.stack !== undefined) {
    const from = `stack ${other.stack}`;
    try {
      return { from, data: { [WINDOWS_KEY]: recordOfWindows(windowsOfStack(other.stack)) } };
    } catch (error) {
      return { from, problem: messageOf(error) };
    }
  }
  const { context, kubeconfig, namespace, recordName } = other.kubernetes ?? {};
  if (kubeconfig !== undefined && typeof kubeconfig !== "string")
    return { from: "its kubeconfig", problem: "another resource gives it, so it is known in a program only" };
  return readRecord(
    { context, kubeconfig },
    { namespace: namespace ?? firstNamespace(other.releases), name: recordName ?? `${name}-windows` },
  );
}
