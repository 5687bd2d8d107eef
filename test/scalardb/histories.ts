import type { History } from "./history";
import { type Planned, VERSIONS } from "./recipes";
import { ScalarDb } from "./scalardb";

/** As many at a time as the smallest machine has cores. */
const AT_A_TIME = 2;

/** ScalarDB in these versions, by default in all; the reason as text if one cannot be had. */
export function everyVersion(wanted: readonly string[] = VERSIONS): Map<string, ScalarDb> | string {
  const found = new Map<string, ScalarDb>();
  for (const version of new Set(wanted)) {
    const scalarDb = ScalarDb.of(version);
    if (typeof scalarDb === "string") {
      for (const each of found.values()) each.end();
      return scalarDb;
    }
    found.set(version, scalarDb);
  }
  return found;
}

export async function historyOf(
  { version, recipe }: Pick<Planned, "version" | "recipe">,
  versions: Map<string, ScalarDb>,
): Promise<History> {
  const scalarDb = versions.get(version);
  if (scalarDb === undefined) throw new Error(`ScalarDB ${version} is not there`);
  return scalarDb.history(recipe);
}

/** Runs `each` on all of them, a few at a time; the results are in their order. */
export async function inTurn<From, To>(all: readonly From[], each: (one: From) => Promise<To>): Promise<To[]> {
  const results = new Map<number, To>();
  const left = [...all.entries()];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results.set(next[0], await each(next[1]));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  return [...results.entries()].sort(([a], [b]) => a - b).map(([, result]) => result);
}
