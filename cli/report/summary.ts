import { durationText } from "../../restore-points/duration";
import type { Paint } from "../../restore-points/paint";
import { wrapped } from "../wrapped";
import { type EvidenceTime, isKnown, type Measured, secondsBetween } from "./evidence";
import type { MetricFacts } from "./metrics";

/** A report for a terminal, wrapped at its width. */
export function summaryLines(
  { stack, lastVerified, restorePoints, evidence }: MetricFacts,
  columns: number,
  paint: Paint,
): string[] {
  if (evidence === undefined)
    return [
      `${stack} restores nothing now`,
      `last verified restorable: ${lastVerified ?? "never"}`,
      `newest restore point: ${restorePoints?.latest ?? "none"}${restorePoints ? ` (read at ${restorePoints.asOf})` : ""}`,
    ];
  const { mode, instant, passed, verdict, databases, checks, leftToDo, recoveryTime, recoveryPoint } = evidence;
  const width = Math.max(...databases.map(({ name }) => name.length), "DATABASE".length);
  const cell = (seconds: number | undefined) =>
    (seconds === undefined ? "not recorded" : durationText(seconds * 1000)).padEnd(14);
  return [
    `${mode} of ${stack}, restored to ${instant}`,
    ...(evidence.backedUpBy === undefined ? [] : [`databases that ${evidence.backedUpBy} backs up`]),
    `verdict: ${paint(passed ? "green" : "red", verdict.verdict)}`,
    ...[...verdict.because, ...verdict.restsOn, ...verdict.notCovered.map((text) => `not covered: ${text}`)]
      .flatMap((text) => text.split("\n"))
      .flatMap((line) => indented(line, "  ", "    ", columns)),
    "",
    `${"DATABASE".padEnd(width)}  ${"RESTORED IN".padEnd(14)}COMPLETE AFTER`,
    ...databases.map(
      ({ name, requested, available, completed }) =>
        `${name.padEnd(width)}  ${cell(secondsBetween(requested, available))}${cell(secondsBetween(evidence.begun, completed)).trimEnd()}`,
    ),
    "",
    `recovery time:  ${measuredText(recoveryTime)}`,
    `recovery point: ${measuredText(recoveryPoint)}`,
    `verified:       ${timeText(evidence.verified)}`,
    "",
    ...checks.flatMap(({ name, passed, detail }) => {
      const word = passed ? paint("green", "ok    ") : paint("red", "FAILED");
      const [first = "", ...more] = wrapped(`${name}${detail ? ` (${detail})` : ""}`, columns - 7);
      return [`${word} ${first}`, ...more.map((line) => `       ${line}`)];
    }),
    ...(leftToDo.length > 0
      ? ["", "left to do:", ...leftToDo.flatMap((step) => indented(step, "  ", "     ", columns))]
      : []),
  ];
}

function indented(text: string, first: string, more: string, columns: number): string[] {
  return wrapped(text, columns - more.length).map((line, index) => `${index === 0 ? first : more}${line}`);
}

function measuredText({ measuredSeconds, targetMinutes, met }: Measured): string {
  const found = measuredSeconds === undefined ? "not measured" : durationText(measuredSeconds * 1000);
  if (targetMinutes === undefined) return `${found} (no target is configured)`;
  return `${found} (target ${durationText(targetMinutes * 60_000)}: ${met === true ? "met" : "not met"})`;
}

function timeText(time: EvidenceTime): string {
  return isKnown(time) ? time.at : time.unknownBecause;
}
