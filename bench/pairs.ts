/** This program and the plain one, measured in turns: what else the machine does meets both. */
import type { MeasuredStack, Occasion, Preview } from "./preview";

/** This program's medians and the plain one's, and the medians of the pairs' ratios (this program over the plain one). */
export interface PairFigures {
  wallRatio: number;
  memoryRatio: number;
  wallSeconds: number;
  memoryMiB: number;
  plainWallSeconds: number;
  plainMemoryMiB: number;
}

export interface Pair {
  own: Preview;
  plain: Preview;
}

const OCCASIONS: readonly Occasion[] = ["first", "again"];

/** In each round a first preview of both programs, and another of both without a change. */
export async function measurePairs(
  own: MeasuredStack,
  plain: MeasuredStack,
  rounds: number,
): Promise<Record<Occasion, Pair[]>> {
  const pairs: Record<Occasion, Pair[]> = { first: [], again: [] };
  for (let round = 0; round < rounds; round++) {
    for (const occasion of OCCASIONS) {
      pairs[occasion].push({ own: await own.preview(occasion), plain: await plain.preview(occasion) });
    }
  }
  return pairs;
}

export function figuresOf(pairs: readonly Pair[]): PairFigures {
  const median = (figure: (pair: Pair) => number) => medianOf(pairs.map(figure));
  return {
    wallRatio: median(({ own, plain }) => own.wallSeconds / plain.wallSeconds),
    memoryRatio: median(({ own, plain }) => own.memoryMiB / plain.memoryMiB),
    wallSeconds: median(({ own }) => own.wallSeconds),
    memoryMiB: median(({ own }) => own.memoryMiB),
    plainWallSeconds: median(({ plain }) => plain.wallSeconds),
    plainMemoryMiB: median(({ plain }) => plain.memoryMiB),
  };
}

/** The middle value; the mean of the two in the middle when their number is even. */
function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = sorted.length / 2;
  const low = sorted[Math.ceil(half) - 1];
  const high = sorted[Math.floor(half)];
  if (low === undefined || high === undefined) throw new Error("there is no median of nothing");
  return (low + high) / 2;
}
