import { availableParallelism, cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { ENGINES, type EngineName, PROGRAM } from "../rehearsal/engines";
import { findPulumi, HOW_TO_GET_PULUMI } from "../simulator/engine/pulumi-cli";
import { measureCriticalPath } from "./critical-path";
import type { PreviewFigures, Report } from "./figures";
import { measureLoad } from "./load";
import { MeasuredStack } from "./preview";
import { printReport } from "./report";
import { countResourcesPerTable } from "./resources-per-table";
import { figuresOf, measureRounds, type Round } from "./rounds";
import { type BenchSet, benchSets, EMPTY, floorOf } from "./sets";
import { targetsOf } from "./targets";

const HELP = `Measures this program against a plain Pulumi program that declares the same resources (bench/plain), and
against the floors (bench/floor): a program that only registers as many resources, and an empty one. In turns.

Usage: npm run bench -- [options]

  --json           print one JSON object instead of tables
  --rounds N       rounds of previews for each set; by default 3
  --engine NAME    pulumi (the default where a Pulumi CLI is on the PATH) or embedded (the default elsewhere)
  --sets A,B       only these: ${benchSets.map(({ name }) => name).join(", ")}
  --help           show this

What the pauser costs is measured by npm run bench:pauser.
Exits 0 if every target is met; 1 if one is missed or something failed; 2 when the options cannot be used.`;

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    console.log(HELP);
    return;
  }
  if (options.engine === "embedded") log(`previews run on the embedded engine; for the real one, ${HOW_TO_GET_PULUMI}`);
  const { engine, rounds } = options;
  const report: Report = {
    date: new Date().toISOString(),
    machine: {
      processor: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    engine,
    rounds,
    load: await reported("loading", () => measureLoad(rounds)),
    previews: [],
    resourcesPerTable: await reported("resources per table", countResourcesPerTable),
    criticalPath: await reported("critical path", measureCriticalPath),
  };
  for (const set of options.sets)
    report.previews.push(await reported(`preview of ${set.name}`, () => measurePreviews(set, engine, rounds)));
  const targets = targetsOf(report);
  if (options.json) console.log(JSON.stringify({ ...report, targets }, undefined, 2));
  else printReport(report, targets);
  process.exitCode = targets.every(({ met }) => met) ? 0 : 1;
}

async function measurePreviews(set: BenchSet, engine: EngineName, rounds: number): Promise<PreviewFigures> {
  const floor = floorOf(set);
  const { first, again } = await measureRounds(
    {
      own: await MeasuredStack.open(engine, PROGRAM, () => set.config, set.build),
      plain: await MeasuredStack.open(engine, set.plain.program, set.plain.config, set.build),
      floor: await MeasuredStack.open(engine, floor.program, () => floor.config),
      empty: await MeasuredStack.open(engine, EMPTY.program, () => EMPTY.config),
    },
    rounds,
  );
  for (const round of [...first, ...again]) sameResources(set, round);
  const { name, title, databases, tables } = set;
  const resources = total(first[0]?.own.resources);
  return { set: name, title, databases, tables, resources, ...figuresOf(first), again: figuresOf(again) };
}

function total(resources: Record<string, number> = {}): number {
  return Object.values(resources).reduce((sum, count) => sum + count, 0);
}

/** @throws when the programs are not comparable */
function sameResources(set: BenchSet, round: Round): void {
  const [own, plain] = [round.own.resources, round.plain.resources];
  if (total(round.floor.resources) !== total(own))
    throw new Error(`the floor registers ${set.resources} resources for ${set.name}, this program ${total(own)}`);
  const types = new Set([...Object.keys(own), ...Object.keys(plain)]);
  const differing = [...types].filter((type) => own[type] !== plain[type]);
  if (differing.length === 0) return;
  const lines = differing.map(
    (type) => `  ${type}: ${own[type] ?? 0} by this program, ${plain[type] ?? 0} by the plain one`,
  );
  throw new Error(
    `${set.plain.program} does not declare what this program declares for ${set.name}:\n${lines.join("\n")}`,
  );
}

class UsageError extends Error {}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: "boolean", default: false },
        rounds: { type: "string", default: "3" },
        engine: { type: "string", default: findPulumi() ? "pulumi" : "embedded" },
        sets: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (!/^[1-9]\d*$/.test(values.rounds)) throw new Error(`--rounds ${values.rounds} is not a whole number from 1 on`);
    const engine = ENGINES.find((name) => name === values.engine);
    if (engine === undefined) throw new Error(`--engine ${values.engine} is unknown; there are ${ENGINES.join(", ")}`);
    if (engine === "pulumi" && !findPulumi()) throw new Error(`there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`);
    const names = values.sets?.split(",");
    const unknown = names?.filter((name) => !benchSets.some((set) => set.name === name)) ?? [];
    if (unknown.length > 0)
      throw new Error(
        `--sets ${unknown.join(",")} is unknown; there are ${benchSets.map(({ name }) => name).join(", ")}`,
      );
    const sets = benchSets.filter(({ name }) => names === undefined || names.includes(name));
    return { json: values.json, help: values.help, rounds: Number(values.rounds), engine, sets };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** What goes on, on stderr: stdout is for the figures. */
function log(line: string): void {
  console.error(`bench: ${line}`);
}

async function reported<Result>(what: string, measure: () => Promise<Result>): Promise<Result> {
  const began = performance.now();
  const result = await measure();
  log(`${what}: measured in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  return result;
}

main().catch((error: Error) => {
  console.error(error instanceof UsageError ? `bench: ${error.message}; --help shows the options` : error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
