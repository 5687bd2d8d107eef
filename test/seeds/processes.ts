import { fork } from "node:child_process";
import { join } from "node:path";

const REGISTER = join(__dirname, "..", "..", "register", "index.cjs");
/** MiB for new objects: a world lives for a millisecond, and V8's usual 16 are full again and again while it does. */
const YOUNG = ["--min-semi-space-size=64", "--max-semi-space-size=64"];

/** A share of the seeds: from `from`, `count` of them, each `step` after the one before. */
export interface Share {
  from: number;
  count: number;
  step: number;
}

/**
 * Gives each of several processes of a file its share of the seeds.
 * @param onProgress Called with each report of a process; returns whether they may stop.
 */
export async function inProcesses<Progress extends { done: boolean }>(
  file: string,
  { seed, count, workers, more = {} }: { seed: number; count: number; workers: number; more?: object },
  onProgress: (progress: Progress) => boolean,
): Promise<void> {
  await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const share: Share = { from: seed + index, count: Math.ceil((count - index) / workers), step: workers };
      return run(file, { ...share, ...more }, onProgress);
    }),
  );
}

function run<Progress extends { done: boolean }>(
  file: string,
  work: object,
  onProgress: (progress: Progress) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = fork(file, { execArgv: ["--require", REGISTER, ...YOUNG], stdio: "inherit" });
    let done = false;
    worker.on("message", (message) => {
      // Cast: the process is a file of ours, and sends nothing else.
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
