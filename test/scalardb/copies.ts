import type { CoordinatorRow } from "../../restore-points/verification/coordinator-row";
import { COMMITTED, type History, type Image, idsOf, type Store, type Versions } from "./history";
import { spread } from "./random";

/** What a store really has when it is said to be of an instant: its records' instants differ from it and from each other. */
export interface Taken {
  /** By the true clock. */
  at: number;
  /** Each record is off by up to this. */
  jitter: number;
  seed: number;
}

/** The records of a store as they were. */
export function copyOf(store: Store, taken: Taken): Map<string, Image> {
  const copy = new Map<string, Image>();
  for (const [record, versions] of store) {
    const at = taken.jitter === 0 ? taken.at : taken.at + taken.jitter * spread(record, taken.seed);
    const image = lastBefore(versions, at);
    if (image) copy.set(record, image);
  }
  return copy;
}

function lastBefore(versions: Versions, at: number): Image | undefined {
  let last: Image | undefined;
  for (const version of versions) {
    if (version.at > at) break;
    last = version.image;
  }
  return last;
}

/** Some clocks of pods are off: `tx_created_at` is a pod's time. Milliseconds by pod. */
export type PodClocks = ReadonlyMap<number, number>;

/** What the product's readers would make of a copied coordinator. */
export function coordinatorRows(copy: Map<string, Image>, history: History, clocks: PodClocks): CoordinatorRow[] {
  return [...copy.values()].map((image) => ({
    id: String(image.tx_id),
    state: Number(image.tx_state),
    createdAt: Number(image.tx_created_at) + (clocks.size === 0 ? 0 : clockError(image, history, clocks)),
    ...(image.tx_child_ids ? { childIds: String(image.tx_child_ids) } : {}),
    ...(image.tx_write_set ? { writeSet: true } : {}),
  }));
}

function clockError(row: Image, history: History, clocks: PodClocks): number {
  const pod = idsOf(row).flatMap((id) => history.pods.get(id) ?? [])[0];
  return pod === undefined ? 0 : (clocks.get(pod) ?? 0);
}

/** Pages, as the readers of the clouds' databases return them. */
export async function* pagesOf(rows: readonly CoordinatorRow[]): AsyncGenerator<readonly CoordinatorRow[]> {
  for (let from = 0; from < rows.length; from += 100) yield rows.slice(from, from + 100);
}

/** The transactions that a copy of the coordinator calls committed. */
export function committedIn(copy: Map<string, Image>): Set<string> {
  return new Set([...copy.values()].flatMap((image) => (image.tx_state === COMMITTED ? idsOf(image) : [])));
}
