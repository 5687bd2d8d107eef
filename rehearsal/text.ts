import type { Operation } from "../simulator/engine/stack";

/** `12 created, 3 unchanged`. */
export function countOf(operations: readonly Operation[]): string {
  const words: [Operation["kind"], string][] = [
    ["create", "created"],
    ["update", "updated"],
    ["replace", "replaced"],
    ["delete", "deleted"],
    ["refresh", "refreshed"],
    ["same", "unchanged"],
  ];
  const counts = words.flatMap(([kind, word]) => {
    const count = operations.filter((operation) => operation.kind === kind).length;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  return counts.length > 0 ? counts.join(", ") : "nothing to do";
}

/** A resource's type without the parts that repeat: `aws:dynamodb:Table`, `kubernetes:rbac:Role`. */
export function shortType(token: string): string {
  const [provider, module = "", name = ""] = token.split(":");
  const shown = module.split(/[./]/)[0];
  return [provider, ...(shown === "index" ? [] : [shown]), name].join(":");
}

/** Breaks one line at spaces so that it fits; a word that is longer than a line stays whole. */
export function folded(line: string, width: number, indent = `${/^ */.exec(line)?.[0]}  `): string {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const start = /^ */.exec(rest)?.[0].length ?? 0;
    const within = rest.lastIndexOf(" ", width);
    const at = within > start ? within : rest.indexOf(" ", Math.max(width, start + 1));
    if (at < 0) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest].join("\n");
}

/** The lines of a log that are for people. */
export function withoutJson(log: string): string[] {
  return log
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("{"));
}
