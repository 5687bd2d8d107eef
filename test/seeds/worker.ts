import { type GameName, gameOf, mutantsOf, stopped } from "./games";
import { installMutant } from "./mutant";
import type { Share } from "./processes";
import { nothing, type Progress } from "./progress";

/** What a worker is asked to do. */
export interface Work extends Share {
  /** Ends after so many failures. */
  mostFailures: number;
  game: GameName;
  /** The name of a fault that is put into the program. */
  mutant?: string;
  traced: boolean;
}

const REPORT_EVERY = 250;
/** Seconds of CPU time after which it reports too, for worlds that take longer. */
const REPORT_AFTER = 10;

async function work({ from, count, step, mostFailures, game, mutant, traced }: Work): Promise<void> {
  const fault = mutantsOf(game).find(({ name }) => name === mutant);
  if (fault) installMutant(fault);
  // After the mutant is installed: this loads the program.
  const { hurry, play, scheduleOf } = gameOf(game);
  hurry();
  let failed = 0;
  let progress = nothing();
  for (let index = 0; index < count && failed < mostFailures; index++) {
    const seed = from + index * step;
    try {
      const { violations, ends, windows, calls = 0, timeline } = await play(scheduleOf(seed), { traced });
      if (traced) progress.timelines[seed] = timeline;
      for (const end of ends) progress.ends[end] = (progress.ends[end] ?? 0) + 1;
      progress.windows += windows;
      progress.calls += calls;
      if (violations.length > 0) progress.failures.push({ seed, violations });
    } catch (error) {
      progress.failures.push({ seed, violations: [stopped(error)] });
    }
    progress.played += 1;
    progress.next = { [from]: seed + step };
    failed += progress.failures.length;
    const { user } = process.cpuUsage(usedBefore);
    if (progress.played < REPORT_EVERY && progress.failures.length === 0 && user < REPORT_AFTER * 1e6) continue;
    process.send?.(ended(progress, false));
    progress = nothing();
  }
  process.send?.(ended(progress, true), () => process.exit(0));
}

let usedBefore = process.cpuUsage();

function ended(progress: Progress, done: boolean): Progress {
  const { user, system } = process.cpuUsage(usedBefore);
  usedBefore = process.cpuUsage();
  return { ...progress, cpuMillis: (user + system) / 1000, done };
}

if (process.send !== undefined) process.once("message", (message) => void work(message as Work));
