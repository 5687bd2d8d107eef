import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Mutant } from "./mutants";

/** Mutants that make no difference a test could see: by file, the changed line, and why. */
export type Explained = Record<string, Record<string, string>>;

export const LIST = "test/mutation/explained.yaml";

export function readExplained(): Explained {
  return (parse(readFileSync(join(__dirname, "explained.yaml"), "utf8")) ?? {}) as Explained;
}

/** What the list says of the survivors of one file. */
export interface Sorted {
  explained: Mutant[];
  unexplained: Mutant[];
  /** Lines of the list whose mutants are found, or are not made any more. */
  stale: string[];
}

export function sorted(survivors: readonly Mutant[], reasons: Record<string, string> = {}): Sorted {
  return {
    explained: survivors.filter(({ becomes }) => Object.hasOwn(reasons, becomes)),
    unexplained: survivors.filter(({ becomes }) => !Object.hasOwn(reasons, becomes)),
    stale: Object.keys(reasons).filter((line) => !survivors.some(({ becomes }) => becomes === line)),
  };
}
