/** An element of an answer: the simulated AWS writes no attributes but namespaces, and no mixed content. */
export interface Element {
  name: string;
  children: Element[];
  text: string;
}

const TOKEN = /<\?[^>]*\?>|<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:]+="[^"]*")*)\s*(\/?)>|([^<]+)/y;
const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&" };

/** @throws when the text is not such XML. */
export function readXml(text: string): Element {
  const root: Element = { name: "", children: [], text: "" };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text);
    if (!token) throw new Error(`not well-formed XML at ${at}: ${text.slice(at, at + 40)}`);
    const [, closing, name, , empty, characters] = token;
    const current = open.at(-1) as Element;
    if (characters !== undefined) current.text += characters.replace(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity);
    if (name === undefined) continue;
    if (closing) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> at ${at} closes another element`);
      continue;
    }
    const element: Element = { name, children: [], text: "" };
    current.children.push(element);
    if (!empty) open.push(element);
  }
  const [document, ...others] = root.children;
  if (open.length > 1 || !document || others.length > 0) throw new Error("not one whole XML document");
  return document;
}
