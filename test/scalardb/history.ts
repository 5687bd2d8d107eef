/** What a run of java/Workload.java printed, in stretched time. */

/**
 * Seconds of a history to one second of the run: a transaction of 5 ms then takes 100 ms, as it does on the clouds' databases, and
 * a pause of half a second is a window of ten. All times are stretched alike, those that ScalarDB writes included.
 */
export const STRETCH = 20;

type Scalar = string | number | null;
/** A row of a table as it is in the store: ScalarDB's columns and the application's. */
export type Image = Readonly<Record<string, Scalar>>;

/** The states of one record of a store, oldest first; without an image it was deleted. */
export type Versions = { at: number; image?: Image }[];

/** A database: its tables' records by name, such as `ledger/3/1`, and by `tx_id` in the coordinator. */
export type Store = Map<string, Versions>;

/** A transaction's commit, at the instant when its state was written: the source's own order. */
export interface Commit {
  at: number;
  writes: readonly { record: string; value?: string }[];
  /** In one phase: without a row in the coordinator. */
  onePhase?: true;
}

export interface PauseWindow {
  start: number;
  end: number;
  missedPod?: number;
}

export interface History {
  /** How it was made. */
  name: string;
  version: string;
  /** Of ScalarDB: `name=value`. */
  settings: readonly string[];
  /** By namespace, the coordinator not included. */
  data: Map<string, Store>;
  coordinator: Store;
  /** In the order of their instants. */
  commits: Commit[];
  /** The pod of each transaction. */
  pods: Map<string, number>;
  windows: PauseWindow[];
  purges: number[];
  start: number;
  end: number;
}

interface Intent {
  id: string;
  pod: number;
  /** Right before its commit, and after it if ScalarDB answered that it is committed. */
  at: number;
  answered?: number;
  writes: { record: string; value?: string }[];
}

interface StoreWrite {
  store: string;
  at: number;
  record: string;
  image?: string;
}

/** One line of the run: what was about to be committed, what the controller did, time that was skipped, or a write of a store. */
interface Line {
  transaction?: Intent;
  committed?: { id: string; at: number };
  window?: { from: number; to: number; missedPod?: number };
  purge?: { at: number };
  /** Nothing was running: the reader inserts the time (java/Traffic.java). */
  idle?: { at: number; millis: number };
  write?: StoreWrite;
}

/**
 * @param lines of java/Workload.java
 * @param stretch seconds of the history to one of the run
 */
export function readHistory(
  how: Pick<History, "name" | "version" | "settings">,
  lines: Iterable<string>,
  stretch = STRETCH,
): History {
  const intents = new Map<string, Intent>();
  const writes: StoreWrite[] = [];
  const windows: PauseWindow[] = [];
  const purges: number[] = [];
  const read: Line[] = [];
  for (const line of lines) if (line !== "") read.push(JSON.parse(line) as Line);
  const origin = Math.floor(Math.min(...read.flatMap(({ write }) => (write ? [write.at] : []))) / 1000) * 1000;
  const idle = read.flatMap((line) => line.idle ?? []);
  const idleBefore = (millis: number) => {
    let sum = 0;
    for (const each of idle) if (each.at < millis) sum += each.millis;
    return sum;
  };
  const stretched = (millis: number) => origin + Math.round((millis - origin + idleBefore(millis)) * stretch);
  for (const { transaction, committed, window, purge, write } of read) {
    if (transaction) intents.set(transaction.id, { ...transaction, at: stretched(transaction.at) });
    const intent = intents.get(committed?.id ?? "");
    if (committed && intent) intent.answered = stretched(committed.at);
    if (write) writes.push({ ...write, at: stretched(write.at) });
    if (purge) purges.push(stretched(purge.at));
    if (window)
      windows.push({
        start: stretched(window.from),
        end: stretched(window.to),
        ...(window.missedPod === undefined ? {} : { missedPod: window.missedPod }),
      });
  }
  const data = new Map<string, Store>();
  const coordinator: Store = new Map();
  for (const { store, at, record, image } of writes) {
    const key = JSON.parse(record) as { part?: number; item?: number; tx_id?: string };
    if (store !== "coordinator" && !data.has(store)) data.set(store, new Map());
    const records = data.get(store) ?? coordinator;
    const named = key.tx_id ?? `${store}/${key.part}/${key.item}`;
    const versions = records.get(named) ?? [];
    records.set(named, versions);
    // The order is the store's; its clock's milliseconds only repeat.
    const after = Math.max(at, versions.at(-1)?.at ?? 0);
    versions.push({ at: after, ...(image ? { image: inStretchedTime(JSON.parse(image) as Image, stretched) } : {}) });
  }
  const times = writes.map(({ at }) => at);
  return {
    ...how,
    data,
    coordinator,
    commits: commitsOf(data, coordinator, intents),
    pods: new Map([...intents].map(([id, { pod }]) => [id, pod])),
    windows,
    purges,
    start: times.reduce((a, b) => Math.min(a, b)),
    end: times.reduce((a, b) => Math.max(a, b)),
  };
}

/** ScalarDB's columns that are instants: `tx_created_at`, `before_tx_committed_at` and the like. */
function inStretchedTime(image: Image, stretched: (millis: number) => number): Image {
  const entries = Object.entries(image).map(([name, value]) => {
    const isInstant = name.endsWith("_at") && typeof value === "number";
    return [name, isInstant ? stretched(value) : value] as const;
  });
  return Object.fromEntries(entries);
}

/** Ids of the transactions that a row of the coordinator decides about, as they may be written. */
export function idsOf(row: Image): string[] {
  const id = String(row.tx_id);
  const children = String(row.tx_child_ids ?? "");
  if (children === "") return [id];
  // 3.14 joins a group's id and a transaction's by ":", later versions by "$".
  return children.split(",").flatMap((child) => [`${id}:${child}`, `${id}$${child}`]);
}

export const COMMITTED = 3;

function commitsOf(data: Map<string, Store>, coordinator: Store, intents: Map<string, Intent>): Commit[] {
  const commits: Commit[] = [];
  const inCoordinator = new Set<string>();
  for (const versions of coordinator.values())
    for (const { at, image } of versions)
      for (const id of image?.tx_state === COMMITTED ? idsOf(image) : []) {
        const intent = intents.get(id);
        if (intent === undefined) continue;
        inCoordinator.add(id);
        commits.push({ at, writes: intent.writes });
      }
  for (const [id, at] of committedInOnePhase(data, inCoordinator, intents))
    commits.push({ at, writes: intents.get(id)?.writes ?? [], onePhase: true });
  // Array.prototype.sort keeps the order of equal instants.
  return commits.sort((a, b) => a.at - b.at);
}

/**
 * Transactions that wrote their records at once, as COMMITTED or by deleting them. A delete leaves no id: it is of the transaction
 * that was committing a delete of this record just then.
 */
function committedInOnePhase(data: Map<string, Store>, inCoordinator: Set<string>, intents: Map<string, Intent>) {
  const found = new Map<string, number>();
  const deleting = new Map<string, Intent[]>();
  for (const intent of intents.values())
    if (!inCoordinator.has(intent.id) && intent.answered !== undefined)
      for (const { record, value } of intent.writes)
        if (value === undefined) deleting.set(record, [...(deleting.get(record) ?? []), intent]);
  for (const store of data.values())
    for (const [record, versions] of store)
      for (const [index, { at, image }] of versions.entries()) {
        const before = versions[index - 1]?.image;
        if (image === undefined && before?.tx_state === COMMITTED) {
          const during = (intent: Intent) => intent.at <= at && at <= (intent.answered ?? 0);
          const id = deleting.get(record)?.find(during)?.id;
          if (id !== undefined) found.set(id, Math.min(at, found.get(id) ?? at));
        } else if (image?.tx_state === COMMITTED && before?.tx_id !== image.tx_id) {
          const id = String(image.tx_id);
          if (!inCoordinator.has(id) && intents.has(id)) found.set(id, Math.min(at, found.get(id) ?? at));
        }
      }
  return found;
}
