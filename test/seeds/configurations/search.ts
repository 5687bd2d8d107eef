import { join } from "node:path";
import { inProcesses } from "../processes";
import type { Progress } from "./worker";

export interface Search {
  configurations: number;
  /** The first seed. */
  seed: number;
  workers: number;
  mostFailures: number;
  /** Whether what is accepted is previewed, too. Defaults to false. */
  plans?: boolean;
  onProgress?: (all: Progress) => void;
}

/** Judges the configurations of neighbouring seeds in several processes. */
export async function search(search: Search): Promise<Progress> {
  const { configurations: count, seed, workers, mostFailures, plans = false, onProgress } = search;
  const all: Progress = { judged: 0, accepted: 0, planned: 0, failures: [], reached: {}, cpuMillis: 0, done: false };
  await inProcesses<Progress>(join(__dirname, "worker.ts"), { seed, count, workers, more: { plans } }, (progress) => {
    add(all, progress);
    onProgress?.(all);
    return all.failures.length >= mostFailures;
  });
  all.failures.sort((a, b) => a.seed - b.seed);
  return { ...all, done: true };
}

function add(all: Progress, { judged, accepted, planned, failures, reached, cpuMillis }: Progress): void {
  all.judged += judged;
  all.accepted += accepted;
  all.planned += planned;
  all.failures.push(...failures);
  all.cpuMillis += cpuMillis;
  for (const [key, count] of Object.entries(reached)) all.reached[key] = (all.reached[key] ?? 0) + count;
}
