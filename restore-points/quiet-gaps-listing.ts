import { counted } from "./counted";
import type { DatabaseCoordinator } from "./outputs";
import { type Paint, PLAIN } from "./paint";
import { QUIET_MILLIS, type QuietGaps } from "./quiet-gaps";
import { table } from "./text-table";

/** How many gaps are listed: the newest. `--json` has all. */
const LISTED_GAPS = 20;

/** Gaps between commits as lines of text, with what they rest on. */
export function quietGapsListing(
  found: QuietGaps,
  databases: readonly DatabaseCoordinator[],
  paint: Paint = PLAIN,
): string[] {
  const { looked, gaps, commits, rows } = found;
  const listed = gaps.slice(0, LISTED_GAPS);
  const longest = gaps.reduce((most, { seconds }) => Math.max(most, seconds), 0);
  return [
    paint("bold", `Gaps between commits from ${looked.from} to ${looked.to}: candidates, not restore points`),
    "",
    ...(gaps.length > 0
      ? table([
          ["INSTANT", "ANY SECOND FROM", "TO", "GAP"],
          ...listed.map(({ instant, from, to, seconds }) => [instant, from, to, `${seconds} s`]),
        ])
      : [paint("yellow", `There is no gap of ${(2 * QUIET_MILLIS) / 1000} s or more.`)]),
    ...(gaps.length > listed.length
      ? [`and ${gaps.length - listed.length} older ones, which --json lists; the longest of all is ${longest} s`]
      : []),
    "",
    `Read: ${counted(rows, "row")}, ${commits} of them commits. What this rests on:`,
    ...restsOn(found, databases).map((line) => `- ${line}`),
    "",
    "To restore one, set restore.at to the instant and restore.quietGap to true. The coordinator's copies",
    "around it are compared then, and the restore is accepted only if they prove the gap.",
  ];
}

function restsOn({ oldestCommit, writeSets }: QuietGaps, databases: readonly DatabaseCoordinator[]): string[] {
  const others = databases.filter(
    ({ coordinator, coordinatorContainer }) => coordinator === undefined && coordinatorContainer === undefined,
  );
  return [
    "commit times are written by the pods' clocks",
    oldestCommit === undefined
      ? "there is no commit, so that nothing shows that ScalarDB keeps its transactions there"
      : `before ${oldestCommit}, the oldest commit that is left, nothing is known: rows may have been purged`,
    ...(writeSets > 0
      ? [
          `${counted(writeSets, "row has", "rows have")} write sets: finishTransaction may have deleted rows of commits, so that gaps may be none`,
        ]
      : []),
    "transactions committed in one phase (one_phase_commit.enabled) write no row",
    ...(others.length > 0
      ? [
          `a second coordinator in ${others.map(({ name, kind }) => `${name} (${kind})`).join(", ")} would not be seen: coordinators in relational databases are not read`,
        ]
      : []),
  ];
}
