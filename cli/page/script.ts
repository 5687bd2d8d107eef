import { DAY, MONTH_STEPS, MONTHS, MOST_TICKS, STEPS } from "./scale";

/**
 * Search, zoom, and the labels that fit a zoom and a width: those of the axis by the rules of `scale.ts`, and the instants of marks, the
 * newest first. The page is complete without it.
 */
export const SCRIPT = `(() => {
  const months = ${JSON.stringify(MONTHS)};
  const steps = ${JSON.stringify(STEPS)};
  const drawn = (parent, name, attributes, text = "") => {
    const element = document.createElementNS(parent.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    parent.append(element);
  };
  const label = (picture, zoom) => {
    const from = Number(picture.dataset.from);
    const to = Number(picture.dataset.to);
    const axis = picture.querySelector("[data-part=ticks]");
    const width = axis.ownerSVGElement.getBoundingClientRect().width;
    if (width === 0) return;
    const most = Math.max(3, Math.min(${MOST_TICKS} * zoom, Math.floor(width / 64)));
    const step = steps.find((each) => (to - from) / each <= most) ??
      Math.ceil((to - from) / most / ${MONTH_STEPS}) * ${MONTH_STEPS};
    const grids = [...picture.querySelectorAll("[data-part=grid]")];
    for (const part of [axis, ...grids]) part.replaceChildren();
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
      const share = (at - from) / (to - from);
      const x = share * 100 + "%";
      const anchor = share * width < 24 ? "start" : (1 - share) * width < 24 ? "end" : "middle";
      const date = new Date(at);
      const day = date.getUTCDate() + " " + months[date.getUTCMonth()];
      const texts = step < ${DAY} ? [date.toISOString().slice(11, 16), day] : [day];
      texts.forEach((text, line) => drawn(axis, "text", { x, y: 14 + 15 * line, "text-anchor": anchor }, text));
      for (const grid of grids) drawn(grid, "line", { class: "grid", x1: x, x2: x, y1: 0, y2: 28 });
    }
    for (const lane of picture.querySelectorAll(".lane")) {
      let left = Infinity;
      const marks = [...lane.querySelectorAll(".when")].map((text) => ({ text, x: parseFloat(text.getAttribute("x")) / 100 * width }));
      for (const { text, x } of marks.sort((one, other) => other.x - one.x)) {
        const anchor = x < 50 ? "start" : x > width - 50 ? "end" : "middle";
        const begin = anchor === "start" ? x : anchor === "end" ? x - 100 : x - 50;
        const fits = begin + 108 <= left;
        text.style.visibility = fits ? "visible" : "hidden";
        text.setAttribute("text-anchor", anchor);
        if (fits) left = begin;
      }
    }
  };
  for (const field of document.querySelectorAll("input[data-table]")) {
    const rows = [...document.querySelectorAll("#" + field.dataset.table + " tbody tr")];
    const count = field.parentElement.querySelector("output");
    field.parentElement.hidden = false;
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) shown++;
      }
      count.textContent = words.length ? shown + " of " + rows.length : "";
    });
  }
  for (const bar of document.querySelectorAll(".zoom")) {
    const picture = document.getElementById(bar.dataset.picture);
    const view = picture.parentElement;
    let zoom = 1;
    bar.hidden = false;
    bar.addEventListener("click", ({ target }) => {
      const by = Number(target.dataset.zoom);
      if (Number.isNaN(by)) return;
      // The newest end is what people look at first.
      const right = zoom === 1 ? 1 : (view.scrollLeft + view.clientWidth) / view.scrollWidth;
      zoom = by === 0 ? 1 : Math.min(32, Math.max(1, zoom * by));
      picture.style.width = zoom * 100 + "%";
      label(picture, zoom);
      view.scrollLeft = right * view.scrollWidth - view.clientWidth;
    });
    addEventListener("resize", () => label(picture, zoom));
    label(picture, zoom);
  }
})();`;
