/** A span of time, drawn from left to right. Milliseconds since the epoch. */
export interface Span {
  from: number;
  to: number;
}

/** A label on the axis. */
export interface Tick {
  at: number;
  label: string;
  /** Below a time of day: a part of the axis may be all that is seen. */
  date?: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const STEPS = [
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
];
export const MONTH_STEPS = 30 * DAY;
export const MOST_TICKS = 8;

/** Where an instant is, as a percentage from the left: SVG and CSS scale it without a script. */
export function percent(at: number, { from, to }: Span): string {
  const share = to === from ? 0 : (at - from) / (to - from);
  return `${Number((Math.min(1, Math.max(0, share)) * 100).toFixed(3))}%`;
}

/** The width of a part of the span. */
export function percentOf(part: Span, span: Span): string {
  const [from, to] = [Math.max(part.from, span.from), Math.min(part.to, span.to)];
  return percent(span.from + Math.max(0, to - from), span);
}

/** At most eight round instants (UTC) of the span. */
export function ticks({ from, to }: Span): Tick[] {
  const step =
    STEPS.find((each) => (to - from) / each <= MOST_TICKS) ??
    Math.ceil((to - from) / MOST_TICKS / MONTH_STEPS) * MONTH_STEPS;
  const found: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push({ at, ...label(at, step) });
  return found;
}

export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function label(at: number, step: number): Pick<Tick, "label" | "date"> {
  return step < DAY ? { label: new Date(at).toISOString().slice(11, 16), date: dateText(at) } : { label: dateText(at) };
}

/** The day of an instant (UTC), such as `28 Nov`. */
export function dateText(at: number): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}
