const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A text for HTML, in elements and in quoted attributes. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** An instant as people read it, with the exact text for programs: `2026-11-22 03:00:12 UTC`. */
export function instantHtml(instant: string): string {
  const text = `${new Date(instant).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  return `<time datetime="${escaped(instant)}">${text}</time>`;
}

/** Such as `45 s`, `3 min 5 s`, `2 h 10 min`. */
export function durationText(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const parts =
    hours > 0 ? [`${hours} h`, minutes && `${minutes} min`] : [minutes && `${minutes} min`, rest && `${rest} s`];
  const text = parts.filter(Boolean).join(" ") || "0 s";
  return seconds < 0 ? `-${text}` : text;
}

/** A list; nothing without items. */
export function listHtml(items: readonly string[], tag: "ul" | "ol" = "ul"): string {
  return items.length === 0 ? "" : `<${tag}>${items.map((item) => `<li>${escaped(item)}</li>`).join("")}</${tag}>`;
}
