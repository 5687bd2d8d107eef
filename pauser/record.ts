import { LAST_RUN_KEY, type LastRun, readLastRun, writeLastRun } from "../restore-points/last-run";
import {
  NOTIFICATIONS_KEY,
  type Notifications,
  readNotifications,
  writeNotifications,
} from "../restore-points/notifications";
import { prune } from "../restore-points/prune";
import { readWindowRecord, WindowRecordError, writeWindowRecord } from "../restore-points/record";
import { isObject } from "../restore-points/shape";
import { type PauseWindow, WINDOWS_KEY } from "../restore-points/window";
import { withDeleteAfter } from "../restore-points/window-backups";
import type { Moment } from "./clock";
import type { ConfigMap, KubernetesClient } from "./kubernetes";
import { KubernetesError } from "./kubernetes-error";
import { LAST_RUN_MILLIS } from "./longest-run";
import { type FoundNote, type NotedPod, notePods, readNote, UNFINISHED_KEY, type UnfinishedRun } from "./note";
import type { Clock } from "./ports";
import type { Settings } from "./settings";
import { Deadline } from "./time";

/**
 * Kubernetes allows 1 MiB for all of a ConfigMap's data; the rest is for the note (about 200 bytes a pod) and the last
 * run's outcome. When the windows need more, the oldest ones are removed.
 */
const MAX_WINDOWS_BYTES = 800 * 1024;

const DAY_MILLIS = 86_400_000;

/** The record's windows cannot be read, so none can be added; they are left unchanged. */
export class RecordError extends Error {}

/** Another run owns the note. */
export class NotOwnerError extends Error {}

/** The outcome of a run, as the record keeps it. */
export type RunOutcome = Omit<LastRun, "schemaVersion">;

/** Changes of the ConfigMap's keys: absent keys stay unchanged, null removes a key. */
interface Edit {
  windows?: string;
  unfinished?: string | null;
  lastRun?: string;
  notifications?: string;
}

/** What the record has for reports. */
export interface Reportable {
  /** Undefined if they cannot be read. */
  windows: PauseWindow[] | undefined;
  lastRun: LastRun | undefined;
  notifications: Notifications;
}

/** What the record has of runs before this one. */
export interface EarlierRuns {
  windows: PauseWindow[];
  lastRun: LastRun | undefined;
}

/** What a run writes into the record at its end. */
export interface Finish {
  window?: PauseWindow | undefined;
  /** Pods that may still be paused: their note stays. */
  remaining: NotedPod[];
  outcome?: RunOutcome | undefined;
}

/**
 * The ConfigMap that keeps the windows, the note of an unfinished run and the last run's outcome. Every change is
 * atomic. Each key is read separately: even if the others are damaged, the note can be read and its pods can be
 * unpaused.
 */
export class RunRecord {
  private readonly path: string;

  constructor(
    private readonly kubernetes: KubernetesClient,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {
    const { namespace, name } = settings.record;
    this.path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
  }

  async unfinished(deadline: Deadline, stop?: AbortSignal): Promise<FoundNote | undefined> {
    const text = noteOf(await this.kubernetes.get<ConfigMap>(this.path, deadline, stop));
    return text === undefined ? undefined : readNote(text, this.clock.now());
  }

  /** @throws {RecordError} */
  async windows(deadline: Deadline, stop?: AbortSignal): Promise<PauseWindow[]> {
    return (await this.earlierRuns(deadline, stop)).windows;
  }

  /**
   * The recorded windows, and the last run's outcome if it can be read.
   * @throws {RecordError} when the windows cannot be read
   */
  async earlierRuns(deadline: Deadline, stop?: AbortSignal): Promise<EarlierRuns> {
    const configMap = await this.kubernetes.get<ConfigMap>(this.path, deadline, stop);
    return {
      windows: windowsOf(configMap).windows,
      lastRun: readLastRun(configMap.data?.[LAST_RUN_KEY]).lastRun,
    };
  }

  /**
   * Writes the note, replacing `expected`: none, or the note of a dead run whose pods are about to be unpaused.
   * @returns when the accepted write was sent: from then on, this run owns the note.
   * @throws {NotOwnerError} when another run wrote its note first.
   */
  async begin(note: UnfinishedRun, expected: FoundNote | undefined, deadline: Deadline, stop?: AbortSignal) {
    const text = JSON.stringify(note);
    return this.change(deadline, stop, (configMap) => {
      const found = noteOf(configMap);
      // This run's own note: the answer to an earlier attempt was lost.
      if (found === text) return undefined;
      if (found !== expected?.text) throw new NotOwnerError(owner(found, this.clock.now()));
      return { unfinished: text };
    });
  }

  /** Whether this run still owns the note. */
  async isOwner(note: UnfinishedRun, deadline: Deadline, stop?: AbortSignal): Promise<boolean> {
    return ownedBy(note.run, noteOf(await this.kubernetes.get<ConfigMap>(this.path, deadline, stop)));
  }

  /**
   * Ends the run: removes its note, or keeps it for the pods in `remaining`, and adds the window if there is one.
   * @returns what was removed from the record, as text; empty if nothing was.
   * @throws {NotOwnerError} when another run has taken over the note: it has unpaused the pods, so no window is valid.
   * @throws {RecordError} when there is a window and the recorded ones cannot be read.
   */
  async finish(note: UnfinishedRun, { window, remaining, outcome }: Finish, deadline: Deadline): Promise<string[]> {
    let removed: string[] = [];
    await this.change(deadline, undefined, (configMap) => {
      const found = noteOf(configMap);
      if (!ownedBy(note.run, found)) {
        // An earlier attempt succeeded, but its answer was lost; another run may have begun since.
        if (window === undefined ? found === undefined : isRecorded(window, configMap)) return undefined;
        throw new NotOwnerError(owner(found, this.clock.now()));
      }
      const pods = notePods(remaining);
      const edit: Edit = {
        unfinished: pods.length > 0 ? JSON.stringify({ ...note, pods }) : null,
        ...(outcome && { lastRun: writeLastRun(outcome) }),
      };
      if (window === undefined) return edit;
      const added = this.withWindow(configMap, window);
      removed = added.removed;
      return { ...edit, windows: added.text };
    });
    return removed;
  }

  /**
   * Records the outcome of a run without a note, unless another run is active, which will record its own. Ignores a
   * failure: the run's log contains everything.
   */
  async writeOutcome(outcome: RunOutcome): Promise<void> {
    const edit = (configMap: ConfigMap) =>
      noteOf(configMap) === undefined ? { lastRun: writeLastRun(outcome) } : undefined;
    await this.change(new Deadline(this.clock, LAST_RUN_MILLIS), undefined, edit).catch(() => {});
  }

  /** What reports are made of. Damaged parts count as missing. */
  async reportable(deadline: Deadline): Promise<Reportable> {
    const { data = {} } = await this.kubernetes.get<ConfigMap>(this.path, deadline);
    const { lastRun } = readLastRun(data[LAST_RUN_KEY]);
    return {
      windows: readableWindows(data[WINDOWS_KEY]),
      lastRun,
      notifications: readNotifications(data[NOTIFICATIONS_KEY]).notifications,
    };
  }

  /** Notes what was reported by these channels. @returns true */
  async noteNotifications(changed: Notifications, deadline: Deadline): Promise<true> {
    await this.change(deadline, undefined, ({ data }) => ({
      notifications: writeNotifications({ ...readNotifications(data?.[NOTIFICATIONS_KEY]).notifications, ...changed }),
    }));
    return true;
  }

  private withWindow(configMap: ConfigMap, window: PauseWindow): { text: string; removed: string[] } {
    const { windows, malformed } = windowsOf(configMap);
    const all = withDeleteAfter([...windows, window], this.keptDays());
    const kept = prune(all, this.clock.now(), this.settings.retentionDays * DAY_MILLIS, MAX_WINDOWS_BYTES);
    const pruned = all.length - kept.length;
    return {
      text: writeWindowRecord(kept),
      removed: [
        ...malformed,
        ...(pruned > 0 ? [pruned === 1 ? "the oldest window" : `the ${pruned} oldest windows`] : []),
      ],
    };
  }

  /** How long each database's backups are kept. */
  private keptDays(): Record<string, number> {
    const { databases = [] } = this.settings.windowBackups ?? {};
    return Object.fromEntries(databases.map(({ name, deleteAfter }) => [name, deleteAfter]));
  }

  /**
   * Reads, edits and writes the record, again if another writer was faster. `edit` returns undefined to change nothing.
   * @returns when the successful request was sent
   */
  private async change(
    deadline: Deadline,
    stop: AbortSignal | undefined,
    edit: (configMap: ConfigMap) => Edit | undefined,
  ): Promise<Moment> {
    for (;;) {
      const read = { wall: this.clock.now(), monotonic: this.clock.monotonic() };
      const configMap = await this.kubernetes.get<ConfigMap>(this.path, deadline, stop);
      const edited = edit(configMap);
      if (edited === undefined) return read;
      const sent = { wall: this.clock.now(), monotonic: this.clock.monotonic() };
      try {
        // With the resourceVersion that was read: the API server refuses the write if the object has changed since.
        await this.kubernetes.put(this.path, apply(configMap, edited));
        return sent;
      } catch (error) {
        const again = error instanceof KubernetesError && error.mayBeWrittenAgain;
        if (!again || deadline.passed || stop?.aborted) throw error;
        await deadline.backOff(stop);
      }
    }
  }
}

const noteOf = ({ data }: ConfigMap): string | undefined => data?.[UNFINISHED_KEY];

function ownedBy(run: string, text: string | undefined): boolean {
  try {
    const note: unknown = text === undefined ? undefined : JSON.parse(text);
    return isObject(note) && note.run === run;
  } catch {
    return false;
  }
}

function owner(text: string | undefined, now: number): string {
  if (text === undefined) return "another writer removed this run's note from the record";
  const { startedAt, pod } = readNote(text, now);
  const by = pod ? ` in pod ${pod.namespace}/${pod.name}` : "";
  return `the record belongs to another run${startedAt ? ` that started at ${startedAt}` : ""}${by}`;
}

function windowsOf(configMap: ConfigMap): { windows: PauseWindow[]; malformed: string[] } {
  try {
    return readWindowRecord(configMap.data?.[WINDOWS_KEY]);
  } catch (error) {
    if (!(error instanceof WindowRecordError)) throw error;
    const { namespace, name } = configMap.metadata;
    throw new RecordError(`ConfigMap ${namespace}/${name}: ${error.message}`);
  }
}

function readableWindows(text: string | undefined): PauseWindow[] | undefined {
  try {
    return readWindowRecord(text).windows;
  } catch (error) {
    if (error instanceof WindowRecordError) return undefined;
    throw error;
  }
}

function isRecorded(window: PauseWindow, configMap: ConfigMap): boolean {
  return windowsOf(configMap).windows.some(({ pauseCompleted }) => pauseCompleted === window.pauseCompleted);
}

function apply(configMap: ConfigMap, { windows, unfinished, lastRun, notifications }: Edit): ConfigMap {
  const data = { ...configMap.data };
  if (windows !== undefined) data[WINDOWS_KEY] = windows;
  if (lastRun !== undefined) data[LAST_RUN_KEY] = lastRun;
  if (notifications !== undefined) data[NOTIFICATIONS_KEY] = notifications;
  if (unfinished === null) delete data[UNFINISHED_KEY];
  else if (unfinished !== undefined) data[UNFINISHED_KEY] = unfinished;
  return { ...configMap, data };
}
