import { isWithin, type Problem } from "./problem";

/**
 * A map without the keys, and its lists without the items, that have problems already: so that what is right in it can still
 * be checked further. An item that is left out leaves a hole, and the others keep their positions.
 */
export function validParts<Part extends object>(part: Part, path: string, problems: readonly Problem[]): Part {
  const wrong = (at: string) => problems.some((problem) => isWithin(problem.path, at));
  const entries = Object.entries(part).flatMap(([key, value]): [string, unknown][] => {
    const at = `${path}.${key}`;
    if (!wrong(at)) return [[key, value]];
    if (!Array.isArray(value) || problems.some((problem) => problem.path === at)) return [];
    const items = [...value];
    for (const index of items.keys()) if (wrong(`${at}[${index}]`)) delete items[index];
    return [[key, items]];
  });
  // Whoever checks further looks at what is there only.
  return Object.fromEntries(entries) as Part;
}
