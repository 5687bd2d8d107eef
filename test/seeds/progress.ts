/** What a worker has found; it reports every few hundred schedules. */
export interface Progress {
  played: number;
  windows: number;
  calls: number;
  ends: Record<string, number>;
  failures: { seed: number; violations: string[] }[];
  /** What happened in each schedule, by its seed, if that was asked for. */
  timelines: Record<number, string[]>;
  /** Of each worker, by its first seed, the one that is next. */
  next: Record<number, number>;
  cpuMillis: number;
  done: boolean;
}

export const nothing = (): Progress => ({
  played: 0,
  windows: 0,
  calls: 0,
  ends: {},
  failures: [],
  timelines: {},
  next: {},
  cpuMillis: 0,
  done: false,
});
