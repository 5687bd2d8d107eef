import { Verdict } from "../../restore-points/verification/verdict";
import type { Cut } from "./cut";
import type { Commit, History } from "./history";
import { insidePause, KINDS, type MakeCut, missedPause, outsidePauses, withOther } from "./kinds";
import type { Random } from "./random";
import { SPECIAL, type Special } from "./recipes";

/** A defect that somebody planted: cuts in which it is really there, and the verdicts that are right about it. */
export interface Defect {
  name: string;
  /** The histories that have it. */
  special?: Special;
  make: MakeCut;
  /** Whether a cut really has it. */
  isThere: (cut: Cut) => boolean;
  verdicts: readonly Verdict[];
  /** Every cut that has it is unsound. */
  destroys?: true;
}

const { Refused, Unproven } = Verdict;

export const DEFECTS = [
  "a missed pod",
  "a clock off by 3 s",
  "one-phase commit",
  "purge",
  "a lost delete",
  "a wrong coordinator copy",
] as const;

/** @param other a history whose coordinator is a wrong one */
export function defectNamed(name: (typeof DEFECTS)[number], other: History): Defect {
  const defects: Record<typeof name, Omit<Defect, "name">> = {
    "a missed pod": {
      make: missedPause,
      isThere: (cut) => commitsBetween(cut).length > 0,
      verdicts: [Refused],
    },
    "a clock off by 3 s": {
      make: (history, random) => KINDS["the pauser's clock is off by 3 s"]?.(history, random),
      isThere: (cut) => commitsBetween(cut).length > 0,
      verdicts: [Refused],
    },
    "one-phase commit": {
      special: SPECIAL.onePhase,
      make: anywhere,
      isThere: () => true,
      verdicts: [Refused, Unproven],
    },
    purge: {
      special: SPECIAL.purge,
      make: anywhere,
      isThere: (cut) => rowsDeletedBetween(cut) > 0,
      verdicts: [Refused, Unproven],
    },
    "a lost delete": {
      make: lostDelete,
      isThere: () => true,
      destroys: true,
      verdicts: [Refused],
    },
    "a wrong coordinator copy": {
      make: (history, random) => withOther(history, other, random),
      isThere: () => true,
      verdicts: [Refused, Unproven],
    },
  };
  return { name, ...defects[name] };
}

function anywhere(history: History, random: Random): Cut | undefined {
  return random.next() < 0.5 ? insidePause(history, random) : outsidePauses("", history, random);
}

function commitsBetween({ history, early, late }: Cut): Commit[] {
  return history.commits.filter(({ at }) => early.at + early.jitter < at && at < late.at - late.jitter);
}

function rowsDeletedBetween({ history, early, late }: Cut): number {
  const deleted = [...history.coordinator.values()].filter((versions) => {
    const last = versions.at(-1);
    const inserted = versions[0];
    if (last === undefined || inserted === undefined || last.image !== undefined) return false;
    const wasInEarly = inserted.at < early.at - early.jitter;
    return wasInEarly && early.at + early.jitter < last.at && last.at < late.at - late.jitter;
  });
  return deleted.length;
}

/**
 * A transaction deleted a record of one store, which is copied after that, and wrote to another store, which is copied before its commit:
 * the copies have no trace of it.
 */
function lostDelete(history: History, random: Random): Cut | undefined {
  const candidates = history.commits.filter((commit) => !commit.onePhase && deletion(history, commit) !== undefined);
  const commit = candidates.length > 0 ? random.pick(candidates) : undefined;
  const lost = commit && deletion(history, commit);
  if (!commit || !lost) return undefined;
  const data = Math.round(commit.at / 1000) * 1000;
  const exact = (at: number) => ({ at, jitter: 0, seed: 0 });
  const copies = [...history.data.keys()].map((store) => {
    const at = store === lost.store ? lost.deletedAt : commit.at - 1;
    return [store, exact(at)] as const;
  });
  return {
    kind: "a lost delete",
    history,
    said: { early: data - 3_000, data, late: data + 3_000 },
    early: exact(data - 3_000),
    late: exact(data + 3_000),
    data: new Map(copies),
    clocks: new Map(),
  };
}

/** Where a commit deleted a record, if it wrote to other stores, too, and both happened within a second. */
function deletion(history: History, { at, writes }: Commit): { store: string; deletedAt: number } | undefined {
  const storeOf = (record: string) => record.split("/")[0] ?? "";
  if (new Set(writes.map(({ record }) => storeOf(record))).size < 2) return undefined;
  for (const { record, value } of writes) {
    if (value !== undefined) continue;
    const versions = history.data.get(storeOf(record))?.get(record) ?? [];
    const gone = versions.find((version) => version.at >= at && version.image === undefined);
    // Inserted after the early copy and deleted again, it would leave no trace there either.
    const existed = versions.findLast((version) => version.at < at - 4_000)?.image !== undefined;
    const isNext = gone && versions.filter((version) => version.at > at && version.at < gone.at).length === 0;
    if (gone && existed && isNext && gone.at < at + 1_000) return { store: storeOf(record), deletedAt: gone.at };
  }
  return undefined;
}
