import { formatInstant, instantMillis } from "./instant";
import { type Paint, PLAIN } from "./paint";
import type { RestorePoints } from "./points";
import { restorableRange } from "./ranges";

const RANGE = "=";
const RESTORABLE = "*";
const NOT_RESTORABLE = "x";
const NARROWEST = 45;

/**
 * Draws each database's restorable range against the pause windows, oldest on the left:
 *
 *                2026-10-18T09:00:00Z                    2026-11-22T09:00:00Z
 *     ledger     ===========================================================
 *     customers                    =========================================
 *     windows    x     x     x     x     *     *     *     *     *     *     x
 *
 * @param width the number of columns to use
 */
export function timeline(output: RestorePoints, width: number, paint: Paint = PLAIN): string[] {
  const ranges = output.databases.map((database) => ({ name: database.name, range: restorableRange(database) }));
  const starts = [
    ...ranges.flatMap(({ range }) => ("because" in range ? [] : range.earliest)),
    ...output.points.map((point) => instantMillis(point.instant)),
  ];
  const to = instantMillis(output.asOf);
  const from = Math.min(...starts, to);
  if (from === to) return [];

  const labels = output.pauseRequired ? [...ranges.map(({ name }) => name), "windows"] : ranges.map(({ name }) => name);
  const indent = Math.max(...labels.map((label) => label.length)) + 2;
  const columns = Math.max(NARROWEST, width - indent);
  const columnOf = (instant: number) => {
    const share = (instant - from) / (to - from);
    return Math.round(Math.min(1, Math.max(0, share)) * (columns - 1));
  };
  const row = (label: string, cells: string) => (label.padEnd(indent) + cells).trimEnd();

  const [left, right] = [formatInstant(from), formatInstant(to)];
  const lines = [row("", left + right.padStart(columns - left.length))];
  for (const { name, range } of ranges) {
    if ("because" in range) {
      lines.push(row(name, paint("red", "not known")));
      continue;
    }
    const first = columnOf(range.earliest);
    const length = Math.max(1, columnOf(range.latest) - first + 1);
    lines.push(row(name, " ".repeat(first) + paint("cyan", RANGE.repeat(length))));
  }
  if (!output.pauseRequired) return lines;

  const marks: string[] = Array(columns).fill(" ");
  // A column may represent many windows: it shows whether one of them can be restored.
  for (const { instant, restorable } of output.points) {
    const column = columnOf(instantMillis(instant));
    if (restorable) marks[column] = paint("green", RESTORABLE);
    else if (marks[column] === " ") marks[column] = paint("red", NOT_RESTORABLE);
  }
  return [...lines, row("windows", marks.join(""))];
}

/** The legend of the picture. */
export function legend({ pauseRequired }: RestorePoints): string {
  const range = `${RANGE} restorable`;
  return pauseRequired
    ? `${range}   ${RESTORABLE} pause window, all restorable   ${NOT_RESTORABLE} pause window, not all`
    : range;
}
