import { durationText } from "../../restore-points/duration";
import { type Html, html } from "../page/html";
import { percent, type Span } from "../page/scale";
import { type Evidence, type EvidenceDatabase, type EvidenceTime, isKnown, secondsBetween } from "./evidence";

const STEPS_SECONDS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];
const MOST_TICKS = 6;

/**
 * When each database's copy was asked for, there, and complete, on one axis of time since the beginning. Plain HTML, so that it fits every
 * width; the table of times below it says the same to a reader that does not see it.
 */
export function gantt(evidence: Evidence): Html {
  const span = spanOf(evidence);
  if (span === undefined) return html`<p>No times are known, so there is no chart.</p>`;
  const rows = evidence.databases.map((database) => databaseRow(database, evidence, span));
  const jobs = evidence.jobs.map(({ name, begun, ended }) =>
    row(name, bar("verify", begun, ended, evidence.begun, span), `${name}: ${spanText(begun, ended)}`),
  );
  return html`<div class="gantt">
<div class="row axis" aria-hidden="true"><span></span><div class="track">${ticks(span)}</div></div>
${[...rows, ...jobs]}</div>
${legend(evidence)}`;
}

/** Only what the chart has. */
function legend({ databases, jobs }: Evidence): Html {
  const begun = [...databases.map(({ requested }) => requested), ...jobs.map(({ begun }) => begun)];
  const entries: (false | [key: string, meaning: string])[] = [
    ["copy", "restored by the cloud"],
    databases.some(hasCompletion) && ["complete", "settings completed"],
    ["verify", "set verified"],
    !begun.every(isKnown) && ["unknown", "its beginning is not recorded"],
  ];
  return html`<ul class="legend">${entries.map((entry) => entry && html`<li><span class="key ${entry[0]}"></span> ${entry[1]}</li>`)}</ul>`;
}

/** Not every kind has settings to complete. */
function hasCompletion({ available, completed }: EvidenceDatabase): boolean {
  return secondsBetween(available, completed) !== 0;
}

function databaseRow(database: EvidenceDatabase, evidence: Evidence, span: Span): Html {
  const { name, requested, available, completed, verified } = database;
  const bars = [
    bar("copy", requested, available, evidence.begun, span),
    hasCompletion(database) && bar("complete", available, completed, evidence.begun, span),
    isKnown(verified) && html`<span class="mark" style="left:${percent(Date.parse(verified.at), span)}"></span>`,
  ];
  const text = [
    `asked for, then there after ${spanText(requested, available)}`,
    `complete after ${spanText(evidence.begun, completed)} in all`,
    isKnown(verified) ? `verified at ${verified.at}` : "not verified",
  ].join("; ");
  return row(name, html`${bars}`, `${name}: ${text}`);
}

function row(name: string, bars: Html, text: string): Html {
  return html`<div class="row"><span class="name">${name}</span><div class="track" role="img" aria-label="${text}">${bars}</div></div>
`;
}

/** A bar whose beginning is not recorded starts where the drill did, and looks different. However short, it can be seen, at the end too. */
function bar(kind: string, from: EvidenceTime, to: EvidenceTime, begun: EvidenceTime, span: Span): Html {
  if (!isKnown(to)) return html``;
  const known = isKnown(from) ? from : begun;
  const start = isKnown(known) ? Date.parse(known.at) : span.from;
  const width = percent(span.from + Math.max(0, Date.parse(to.at) - start), span);
  const unknown = isKnown(from) ? "" : " unknown";
  return html`<span class="bar ${kind}${unknown}" style="left:min(${percent(start, span)},99.6%);width:max(.4%,${width})"></span>`;
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
  const from = Math.min(...known);
  return { from, to: Math.max(from + 1000, ...known) };
}

/** Times since the beginning; those of the points' page are instants. */
function ticks(span: Span): Html[] {
  const seconds = (span.to - span.from) / 1000;
  const step =
    STEPS_SECONDS.find((each) => seconds / each <= MOST_TICKS) ?? Math.ceil(seconds / MOST_TICKS / 86_400) * 86_400;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => {
    const at = index * step;
    // The last one's text would not fit right of its line.
    const last = at / seconds > 0.9 ? " last" : "";
    return html`<span class="tick${last}" style="left:${percent(span.from + at * 1000, span)}">${at === 0 ? "0" : durationText(at * 1000)}</span>`;
  });
}

function spanText(from: EvidenceTime, to: EvidenceTime): string {
  const seconds = secondsBetween(from, to);
  return seconds === undefined ? "a time that is not recorded" : durationText(seconds * 1000);
}
