import { join } from "node:path";
import type { GameName } from "./games";
import { inProcesses } from "./processes";
import { nothing, type Progress } from "./progress";

export interface Search {
  schedules: number;
  /** The first seed. */
  seed: number;
  workers: number;
  /** Which worlds; the pauser's by default. */
  game?: GameName;
  mostFailures?: number;
  mutant?: string;
  /** Whether to keep what happens. */
  traced?: boolean;
  /** Called with each worker's reports. */
  onProgress?: (all: Progress) => void;
}

/** Plays the schedules of neighbouring seeds in several processes. */
export async function search(options: Search): Promise<Progress> {
  const { schedules, seed, workers, game = "pauser", mostFailures = 10, mutant, traced = false, onProgress } = options;
  const all = nothing();
  for (let worker = 0; worker < workers; worker++) all.next[seed + worker] = seed + worker;
  const more = { mostFailures, game, traced, ...(mutant && { mutant }) };
  await inProcesses<Progress>(join(__dirname, "worker.ts"), { seed, count: schedules, workers, more }, (progress) => {
    add(all, progress);
    onProgress?.(all);
    return all.failures.length >= mostFailures;
  });
  all.failures.sort((a, b) => a.seed - b.seed);
  return { ...all, done: true };
}

function add(all: Progress, { played, windows, calls, ends, failures, timelines, next, cpuMillis }: Progress): void {
  all.played += played;
  all.windows += windows;
  all.calls += calls;
  all.cpuMillis += cpuMillis;
  Object.assign(all.next, next);
  Object.assign(all.timelines, timelines);
  all.failures.push(...failures);
  for (const [end, count] of Object.entries(ends)) all.ends[end] = (all.ends[end] ?? 0) + count;
}
