import { Html, html } from "./html";
import { dateText, percent, percentOf, type Span, ticks } from "./scale";

/**
 * What is drawn in a lane. `title` is the tooltip; a table of the page says the same as text. An instant that is `shown` is written below its
 * mark where the script finds room for it.
 */
export type Mark =
  /** A stretch of time. */
  | { shape: "bar" | "hatched"; tone: Tone; from: number; to: number; title: string }
  /** An instant. Shapes differ, not only colors. */
  | { shape: "dot" | "ring" | "diamond" | "cross" | "tick"; tone: Tone; at: number; title: string; shown?: true };

/** Colors by meaning; the style sheet has them for light, dark and print. */
export type Tone = "range" | "plain" | "good" | "muted" | "warn" | "bad" | "chosen";

export interface Lane {
  label: string;
  /** Next to the label, such as a range as text. */
  note?: string;
  marks: readonly Mark[];
}

const HEIGHT = 28;
const MIDDLE = HEIGHT / 2;
const LABEL_HEIGHT = 16;

export interface TimelineOptions {
  id: string;
  /** What a screen reader says of the picture as a whole. */
  description: string;
  span: Span;
  lanes: readonly Lane[];
  /** Instants with a line through all lanes. */
  lines?: readonly { at: number; label: string; tone: Tone }[];
}

/** A picture of lanes over one axis. It scales with its width, so that zoom needs no new picture. */
export function timeline({ id, description, span, lanes, lines = [] }: TimelineOptions): Html {
  const rules = lines.map(
    ({ at, tone }) =>
      html`<line class="rule ${tone}" x1="${percent(at, span)}" x2="${percent(at, span)}" y1="0" y2="${HEIGHT}"/>`,
  );
  const grid = ticks(span).map(
    ({ at }) => html`<line class="grid" x1="${percent(at, span)}" x2="${percent(at, span)}" y1="0" y2="${HEIGHT}"/>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Time line, scrolls sideways when zoomed">
<div class="lanes" id="${id}" data-from="${span.from}" data-to="${span.to}" role="img" aria-label="${description}">
${axis(span, lines)}
${lanes.map(
  ({
    label,
    note,
    marks,
  }) => html`<div class="lane"><div class="lane-label"><b>${label}</b>${note && html` <span>${note}</span>`}</div>
<svg width="100%" height="${marks.some(isShown) ? HEIGHT + LABEL_HEIGHT : HEIGHT}" aria-hidden="true" focusable="false"><rect class="track" width="100%" height="${HEIGHT}" rx="4"/><g data-part="grid">${grid}</g>${marks.map((mark) => drawn(mark, span))}${marks.map((mark) => labelOf(mark, span))}${rules}</svg></div>`,
)}
</div></div>`;
}

function axis(span: Span, lines: readonly { at: number; label: string; tone: Tone }[]): Html {
  return html`<svg class="axis" width="100%" height="${lines.length > 0 ? 52 : 36}" aria-hidden="true" focusable="false"><g data-part="ticks">${ticks(
    span,
  ).map(({ at, label, date }, index) => {
    const place = html`${index % 2 === 1 && html` class="second"`} x="${percent(at, span)}" text-anchor="${anchor(at, span)}"`;
    return html`<text${place} y="14">${label}</text>${date && html`<text${place} y="29">${date}</text>`}`;
  })}</g>${lines.map(
    ({ at, label, tone }) =>
      html`<text class="${tone}" x="${percent(at, span)}" y="46" text-anchor="${anchor(at, span)}">${label}</text>`,
  )}</svg>`;
}

/** Labels at the edges stay inside. */
function anchor(at: number, { from, to }: Span): string {
  const share = (at - from) / (to - from);
  return share < 0.04 ? "start" : share > 0.96 ? "end" : "middle";
}

function isShown(mark: Mark): boolean {
  return "shown" in mark && mark.shown === true;
}

function labelOf(mark: Mark, span: Span): Html | false {
  if (!("at" in mark && isShown(mark))) return false;
  const time = new Date(mark.at).toISOString().slice(11, 19);
  return html`<text class="when" x="${percent(mark.at, span)}" y="${HEIGHT + 12}">${dateText(mark.at)} ${time}</text>`;
}

function drawn(mark: Mark, span: Span): Html {
  const title = html`<title>${mark.title}</title>`;
  if ("from" in mark) {
    const { from, to, tone } = mark;
    const [y, height] = mark.shape === "bar" ? [9, HEIGHT - 18] : [2, HEIGHT - 4];
    return html`<rect class="${mark.shape} ${tone}" x="${percent(from, span)}" width="${percentOf({ from, to }, span)}" y="${y}" height="${height}" rx="3">${title}</rect>`;
  }
  return html`<svg x="${percent(mark.at, span)}" y="${MIDDLE}" overflow="visible"><g class="${mark.shape} ${mark.tone}">${SHAPES[mark.shape]}${title}</g></svg>`;
}

const SHAPES: Record<"dot" | "ring" | "diamond" | "cross" | "tick", Html> = {
  dot: new Html('<circle r="5"/>'),
  ring: new Html('<circle r="4.5"/>'),
  diamond: new Html('<path d="M0-6 6 0 0 6-6 0Z"/>'),
  cross: new Html('<path d="M-4.5-4.5 4.5 4.5M-4.5 4.5 4.5-4.5"/>'),
  tick: new Html('<path d="M0-10V10"/>'),
};

/** The legend of a picture: only what it shows. */
export function legend(entries: readonly { shape: Mark["shape"]; tone: Tone; text: string }[]): Html {
  return html`<ul class="legend">${entries.map(
    ({ shape, tone, text }) =>
      html`<li><svg width="22" height="16" aria-hidden="true" focusable="false">${
        shape === "bar" || shape === "hatched"
          ? html`<rect class="${shape} ${tone}" x="1" y="${shape === "bar" ? 4 : 1}" width="20" height="${shape === "bar" ? 8 : 14}" rx="2"/>`
          : html`<g class="${shape} ${tone}" transform="translate(11 8)">${SHAPES[shape]}</g>`
      }</svg>${text}</li>`,
  )}</ul>`;
}
