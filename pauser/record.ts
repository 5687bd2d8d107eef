import { type PauseWindow, WINDOWS_KEY, type WindowRecord } from "../restore-points/window";
import type { ScalarPod } from "./discover";
import { type ConfigMap, type KubernetesClient, KubernetesError } from "./kubernetes";
import type { Settings } from "./settings";
import { type Deadline, instant } from "./time";

/** The ConfigMap's key that holds the note of a run that has not ended, as JSON. */
export const UNFINISHED_KEY = "unfinished-run.json";

/**
 * Kubernetes allows 1 MiB for all of a ConfigMap's data; the rest is for the note (about 200 bytes a pod).
 * The oldest windows go first when even this is not enough.
 */
const MAX_WINDOWS_BYTES = 800 * 1024;

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

  /**
   * Writes the note in place of `expected`: none, or the dead run's whose pods are about to be unpaused.
   * @throws NotOwnerError when another run has been quicker.
   */
  async begin(note: UnfinishedRun, expected: string | undefined, deadline: Deadline, stop?: AbortSignal) {
    await this.change(deadline, stop, (contents) => {
      // Our own note: the answer to an earlier attempt was lost.
      if (contents.unfinished?.run === note.run) return undefined;
      if (contents.unfinished?.run !== expected) throw new NotOwnerError(describe(contents.unfinished));
      return { ...contents, unfinished: note };
    });
  }

  /**
   * Ends the run: removes its note, or keeps it for the pods in `remaining`, and adds the window if there is one.
   * @returns how many windows were pruned.
   * @throws NotOwnerError when another run has taken the note over: it has unpaused the pods, so no window is true.
   */
  async finish(run: string, window: PauseWindow | undefined, remaining: ScalarPod[], deadline: Deadline) {
    let pruned = 0;
    await this.change(deadline, undefined, ({ windows, unfinished }) => {
      if (unfinished?.run !== run) {
        const recorded = window && windows.some((other) => JSON.stringify(other) === JSON.stringify(window));
        // The answer to an earlier attempt was lost, and it had succeeded.
        if (unfinished === undefined && (recorded || window === undefined)) return undefined;
        throw new NotOwnerError(describe(unfinished));
      }
      const kept = prune(window ? [...windows, window] : windows, this.settings.retentionDays);
      pruned = windows.length + (window ? 1 : 0) - kept.length;
      return {
        windows: kept,
        ...(remaining.length > 0 && { unfinished: { ...unfinished, pods: notePods(remaining) } }),
      };
    });
    return pruned;
  }

  /** Reads, edits and writes back, until no one else has written in between. `edit` returns undefined to leave all as is. */
  private async change(
    deadline: Deadline,
    stop: AbortSignal | undefined,
    edit: (contents: Contents) => Contents | undefined,
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
  const read = <T extends { schemaVersion: 1 }>(key: string): T | undefined => {
    const text = configMap.data?.[key];
    if (text === undefined) return undefined;
    const where = `${key} in ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name}`;
    let value: T;
    try {
      value = JSON.parse(text) as T;
    } catch (error) {
      throw new RecordError(`${where} is not JSON (${(error as Error).message}): mend it, or remove the key`);
    }
    if (value?.schemaVersion !== 1) {
      throw new RecordError(`${where} has schemaVersion ${JSON.stringify(value?.schemaVersion)}, 1 is expected`);
    }
    return value;
  };
  const unfinished = read<UnfinishedRun>(UNFINISHED_KEY);
  const windows = read<WindowRecord>(WINDOWS_KEY)?.windows ?? [];
  if (!Array.isArray(windows) || (unfinished && !Array.isArray(unfinished.pods))) {
    throw new RecordError(`ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name} holds no valid record`);
  }
  return { windows, ...(unfinished && { unfinished }) };
}

function serialize(configMap: ConfigMap, { windows, unfinished }: Contents): ConfigMap {
  const { [UNFINISHED_KEY]: _, ...others } = configMap.data ?? {};
  const record: WindowRecord = { schemaVersion: 1, windows };
  return {
    ...configMap,
    data: {
      ...others,
      [WINDOWS_KEY]: JSON.stringify(record),
      ...(unfinished && { [UNFINISHED_KEY]: JSON.stringify(unfinished) }),
    },
  };
}

/** Drops what is older than the retention, then the oldest until the rest fits. The newest always stays. */
export function prune(windows: PauseWindow[], retentionDays: number, maxBytes = MAX_WINDOWS_BYTES): PauseWindow[] {
  const newest = windows.at(-1);
  if (newest === undefined) return [];
  const oldest = instant(Date.parse(newest.unpauseStarted) - retentionDays * 86_400_000);
  const young = windows.filter((window) => window.unpauseStarted >= oldest);
  let bytes = 0;
  let from = young.length;
  while (from > 0) {
    bytes += Buffer.byteLength(JSON.stringify(young[from - 1])) + 1;
    if (bytes > maxBytes && from < young.length) break;
    from--;
  }
  return young.slice(from);
}
