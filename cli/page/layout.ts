import { createHash } from "node:crypto";
import { Html, html } from "./html";
import { SCRIPT } from "./script";
import { STYLE } from "./style";

export interface Page {
  title: string;
  /** Below the title: of what, and when it was read. */
  subtitle: Html | string;
  body: Html;
  /** Below everything. */
  footer: Html | string;
  /** Whether something on it can be searched or zoomed. */
  scripted: boolean;
  /** What this page has besides the common style. */
  style?: string;
}

/**
 * A page in one file: it loads nothing, and its policy lets it load nothing. All of it can be read without the script, which adds
 * search (`searchOf`) and zoom (`zoomOf`).
 */
export function page({ title, subtitle, body, footer, scripted, style = "" }: Page): string {
  const scripts = scripted ? `'${hashOf(SCRIPT)}'` : "'none'";
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${scripts}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="color-scheme" content="light dark"><title>${title}</title><style>${new Html(STYLE + style)}</style></head>
<body><a class="skip" href="#content">Skip to the content</a>
<header><h1>${title}</h1><p>${subtitle}</p></header>
<main id="content">${body}</main>
<footer>${footer}</footer>
${scripted && html`<script>${new Html(SCRIPT)}</script>`}</body></html>
`.text
  }`;
}

const hashOf = (script: string) => `sha256-${createHash("sha256").update(script).digest("base64")}`;

export interface Table {
  id: string;
  caption: string;
  head: readonly string[];
  /** The first cell of a row is its header. */
  rows: readonly (readonly (Html | string)[])[];
}

/**
 * A table that can be scrolled sideways by keyboard, with its caption as its name. On a phone, each row is a block in which every
 * cell has its column's name before it; the roles are what browsers may drop with the layout of a table.
 */
export function table({ id, caption, head, rows }: Table): Html {
  return html`<div class="table" tabindex="0" role="region" aria-labelledby="${id}-caption"><table id="${id}" role="table"><caption id="${id}-caption">${caption}</caption>
<thead role="rowgroup"><tr role="row">${head.map((cell) => html`<th scope="col" role="columnheader">${cell}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(
    ([
      first = "",
      ...cells
    ]) => html`<tr role="row"><th scope="row" role="rowheader">${first}</th>${cells.map((cell, index) => html`<td role="cell" data-column="${head[index + 1]}">${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}

/** A search field for a table's rows, which the script shows. */
export function searchOf(tableId: string, label: string): Html {
  return html`<p class="search" hidden><label for="${tableId}-search">${label}</label> <input type="search" id="${tableId}-search" data-table="${tableId}" autocomplete="off"> <output for="${tableId}-search"></output></p>`;
}

/** Buttons that zoom a picture, which the script shows. */
export function zoomOf(pictureId: string): Html {
  return html`<p class="zoom" hidden data-picture="${pictureId}"><button type="button" data-zoom="0.5" aria-label="Zoom out">−</button><button type="button" data-zoom="2" aria-label="Zoom in">+</button><button type="button" data-zoom="0">Whole</button></p>`;
}

/** A list; nothing without items. The lines of an item stay lines. */
export function list(items: readonly string[], tag: "ul" | "ol" = "ul"): Html {
  const entries = items.map((item) => html`<li>${item}</li>`);
  if (items.length === 0) return html``;
  return tag === "ul" ? html`<ul>${entries}</ul>` : html`<ol>${entries}</ol>`;
}

/** An instant for people and programs. */
export function instant(text: string): Html {
  return html`<time datetime="${text}">${text.replace("T", " ").replace(/\.\d+Z$|Z$/, "")}</time>`;
}

/** A word that says how something is, with its tone. */
export function badge(tone: "good" | "warn" | "bad" | "muted" | "plain", text: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}
