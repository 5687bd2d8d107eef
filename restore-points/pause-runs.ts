import { formatInstant, parseInstant } from "./instant";
import type { LastRun, ReadLastRun } from "./last-run";

/** A Job of the pause schedule. */
export interface PauseJob {
  /** `namespace/name`. */
  name: string;
  /** RFC 3339, UTC. */
  started: string;
  outcome: "running" | "succeeded" | "failed";
  /** Why it failed, according to Kubernetes: `BackoffLimitExceeded: Job has reached the specified backoff limit`. */
  failure?: string;
}

/** The runs of a pause schedule, as the cluster reports them. Instants in RFC 3339, UTC. */
export interface PauseRuns {
  suspended: boolean;
  /** Who has suspended it, as a field manager of Kubernetes, where that is not Pulumi. */
  suspendedBy?: string;
  created?: string;
  lastScheduled?: string;
  lastSucceeded?: string;
  /** The Jobs that still exist, in any order. */
  jobs: PauseJob[];
}

/** Time zones and daylight saving move a run by up to an hour, and a run takes minutes. */
const TOLERANCE_MILLIS = 3_600_000;
/** The most reasons that are shown; the Job's log has all. */
const SHOWN_REASONS = 5;

/** The field manager by which a switch-over suspends a pause schedule and resumes it. */
export const SWITCH_OVER_MANAGER = "scalar-switch-over";

/** Why the schedule is suspended although its configuration does not ask for that, with the fix; undefined while it is not. */
export function suspendedByOthers(
  { suspended, suspendedBy }: Pick<PauseRuns, "suspended" | "suspendedBy">,
  { namespace, name }: { namespace: string; name: string },
): string | undefined {
  if (!suspended || suspendedBy === undefined) return undefined;
  const resume = `kubectl -n ${namespace} patch cronjob ${name} -p '{"spec":{"suspend":false}}'`;
  const [who, fix] =
    suspendedBy === SWITCH_OVER_MANAGER
      ? [
          "a switch-over that is not complete",
          `set restore to what it was when the switch-over began, and run "pulumi up" (if you have given it up, and pods run again: ${resume})`,
        ]
      : [`${JSON.stringify(suspendedBy)}, not by pause.suspend`, `resume it by ${resume}${keptSuspended(suspendedBy)}`];
  return `CronJob ${namespace}/${name} is suspended by ${who}, so that no window is recorded; ${fix}`;
}

/** Pulumi's provider takes over what kubectl has set. [pulumi-kubernetes: provider/pkg/await/await.go, fixCSAFieldManagers] */
function keptSuspended(manager: string): string {
  if (!manager.startsWith("kubectl")) return "";
  return ' (the next "pulumi up" that changes this CronJob also resumes it; to keep it suspended, set pause.suspend to true)';
}

/** The problems of the last runs, each with the fix; empty while the schedule works. */
export function runProblems(
  runs: PauseRuns | undefined,
  { lastRun, malformed }: ReadLastRun,
  schedule: { now: number; longestIntervalMillis: number },
): string[] {
  const problems = malformed === undefined ? [] : [`${malformed}; the next run of the pause schedule replaces it`];
  const ended = newestFirst(runs?.jobs ?? []).filter(({ outcome }) => outcome !== "running");
  const [last] = ended;
  if (last?.outcome === "failed" && !isNewer(lastRun, last)) return [...problems, failedJob(last, lastRun)];
  // An outcome that could be read is not malformed.
  if (lastRun && lastRun.end !== "recorded" && !isOvertaken(lastRun, last)) return [failedTry(lastRun)];
  const overdue = runs && !runs.suspended && overdueSince(runs, schedule);
  return overdue ? [...problems, overdue] : problems;
}

/** Whether a run belongs to a later Job than this one, so that the Job's failure is no longer the newest. */
function isNewer(run: LastRun | undefined, job: PauseJob): boolean {
  return run !== undefined && jobName(job) !== run.job && millis(run.startedAt) > millis(job.started);
}

/** Whether a later try of the same Job, or a later Job, has succeeded. */
function isOvertaken(run: LastRun, job: PauseJob | undefined): boolean {
  if (job?.outcome !== "succeeded") return false;
  return jobName(job) === run.job || millis(job.started) > millis(run.startedAt);
}

function failedJob(job: PauseJob, lastRun: LastRun | undefined): string {
  const failure = job.failure ? `: ${job.failure}` : "";
  const said = lastRun?.job === jobName(job) && lastRun.end !== "recorded" ? `; ${outcomeText(lastRun)}` : "";
  return `the last run of the pause schedule, Job ${job.name} of ${job.started}, failed${failure}${said}; ${seeLog(job.name)}`;
}

function failedTry(run: LastRun): string {
  return `the last run of the pause schedule, of Job ${run.job}, recorded no complete result at ${run.endedAt}; ${outcomeText(run)}`;
}

function outcomeText({ end, reasons }: LastRun): string {
  const shown = reasons.slice(0, SHOWN_REASONS);
  const more = reasons.length > shown.length ? [`and ${reasons.length - shown.length} more`] : [];
  return `the pauser ended with "${end}"${shown.length > 0 ? `: ${[...shown, ...more].join("; ")}` : ""}`;
}

function seeLog(name: string): string {
  const [namespace, job] = name.split("/");
  return `its log: kubectl -n ${namespace} logs job/${job}`;
}

/** A run that was not started leaves no failed Job. */
function overdueSince(
  { created, lastScheduled, lastSucceeded }: PauseRuns,
  { now, longestIntervalMillis }: { now: number; longestIntervalMillis: number },
): string | undefined {
  const since = Math.max(...[created, lastSucceeded].flatMap((text) => (text === undefined ? [] : [millis(text)])));
  if (!Number.isFinite(since) || now - since <= longestIntervalMillis + TOLERANCE_MILLIS) return undefined;
  const started = lastScheduled === undefined ? "none has ever started" : `the last one started at ${lastScheduled}`;
  return `no run of the pause schedule has succeeded since ${formatInstant(since)}${lastSucceeded === undefined ? ", when it was created" : ""}: ${started}; check the events of the CronJob`;
}

function newestFirst(jobs: readonly PauseJob[]): PauseJob[] {
  return [...jobs].sort((a, b) => millis(b.started) - millis(a.started));
}

const jobName = ({ name }: PauseJob) => name.slice(name.indexOf("/") + 1);

/** An instant written by the cluster; an unreadable one counts as the oldest. */
function millis(text: string): number {
  const instant = parseInstant(text);
  return typeof instant === "number" ? instant : 0;
}
