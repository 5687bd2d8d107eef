import { isProven } from "../../restore-points/verification/verdict";
import type { Judged } from "./cut";

export const isAccepted = ({ verification }: Judged): boolean => isProven(verification.verdict);

/** Cuts by kind, verdict and truth, as text. */
export function tally(judged: readonly Judged[], scanned: readonly Judged[]): string {
  const columns = ["sound", "unsound"].flatMap((truth) =>
    ["accepted", "refused", "unproven"].map((verdict) => `${truth}, ${verdict}`),
  );
  const rows = [...new Set(judged.map(({ cut }) => cut.kind))].map((kind) => {
    const ofKind = judged.filter(({ cut }) => cut.kind === kind);
    const ofScanned = scanned.filter(({ cut }) => cut.kind === kind);
    const counts = columns.map((column) => ofKind.filter((each) => columnOf(each) === column).length);
    const accepted = ofScanned.filter(isAccepted);
    const withScan = `${accepted.length} (${accepted.filter(({ sound }) => !sound).length} unsound)`;
    return [kind, ofKind.length, ...counts, withScan];
  });
  const header = ["cut", "n", ...columns, "accepted after a scan"];
  const totals = columns.map((column) => judged.filter((each) => columnOf(each) === column).length);
  const allAccepted = scanned.filter(isAccepted);
  const lastTotal = `${allAccepted.length} (${allAccepted.filter(({ sound }) => !sound).length} unsound)`;
  const lines = [header, header.map(() => "---"), ...rows, ["all", judged.length, ...totals, lastTotal]];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function columnOf(judged: Judged): string {
  const verdict = isAccepted(judged) ? "accepted" : judged.verification.verdict;
  return `${judged.sound ? "sound" : "unsound"}, ${verdict}`;
}
