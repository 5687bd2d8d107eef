import { stackConfigProblems } from "../../../config/problems";
import type { Share } from "../processes";
import { configurationOf, tidyConfigurationOf } from "./configurations";
import { type Reached, reach } from "./coverage";
import { judged } from "./judge";
import { Planner, violationsOf } from "./plan";
import { inOneWorld, REGION } from "./world";

export interface Work extends Share {
  /** Whether what is accepted is previewed, too; configurations then have no mistakes. */
  plans: boolean;
}

/** What a worker has found since its last report. */
export interface Progress {
  judged: number;
  accepted: number;
  /** Previews that ended without an error. */
  planned: number;
  failures: { seed: number; violations: string[] }[];
  /** The keys that were in configurations that the program accepts. */
  reached: Reached;
  cpuMillis: number;
  done: boolean;
}

/** Milliseconds. */
const REPORT_EVERY = 5000;

async function work({ from, count, step, plans }: Work): Promise<void> {
  let progress = nothing();
  let reportedAt = performance.now();
  let usedBefore = process.cpuUsage();
  const report = (done: boolean, sent = () => {}) => {
    const { user, system } = process.cpuUsage(usedBefore);
    usedBefore = process.cpuUsage();
    reportedAt = performance.now();
    process.send?.({ ...progress, cpuMillis: (user + system) / 1000, done }, sent);
    progress = nothing();
  };
  const planner = new Planner();
  for (let index = 0; index < count; index++) {
    const seed = from + index * step;
    const values = plans ? inOneWorld(tidyConfigurationOf(seed)) : configurationOf(seed);
    const { accepted, violations } = plans ? await planned(planner, values, progress) : judged(values);
    progress.judged += 1;
    if (accepted) progress.accepted += 1;
    if (accepted) reach(progress.reached, values);
    if (violations.length > 0) progress.failures.push({ seed, violations });
    if (performance.now() - reportedAt > REPORT_EVERY) report(false);
  }
  await planner.close();
  report(true, () => process.exit(0));
}

async function planned(planner: Planner, values: Record<string, unknown>, progress: Progress) {
  const accepted = stackConfigProblems(values, { access: {}, defaultRegion: REGION }).length === 0;
  if (!accepted) return { accepted, violations: [] };
  try {
    const plan = await planner.preview(values);
    if (plan.succeeded) progress.planned += 1;
    return { accepted, violations: violationsOf(plan) };
  } catch (error) {
    return { accepted, violations: [`the world has stopped: ${error instanceof Error ? error.stack : error}`] };
  }
}

function nothing(): Progress {
  return { judged: 0, accepted: 0, planned: 0, failures: [], reached: {}, cpuMillis: 0, done: false };
}

if (process.send !== undefined) process.once("message", (message) => void work(message as Work));
