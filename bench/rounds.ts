/** This program, the plain one and the floors, measured in turns: what else the machine does meets all of them. */
import type { MeasuredStack, Occasion, Preview } from "./preview";

/** The medians of each program, and those of the rounds' ratios (this program over the other one). */
export interface RoundFigures {
  /** Over the plain program. */
  wallRatio: number;
  memoryRatio: number;
  wallSeconds: number;
  memoryMiB: number;
  plainWallSeconds: number;
  plainMemoryMiB: number;
  floor: FloorFigures;
  empty: FloorFigures;
}

/** Of a floor, and of this program over it. */
export interface FloorFigures {
  wallRatio: number;
  memoryRatio: number;
  wallSeconds: number;
  memoryMiB: number;
}

/** What is measured in turns. */
export interface Programs<Measured> {
  own: Measured;
  plain: Measured;
  /** Registers as many resources and does nothing else: see `bench/floor`. */
  floor: Measured;
  /** Does nothing at all. */
  empty: Measured;
}

export type Round = Programs<Preview>;

const OCCASIONS: readonly Occasion[] = ["first", "again"];

/** In each round a first preview of all programs, and another of all without a change. Closes them. */
export async function measureRounds(
  { own, plain, floor, empty }: Programs<MeasuredStack>,
  rounds: number,
): Promise<Record<Occasion, Round[]>> {
  const measured: Record<Occasion, Round[]> = { first: [], again: [] };
  try {
    for (let round = 0; round < rounds; round++) {
      for (const occasion of OCCASIONS) {
        measured[occasion].push({
          own: await own.preview(occasion),
          plain: await plain.preview(occasion),
          floor: await floor.preview(occasion),
          empty: await empty.preview(occasion),
        });
      }
    }
  } finally {
    for (const stack of [own, plain, floor, empty]) await stack.close();
  }
  return measured;
}

export function figuresOf(rounds: readonly Round[]): RoundFigures {
  const median = (figure: (round: Round) => number) => medianOf(rounds.map(figure));
  return {
    wallRatio: median(({ own, plain }) => own.wallSeconds / plain.wallSeconds),
    memoryRatio: median(({ own, plain }) => own.memoryMiB / plain.memoryMiB),
    wallSeconds: median(({ own }) => own.wallSeconds),
    memoryMiB: median(({ own }) => own.memoryMiB),
    plainWallSeconds: median(({ plain }) => plain.wallSeconds),
    plainMemoryMiB: median(({ plain }) => plain.memoryMiB),
    floor: floorOf(rounds, ({ floor }) => floor),
    empty: floorOf(rounds, ({ empty }) => empty),
  };
}

function floorOf(rounds: readonly Round[], floor: (round: Round) => Preview): FloorFigures {
  const median = (figure: (own: Preview, floor: Preview) => number) =>
    medianOf(rounds.map((round) => figure(round.own, floor(round))));
  return {
    wallRatio: median((own, { wallSeconds }) => own.wallSeconds / wallSeconds),
    memoryRatio: median((own, { memoryMiB }) => own.memoryMiB / memoryMiB),
    wallSeconds: median((_, { wallSeconds }) => wallSeconds),
    memoryMiB: median((_, { memoryMiB }) => memoryMiB),
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
