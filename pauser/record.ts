import { prune } from "../restore-points/prune";
import { readWindowRecord, WindowRecordError, writeWindowRecord } from "../restore-points/record";
import { type PauseWindow, WINDOWS_KEY } from "../restore-points/window";
import { withDeleteAfter } from "../restore-points/window-backups";
import type { ScalarPod } from "./discover";
import { type ConfigMap, type KubernetesClient, KubernetesError } from "./kubernetes";
import type { Settings } from "./settings";
import type { Deadline } from "./time";

/** The ConfigMap's key that holds the note of a run that has not ended, as JSON. */
export const UNFINISHED_KEY = "unfinished-run.json";

/**
 * Kubernetes allows 1 MiB for all of a ConfigMap's data; the rest is for the note (about 200 bytes a pod).
 * The oldest windows go first when even this is not enough.
 */
const MAX_WINDOWS_BYTES = 800 * 1024;

const DAY_MILLIS = 86_400_000;

/** Written before anything is paused, so that whoever comes next knows what may have been left paused. */
export interface UnfinishedRun {
  schemaVersion: 1;
  /** Identifies the run: only the run that owns the note may record a window. */
  run: string;
  /** The pauser's own pod; absent outside a cluster. */
  pod?: { namespace: string; name: string };
  /** RFC 3339, UTC. */
  startedAt: string;
  /** When the run must have ended, whatever happened to it. RFC 3339, UTC. */
  endsBy: string;
  pods: Pick<ScalarPod, "namespace" | "release" | "name" | "uid" | "address" | "port" | "restarts">[];
}

/** The record holds something that this pauser did not write; it is left as it is. */
export class RecordError extends Error {}

/** Another run owns the note. */
export class NotOwnerError extends Error {}

interface Contents {
  windows: PauseWindow[];
  /** What is wrong with entries that could not be read; they are not written back. */
  malformed: string[];
  unfinished?: UnfinishedRun;
}

/** What becomes of the contents. */
interface Edit {
  /** Left as they are when absent. */
  windows?: PauseWindow[];
  /** Removed when absent. */
  unfinished?: UnfinishedRun;
}

/** The ConfigMap that keeps the windows, and the note of an unfinished run. Every change is atomic. */
export class RunRecord {
  private readonly path: string;

  constructor(
    private readonly kubernetes: KubernetesClient,
    private readonly settings: Settings,
  ) {
    const { namespace, name } = settings.record;
    this.path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
  }

  async unfinished(deadline: Deadline, stop?: AbortSignal): Promise<UnfinishedRun | undefined> {
    return parse(await this.kubernetes.get<ConfigMap>(this.path, deadline, stop)).unfinished;
  }

  async windows(deadline: Deadline, stop?: AbortSignal): Promise<PauseWindow[]> {
    return parse(await this.kubernetes.get<ConfigMap>(this.path, deadline, stop)).windows;
  }

  /**
   * Writes the note in place of `expected`: none, or the dead run's whose pods are about to be unpaused.
   * @throws NotOwnerError when another run has been quicker.
   */
  async begin(note: UnfinishedRun, expected: string | undefined, deadline: Deadline, stop?: AbortSignal) {
    await this.change(deadline, stop, (contents) => {
      // Our own note: the answer to an earlier attempt was lost.
      if (contents.unfinished?.run === note.run) return undefined;
      if (contents.unfinished?.run !== expected) throw new NotOwnerError(describe(contents.unfinished));
      return { unfinished: note };
    });
  }

  /**
   * Ends the run: removes its note, or keeps it for the pods in `remaining`, and adds the window if there is one.
   * @returns what has left the record, in words; empty if nothing.
   * @throws NotOwnerError when another run has taken the note over: it has unpaused the pods, so no window is true.
   */
  async finish(run: string, window: PauseWindow | undefined, remaining: ScalarPod[], deadline: Deadline) {
    const removed: string[] = [];
    await this.change(deadline, undefined, ({ windows, malformed, unfinished }) => {
      if (unfinished?.run !== run) {
        const recorded = window && windows.some(({ pauseCompleted }) => pauseCompleted === window.pauseCompleted);
        // The answer to an earlier attempt was lost, and it had succeeded.
        if (unfinished === undefined && (recorded || window === undefined)) return undefined;
        throw new NotOwnerError(describe(unfinished));
      }
      const all = withDeleteAfter(window ? [...windows, window] : windows, this.keptDays());
      const kept = prune(all, Date.now(), this.settings.retentionDays * DAY_MILLIS, MAX_WINDOWS_BYTES);
      removed.splice(0, Infinity, ...malformed);
      if (kept.length < all.length) removed.push(`the ${all.length - kept.length} oldest windows`);
      const pods = notePods(remaining);
      return { windows: kept, ...(pods.length > 0 && { unfinished: { ...unfinished, pods } }) };
    });
    return removed;
  }

  /** How long each database's backups are kept. */
  private keptDays(): Record<string, number> {
    const { databases = [] } = this.settings.windowBackups ?? {};
    return Object.fromEntries(databases.map(({ name, deleteAfter }) => [name, deleteAfter]));
  }

  /** Reads, edits and writes back, until no one else has written in between. `edit` returns undefined to leave all as is. */
  private async change(
    deadline: Deadline,
    stop: AbortSignal | undefined,
    edit: (contents: Contents) => Edit | undefined,
  ): Promise<void> {
    for (;;) {
      const configMap = await this.kubernetes.get<ConfigMap>(this.path, deadline, stop);
      const edited = edit(parse(configMap));
      if (edited === undefined) return;
      try {
        // With the resourceVersion that was read, so that the API server refuses the write if anyone else wrote.
        await this.kubernetes.put(this.path, serialize(configMap, edited));
        return;
      } catch (error) {
        const again = error instanceof KubernetesError && (error.transient || error.status === 409);
        if (!again || deadline.passed || stop?.aborted) throw error;
        await deadline.backOff(stop);
      }
    }
  }
}

export function notePods(pods: UnfinishedRun["pods"]): UnfinishedRun["pods"] {
  return pods.map(({ namespace, release, name, uid, address, port, restarts }) => ({
    namespace,
    release,
    name,
    uid,
    address,
    port,
    restarts,
  }));
}

function describe(unfinished: UnfinishedRun | undefined): string {
  if (unfinished === undefined) return "the note of this run was removed from the record by someone else";
  const by = unfinished.pod ? ` in pod ${unfinished.pod.namespace}/${unfinished.pod.name}` : "";
  return `the record belongs to another run that started at ${unfinished.startedAt}${by}`;
}

function parse(configMap: ConfigMap): Contents {
  const where = `ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name}`;
  try {
    const { windows, malformed } = readWindowRecord(configMap.data?.[WINDOWS_KEY]);
    const unfinished = parseNote(configMap.data?.[UNFINISHED_KEY]);
    return { windows, malformed, ...(unfinished && { unfinished }) };
  } catch (error) {
    if (error instanceof WindowRecordError || error instanceof RecordError) {
      throw new RecordError(`${where}: ${error.message}`);
    }
    throw error;
  }
}

function parseNote(text: string | undefined): UnfinishedRun | undefined {
  if (text === undefined) return undefined;
  let note: Partial<UnfinishedRun> | null = null;
  try {
    note = JSON.parse(text);
  } catch {
    // Told below, as any other text that is no note.
  }
  if (note?.schemaVersion === 1 && typeof note.run === "string" && Array.isArray(note.pods))
    return note as UnfinishedRun;
  throw new RecordError(
    `${UNFINISHED_KEY} is no note that this version knows: see that no pod is paused, then remove the key`,
  );
}

function serialize(configMap: ConfigMap, { windows, unfinished }: Edit): ConfigMap {
  const { [UNFINISHED_KEY]: _, ...others } = configMap.data ?? {};
  return {
    ...configMap,
    data: {
      ...others,
      ...(windows && { [WINDOWS_KEY]: writeWindowRecord(windows) }),
      ...(unfinished && { [UNFINISHED_KEY]: JSON.stringify(unfinished) }),
    },
  };
}
