/** What the badge says. */
export interface BadgeFacts {
  /** When copies last proved to fit together. RFC 3339; absent if they never did. */
  lastVerified?: string;
  /** Whether the newest drill has failed since. */
  failedSince?: boolean;
  /** No real cloud was involved. */
  simulated?: boolean;
}

const LABELS = { real: "last verified restorable", simulated: "simulated drill" };
// White text has a contrast of at least 4.5:1 on each (WCAG 2.2, 1.4.3).
const COLOURS = { passed: "#2e7d32", failed: "#c62828", never: "#616161" };
/** Verdana's digits and letters at 11 px are about this wide; `textLength` then fits the text exactly. */
const CHARACTER = 6.6;
const PADDING = 7;
const HEIGHT = 20;

/** An SVG of 20 px height, for a README or a dashboard. It shows a date, not an age: a picture does not grow older by itself. */
export function badge({ lastVerified, failedSince = false, simulated = false }: BadgeFacts): string {
  const date = lastVerified === undefined ? "never" : `${lastVerified.slice(0, 10)} UTC`;
  const value = failedSince ? `${date} (the newest drill failed)` : date;
  const isProven = lastVerified !== undefined && !simulated;
  const colour = failedSince ? COLOURS.failed : isProven ? COLOURS.passed : COLOURS.never;
  const label = simulated ? LABELS.simulated : LABELS.real;
  const [left, right] = [widthOf(label), widthOf(value)];
  const text = (content: string, x: number, width: number) =>
    `<text x="${x + width / 2}" y="14" text-anchor="middle" textLength="${width - 2 * PADDING}" lengthAdjust="spacingAndGlyphs">${content}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="${HEIGHT}" role="img" aria-label="${label}: ${value}">
<title>${label}: ${value}</title>
<clipPath id="round"><rect width="${left + right}" height="${HEIGHT}" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="${left}" height="${HEIGHT}" fill="#424242"/><rect x="${left}" width="${right}" height="${HEIGHT}" fill="${colour}"/></g>
<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">${text(label, 0, left)}${text(value, left, right)}</g>
</svg>
`;
}

function widthOf(text: string): number {
  return Math.round(text.length * CHARACTER) + 2 * PADDING;
}
