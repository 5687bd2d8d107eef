import { isWithin, type Problem } from "./problem";

/**
 * A map without the keys, and its lists without the items, that have problems already: so that what is valid in it can still
 * be checked further. An item that is left out leaves a hole, and the others keep their positions. Empty for what is no map.
 */
export function validParts<Part extends object>(
  part: unknown,
  path: string,
  problems: readonly Problem[],
): Partial<Part> {
  if (part === null || typeof part !== "object" || Array.isArray(part)) return {};
  const wrong = (at: string) => problems.some((problem) => isWithin(problem.path, at));
  const entries = Object.entries(part).flatMap(([key, value]): [string, unknown][] => {
    const at = path === "" ? key : `${path}.${key}`;
    if (!wrong(at)) return [[key, value]];
    if (!Array.isArray(value) || problems.some((problem) => problem.path === at)) return [];
    const items = [...value];
    for (const index of items.keys()) if (wrong(`${at}[${index}]`)) delete items[index];
    return [[key, items]];
  });
  // Cast: what a schema has no problem with is of its type; a key that it does not know is a problem.
  return Object.fromEntries(entries) as Partial<Part>;
}
