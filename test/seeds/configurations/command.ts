import { stringify } from "yaml";
import { configurationOf, smallest, tidyConfigurationOf } from "./configurations";
import { unreached } from "./coverage";
import { judged } from "./judge";
import { search } from "./search";
import { inOneWorld } from "./world";

/** Judges random configurations, or previews those that are accepted, and prints what was found. @returns the exit code */
export async function judgeConfigurations(options: {
  configurations: number;
  seed: number;
  workers: number;
  failures: number;
  plans: boolean;
}): Promise<number> {
  const begun = performance.now();
  let printedAt = 0;
  let shown = 0;
  const {
    judged: count,
    accepted,
    planned,
    failures,
    reached,
    cpuMillis,
  } = await search({
    ...options,
    mostFailures: Math.max(1, options.failures),
    onProgress: (all) => {
      for (const { seed, violations } of all.failures.slice(shown)) print(`seed ${seed}: ${violations.join("; ")}`);
      shown = all.failures.length;
      if (performance.now() - printedAt < 10_000) return;
      printedAt = performance.now();
      process.stderr.write(`${all.judged} configurations, ${all.failures.length} failures\n`);
    },
  });
  const seconds = (performance.now() - begun) / 1000;
  const missed = unreached(reached);
  print(`${count} configurations from seed ${options.seed} in ${seconds.toFixed(1)} s (${(cpuMillis / count).toFixed(1)} ms of CPU time each)
${accepted} accepted${options.plans ? `, of which ${planned} previews succeed` : ""}; ${Object.keys(reached).length} keys in accepted ones, ${missed.length} keys in none${missed.length > 0 ? `: ${missed.join(", ")}` : ""}
${failures.length} configurations failed`);
  const [first] = failures;
  if (first === undefined) return 0;
  if (options.plans) print(stringify(inOneWorld(tidyConfigurationOf(first.seed))));
  else replayConfiguration(first.seed);
  return 1;
}

/** Judges the configuration of one seed, and makes it smaller if it fails. @returns the exit code */
export function replayConfiguration(seed: number): number {
  const whole = configurationOf(seed);
  const { violations, accepted } = judged(whole);
  if (violations.length === 0) {
    print(`${stringify(whole)}\nseed ${seed} breaks no promise; it is ${accepted ? "accepted" : "refused"}`);
    return 0;
  }
  const small = smallest(seed, (values) => judged(values).violations.length > 0);
  print(
    `\nthe smallest configuration of seed ${seed} that fails:\n${stringify(small)}\n${judged(small).violations.join("\n")}`,
  );
  return 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
