import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { GAMES, type GameName, gameOf, mutantsOf } from "./games";
import { installMutant } from "./mutant";
import type { Progress } from "./progress";
import { search } from "./search";
import { smallest } from "./smallest";

const USAGE = `npm run seeds -- [options]: plays schedules of faults in simulated worlds, one for each seed

  --schedules N   how many around the pauser (10000)
  --switch-overs N   plays so many around a switch-over instead; with --replay, the one of that seed
  --ups N         plays so many around whole updates of a stack instead
  --seed N        the first seed (0)
  --workers N     processes (one for each core)
  --failures N    ends after so many failures (10)
  --replay N      plays one seed, with its time line, and makes its schedule smaller if it fails
  --configurations N   judges so many random configurations instead; with --replay, the one of that seed
  --plans         with --configurations: previews those that the program accepts, on simulated clouds
  --mutant NAME   puts a fault into the program; --mutants lists them
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      schedules: { type: "string", default: "10000" },
      "switch-overs": { type: "string" },
      ups: { type: "string" },
      configurations: { type: "string" },
      plans: { type: "boolean", default: false },
      seed: { type: "string", default: "0" },
      workers: { type: "string", default: `${availableParallelism()}` },
      failures: { type: "string", default: "10" },
      replay: { type: "string" },
      mutant: { type: "string" },
      mutants: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return print(USAGE);
  const game: GameName = GAMES.find((name) => name !== "pauser" && values[name] !== undefined) ?? "pauser";
  const mutants = mutantsOf(game);
  if (values.mutants) return print(mutants.map(({ name, what }) => `${name.padEnd(28)} ${what}`).join("\n"));
  const { mutant } = values;
  if (mutant !== undefined && !mutants.some(({ name }) => name === mutant))
    return fail(`--mutant: there is no ${mutant}; --mutants lists them`);
  if (game !== "pauser") values.schedules = values[game] ?? values.schedules;
  const numbers = { schedules: 0, configurations: 0, seed: 0, workers: 0, failures: 0, replay: 0 };
  for (const key of ["schedules", "configurations", "seed", "workers", "failures", "replay"] as const) {
    numbers[key] = Number(values[key] ?? 0);
    if (!Number.isSafeInteger(numbers[key]) || numbers[key] < 0)
      return fail(`--${key}: a number from 0 is expected, got ${values[key]}`);
  }
  if (values.configurations !== undefined) {
    const { judgeConfigurations, replayConfiguration }: typeof import("./configurations/command") =
      require("./configurations/command");
    if (values.replay !== undefined) return replayConfiguration(numbers.replay);
    return judgeConfigurations({ ...numbers, plans: values.plans, workers: Math.max(1, numbers.workers) });
  }
  if (values.replay !== undefined) return replay(game, numbers.replay, mutant);
  const begun = performance.now();
  let printedAt = begun;
  let shown = 0;
  const found = await search({
    ...numbers,
    game,
    workers: Math.max(1, numbers.workers),
    mostFailures: Math.max(1, numbers.failures),
    ...(mutant !== undefined && { mutant }),
    onProgress: (all) => {
      for (const failure of all.failures.slice(shown)) print(failed(game, failure, mutant));
      shown = all.failures.length;
      if (performance.now() - printedAt < 10_000) return;
      printedAt = performance.now();
      process.stderr.write(`${progressOf(all, numbers, (performance.now() - begun) / 1000)}\n`);
    },
  });
  return report(game, found, (performance.now() - begun) / 1000, numbers.seed, mutant);
}

/** How far it is, how fast, and where to go on after an interruption: all seeds before that one have been played. */
function progressOf({ played, failures, next }: Progress, of: { schedules: number; seed: number }, seconds: number) {
  const rate = played / seconds;
  const done = Math.min(...Object.values(next));
  return (
    `${played} of ${of.schedules} schedules, ${failures.length} failures, ${Math.round(rate)} a second, ` +
    `${Math.ceil((of.schedules - played) / rate / 60)} min left; ` +
    `to go on from here: --seed ${done} --schedules ${of.seed + of.schedules - done}`
  );
}

const failed = (game: GameName, { seed, violations }: Progress["failures"][number], mutant: string | undefined) =>
  `npm run seeds --${game === "pauser" ? "" : ` --${game} 1`} --replay ${seed}${mutant === undefined ? "" : ` --mutant "${mutant}"`}: ${violations.join("; ")}`;

async function report(
  game: GameName,
  found: Progress,
  seconds: number,
  seed: number,
  mutant: string | undefined,
): Promise<number> {
  const { played, windows, calls, ends, failures, cpuMillis } = found;
  const counted = Object.entries(ends).sort(([, a], [, b]) => b - a);
  print(`${played} schedules from seed ${seed} in ${seconds.toFixed(1)} s (${Math.round(played / seconds)} a second; ${(cpuMillis / 1000).toFixed(1)} s of CPU time, ${(cpuMillis / played).toFixed(2)} ms each)
${game === "pauser" ? `${windows} windows` : `${calls} calls`}; processes ended: ${counted.map(([end, count]) => `${count} ${end}`).join(", ")}
${failures.length} schedules failed`);
  const [first] = failures;
  if (first === undefined) return 0;
  await replay(game, first.seed, mutant);
  return 1;
}

async function replay(name: GameName, seed: number, mutant: string | undefined): Promise<number> {
  const fault = mutantsOf(name).find((each) => each.name === mutant);
  if (fault) installMutant(fault);
  const { play, scheduleOf, simpler } = gameOf(name);
  const plan = scheduleOf(seed);
  const whole = await play(plan, { traced: true });
  if (whole.violations.length === 0) {
    print(`${JSON.stringify(plan)}\n${whole.timeline.join("\n")}\nseed ${seed} breaks no promise`);
    return 0;
  }
  const small = await smallest(plan, simpler, async (smaller) => (await play(smaller)).violations.length > 0);
  const { timeline, violations } = await play(small, { traced: true });
  print(
    `\nthe smallest schedule of seed ${seed} that fails:\n${JSON.stringify(small, null, 1)}\n\n${timeline.join("\n")}\n`,
  );
  print(violations.join("\n"));
  return 1;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function fail(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}

void main().then((code) => {
  process.exitCode = code;
});
