import type { Mutant } from "./mutant";

/** What came of a schedule. */
export interface Played {
  /** The promises that were broken. */
  violations: string[];
  /** How each process ended. */
  ends: string[];
  /** Pause windows that were recorded; 0 where none can be. */
  windows: number;
  /** Calls of its processes, where they are counted. */
  calls?: number;
  timeline: string[];
}

/** The violation of a world that comes to no end, such as one in which nothing waits any more. */
export const stopped = (error: unknown): string =>
  `the world has stopped: ${error instanceof Error ? (error.stack ?? error.message) : error}`;

/** A kind of worlds that schedules are played in. */
export interface Game<Schedule> {
  scheduleOf(seed: number): Schedule;
  play(plan: Schedule, options?: { traced?: boolean }): Promise<Played>;
  /** Schedules that lack something that this one has, the simplest first. */
  simpler(plan: Schedule): Iterable<Schedule>;
  /** Makes schedules of this process faster, for good. */
  hurry(): void;
}

export const GAMES = ["pauser", "switch-overs", "ups"] as const;
export type GameName = (typeof GAMES)[number];

/** Loads the program, which a mutant has to be installed before. */
export function gameOf(name: GameName): Game<unknown> {
  const { game }: { game: Game<unknown> } = require(`./${name}/game`);
  return game;
}

/** The faults that schedules have to find. */
export function mutantsOf(name: GameName): readonly Mutant[] {
  const { MUTANTS }: { MUTANTS: readonly Mutant[] } = require(`./${name}/mutants`);
  return MUTANTS;
}
