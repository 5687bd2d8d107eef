import { fork } from "node:child_process";
import { join } from "node:path";
import type { Progress, Work } from "./worker";

const REGISTER = join(__dirname, "..", "..", "register", "index.cjs");

export interface Search {
  schedules: number;
  /** The first seed. */
  seed: number;
  workers: number;
  mostFailures?: number;
  mutant?: string;
  /** Called with each worker's reports. */
  onProgress?: (all: Progress) => void;
}

/** Plays the schedules of neighbouring seeds in several processes. */
export async function search(options: Search): Promise<Progress> {
  const { schedules, seed, workers, mostFailures = 10, mutant, onProgress } = options;
  const all: Progress = { played: 0, windows: 0, ends: {}, failures: [], cpuMillis: 0, done: false };
  await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const count = Math.ceil((schedules - index) / workers);
      const work: Work = { from: seed + index, count, step: workers, mostFailures, ...(mutant && { mutant }) };
      return runWorker(work, (progress) => {
        add(all, progress);
        onProgress?.(all);
        return all.failures.length >= mostFailures;
      });
    }),
  );
  all.failures.sort((a, b) => a.seed - b.seed);
  return { ...all, done: true };
}

/** @param onProgress returns whether the worker may stop */
function runWorker(work: Work, onProgress: (progress: Progress) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = fork(join(__dirname, "worker.ts"), { execArgv: ["--require", REGISTER], stdio: "inherit" });
    let done = false;
    worker.on("message", (message) => {
      const progress = message as Progress;
      const stop = onProgress(progress);
      done ||= progress.done || stop;
      if (stop) worker.kill();
    });
    worker.on("error", reject);
    worker.on("exit", (code, signal) =>
      done ? resolve() : reject(new Error(`a worker has ended before its seeds: ${signal ?? code}`)),
    );
    worker.send(work);
  });
}

function add(all: Progress, { played, windows, ends, failures, cpuMillis }: Progress): void {
  all.played += played;
  all.windows += windows;
  all.cpuMillis += cpuMillis;
  all.failures.push(...failures);
  for (const [end, count] of Object.entries(ends)) all.ends[end] = (all.ends[end] ?? 0) + count;
}
