import { type Evidence, type EvidenceDatabase, type EvidenceTime, isKnown, secondsBetween } from "./evidence";
import { durationText, escaped } from "./html";

/** The part of time that a chart shows. Epoch milliseconds. */
interface Span {
  start: number;
  end: number;
}

const STEPS_SECONDS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];
const MOST_TICKS = 6;

/**
 * When each database's copy was asked for, there, and complete, on one axis of time since the beginning. Plain HTML, so that it fits every
 * width; the table of times below it says the same to a reader that does not see it.
 */
export function ganttHtml(evidence: Evidence): string {
  const span = spanOf(evidence);
  if (span === undefined) return "<p>No times are known, so there is no chart.</p>";
  const rows = evidence.databases.map((database) => rowHtml(database, evidence, span));
  const jobs = evidence.jobs.map(({ name, begun, ended }) => {
    const bar = barHtml("verify", begun, ended, evidence.begun, span);
    return row(name, bar, `${name}: ${spanText(begun, ended)}`);
  });
  return `<div class="gantt">
<div class="row axis" aria-hidden="true"><span></span><div class="track">${ticksHtml(span)}</div></div>
${[...rows, ...jobs].join("\n")}
</div>
<p class="legend"><span class="key copy"></span> restored by the cloud <span class="key complete"></span> settings completed
<span class="key verify"></span> verified <span class="key unknown"></span> its beginning is not recorded</p>`;
}

function rowHtml(database: EvidenceDatabase, evidence: Evidence, span: Span): string {
  const { name, requested, available, completed, verified } = database;
  const bars = [
    barHtml("copy", requested, available, evidence.begun, span),
    barHtml("complete", available, completed, evidence.begun, span),
    markHtml(verified, span),
  ].join("");
  const text = [
    `asked for, then there after ${spanText(requested, available)}`,
    `complete after ${spanText(evidence.begun, completed)} in all`,
    isKnown(verified) ? `verified at ${verified.at}` : "not verified",
  ].join("; ");
  return row(name, bars, `${name}: ${text}`);
}

function row(name: string, bars: string, text: string): string {
  return `<div class="row"><span class="name">${escaped(name)}</span><div class="track" role="img" aria-label="${escaped(text)}">${bars}</div></div>`;
}

/** A bar whose beginning is not recorded starts where the drill did, and looks different. */
function barHtml(kind: string, from: EvidenceTime, to: EvidenceTime, begun: EvidenceTime, span: Span): string {
  if (!isKnown(to)) return "";
  const start = isKnown(from) ? from : begun;
  const left = isKnown(start) ? placeOf(start.at, span) : 0;
  const width = Math.max(0.4, placeOf(to.at, span) - left);
  const unknown = isKnown(from) ? "" : " unknown";
  return `<span class="bar ${kind}${unknown}" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%"></span>`;
}

function markHtml(time: EvidenceTime, span: Span): string {
  return isKnown(time) ? `<span class="mark" style="left:${placeOf(time.at, span).toFixed(2)}%"></span>` : "";
}

function placeOf(instant: string, { start, end }: Span): number {
  return Math.min(100, Math.max(0, ((Date.parse(instant) - start) / (end - start)) * 100));
}

/** From the first known time to the last, not those of the clean-up. */
function spanOf({ begun, verified, databases, jobs }: Evidence): Span | undefined {
  const times = [
    begun,
    verified,
    ...databases.flatMap(({ requested, available, completed }) => [requested, available, completed]),
    ...jobs.flatMap(({ begun, ended }) => [begun, ended]),
  ];
  const known = times.flatMap((time) => (isKnown(time) ? Date.parse(time.at) : []));
  if (known.length === 0) return undefined;
  const start = Math.min(...known);
  return { start, end: Math.max(start + 1000, ...known) };
}

function ticksHtml({ start, end }: Span): string {
  const seconds = (end - start) / 1000;
  const step =
    STEPS_SECONDS.find((each) => seconds / each <= MOST_TICKS) ?? Math.ceil(seconds / MOST_TICKS / 86_400) * 86_400;
  const ticks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
  return ticks
    .map((at) => {
      const left = (at / seconds) * 100;
      // The last one's text would not fit right of its line.
      const last = left > 90 ? " last" : "";
      return `<span class="tick${last}" style="left:${left.toFixed(2)}%">${at === 0 ? "0" : durationText(at)}</span>`;
    })
    .join("");
}

function spanText(from: EvidenceTime, to: EvidenceTime): string {
  const seconds = secondsBetween(from, to);
  return seconds === undefined ? "a time that is not recorded" : durationText(seconds);
}
