import type { Report } from "./figures";
import type { RoundFigures } from "./rounds";
import type { Target } from "./targets";

/** Prints the figures as Markdown tables, as README quotes them. */
export function printReport(report: Report, targets: readonly Target[]): void {
  const { machine, load, previews, resourcesPerTable, criticalPath } = report;
  const engine = report.engine === "pulumi" ? "the Pulumi engine" : "the embedded engine";
  const slowest = criticalPath.alone[0];
  const lines = [
    `${report.date.slice(0, 10)}: ${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node.js ${machine.node}; medians of ${report.rounds} rounds.`,
    "Memory is the program's and that of all it starts, not the engine's. The floor is a program that only registers as many resources.",
    "",
    `A first preview on ${engine} (nothing compiled before, as in CI or after a change of the program):`,
    "",
    ...table([
      ...previews.map((preview) => [preview.title, `${preview.resources}`, ...cells(preview)]),
      ["nothing: the program loaded alone", "0", ...cells(load.first)],
    ]),
    "",
    "The same again, nothing changed:",
    "",
    ...table([
      ...previews.map((preview) => [preview.title, `${preview.resources}`, ...cells(preview.again)]),
      ["nothing: the program loaded alone", "0", ...cells(load.again)],
    ]),
    "",
    `One DynamoDB table more is ${resourcesPerTable.protectedTable} resources more where it exists, ${resourcesPerTable.createdTable} where it is created, and ${resourcesPerTable.restoredTable} where it is restored.`,
    `A restore of ${criticalPath.databases} databases takes ${criticalPath.restoreMinutes.toFixed(1)} simulated minutes; the slowest of them alone, ${slowest?.database}, ${slowest?.minutes.toFixed(1)}.`,
    "",
    ...targets.map(
      ({ what, value, limit, met }) => `${met ? "met   " : "MISSED"} ${what}: ${value.toFixed(3)} (at most ${limit})`,
    ),
  ];
  console.log(lines.join("\n"));
}

function cells(figures: RoundFigures) {
  const { wallRatio, memoryRatio, wallSeconds, memoryMiB, plainWallSeconds, plainMemoryMiB, floor, empty } = figures;
  return [
    `${wallSeconds.toFixed(1)} s, ${memoryMiB.toFixed(0)} MiB`,
    `${plainWallSeconds.toFixed(1)} s, ${plainMemoryMiB.toFixed(0)} MiB`,
    `${wallRatio.toFixed(2)}, ${memoryRatio.toFixed(2)}`,
    `${floor.wallSeconds.toFixed(1)} s, ${floor.memoryMiB.toFixed(0)} MiB`,
    `${floor.wallRatio.toFixed(2)}, ${floor.memoryRatio.toFixed(2)}`,
    `${empty.wallSeconds.toFixed(1)} s, ${empty.memoryMiB.toFixed(0)} MiB`,
  ];
}

function table(rows: string[][]): string[] {
  const head = ["a drill of", "resources", "this program", "plain program", "over it", "floor", "over it", "empty"];
  return [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows].map(
    (row) => `| ${row.join(" | ")} |`,
  );
}
