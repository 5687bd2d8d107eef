import { isProven } from "../../restore-points/verification/verdict";
import type { Judged } from "./cut";

export const isAccepted = ({ verification }: Judged): boolean => isProven(verification.verdict);

/** Cuts by kind, verdict and truth, as text. */
export function tally(judged: readonly Judged[], scanned: readonly Judged[]): string {
  const rows = [...new Set(judged.map(({ cut }) => cut.kind))].map((kind) => {
    const ofKind = judged.filter(({ cut }) => cut.kind === kind);
    const ofScanned = scanned.filter(({ cut }) => cut.kind === kind);
    const accepted = ofScanned.filter(isAccepted);
    const withScan = `${accepted.length} (${accepted.filter(({ sound }) => !sound).length} unsound)`;
    return [kind, ofKind.length, ...columnsOf(ofKind).values(), withScan];
  });
  const header = ["cut", "n", ...columnsOf([]).keys(), "accepted after a scan"];
  const allAccepted = scanned.filter(isAccepted);
  const lastTotal = `${allAccepted.length} (${allAccepted.filter(({ sound }) => !sound).length} unsound)`;
  const lines = [
    header,
    header.map(() => "---"),
    ...rows,
    ["all", judged.length, ...columnsOf(judged).values(), lastTotal],
  ];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** How many cuts there are of each truth and verdict. */
export function columnsOf(judged: readonly Judged[]): Map<string, number> {
  const columns = ["sound", "unsound"].flatMap((truth) =>
    ["accepted", "refused", "unproven"].map((verdict) => `${truth}, ${verdict}`),
  );
  return new Map(columns.map((column) => [column, judged.filter((each) => columnOf(each) === column).length]));
}

function columnOf(judged: Judged): string {
  const verdict = isAccepted(judged) ? "accepted" : judged.verification.verdict;
  return `${judged.sound ? "sound" : "unsound"}, ${verdict}`;
}
