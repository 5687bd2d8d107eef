import { BOUNDS, type Settings } from "../../pauser/settings";
import { TASK_VARIABLE } from "../../pauser/task";
import { backupHoldSeconds } from "../../pauser/window-backups/settings";
import { holdsUnknown, listAt, stringAt, UNKNOWN, type Value, valueAt } from "../values";

/** A Helm release of a Scalar product. */
export interface Release {
  namespace: string;
  name: string;
}

/** What a CronJob that pauses Scalar's pods is going to do, as far as it is known. */
export interface PauseJob {
  /** Absent when not known yet. */
  releases?: Release[];
  /** How long a run may be pausing, in seconds. */
  longestPauseSeconds?: number;
  /** Whether it meets other runs in one window. */
  rendezvous?: boolean;
}

/** Where a CronJob keeps its pod. */
export const POD_PATH = "spec.jobTemplate.spec.template.spec";
/** The environment variable with the pauser's settings, which also identifies the pauser. */
const PAUSER_SETTINGS = "PAUSER_SETTINGS";
/** Scalar's own tool, one release a run. */
const SCALAR_ADMIN = /\/scalar-admin-for-kubernetes(:|@|$)/;

export const isCronJob = (type: string) => /^kubernetes:batch\/v1(beta1)?:CronJob$/.test(type);

/** What the CronJob pauses; undefined for one that pauses nothing. */
export function pauseJobOf(cronJob: Value): PauseJob | undefined {
  for (const container of listAt(cronJob, `${POD_PATH}.containers`)) {
    const settings = listAt(container, "env").find((variable) => stringAt(variable, "name") === PAUSER_SETTINGS);
    const task = listAt(container, "env").find((variable) => stringAt(variable, "name") === TASK_VARIABLE);
    // The unpauser, which pauses nothing.
    if (settings !== undefined && task !== undefined) return undefined;
    if (settings !== undefined) return pauserJob(stringAt(settings, "value"));
    const image = stringAt(container, "image");
    if (typeof image === "string" && SCALAR_ADMIN.test(image)) return scalarAdminJob(container);
  }
  return undefined;
}

/** Whether the CronJob may turn out to pause something, once its containers are known. */
export function mayPause(cronJob: Value): boolean {
  const containers = valueAt(cronJob, `${POD_PATH}.containers`);
  return (
    containers === UNKNOWN ||
    listAt(cronJob, `${POD_PATH}.containers`).some(
      (container) => valueAt(container, "image") === UNKNOWN || holdsUnknown(valueAt(container, "env")),
    )
  );
}

function pauserJob(text: ReturnType<typeof stringAt>): PauseJob {
  if (typeof text !== "string") return {};
  const settings = readSettings(text);
  if (settings === undefined) return {};
  return {
    releases: settings.releases?.map(({ namespace, name }) => ({ namespace, name })),
    longestPauseSeconds: longestPauseSeconds(settings),
    rendezvous: (settings.rendezvousSeconds ?? 0) > 0,
  };
}

/** What a container of the tool pauses, by its command and args. */
export function scalarAdminJob(container: Value): PauseJob {
  if (valueAt(container, "command") === UNKNOWN || valueAt(container, "args") === UNKNOWN) return {};
  const words = [...listAt(container, "command"), ...listAt(container, "args")];
  if (words.includes(UNKNOWN)) return {};
  const option = (short: string, long: string) => {
    const index = words.findIndex((word) => word === short || word === long);
    const joined = words.flatMap((word) =>
      typeof word === "string" && word.startsWith(`${long}=`) ? word.slice(long.length + 1) : [],
    );
    const value = index >= 0 ? words[index + 1] : joined[0];
    return value === undefined ? undefined : String(value);
  };
  const release = option("-r", "--release-name");
  return {
    releases: release === undefined ? [] : [{ namespace: option("-n", "--namespace") ?? "default", name: release }],
    longestPauseSeconds: longestPauseSeconds({
      // The tool's unit is milliseconds, and its default hold is 5 s.
      holdSeconds: Number(option("-d", "--pause-duration") ?? 5000) / 1000,
      maxDrainSeconds: Number(option("-w", "--max-pause-wait-time") ?? 30_000) / 1000,
    }),
  };
}

/** The longest that pods may be paused by a run that goes well; with less, a deadline would end it amid the pause. */
function longestPauseSeconds(settings: Partial<Settings>): number {
  const { holdSeconds, maxDrainSeconds, rendezvousSeconds, apiDeadlineSeconds } = BOUNDS;
  return (
    (settings.rendezvousSeconds ?? rendezvousSeconds.default) +
    (settings.maxDrainSeconds ?? maxDrainSeconds.default) +
    Math.max(
      settings.holdSeconds ?? holdSeconds.default,
      settings.windowBackups
        ? backupHoldSeconds(settings.windowBackups, settings.apiDeadlineSeconds ?? apiDeadlineSeconds.default)
        : 0,
    )
  );
}

/** The pauser's settings as the program has written and checked them; an earlier version may have written fewer. */
function readSettings(text: string): Partial<Settings> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
