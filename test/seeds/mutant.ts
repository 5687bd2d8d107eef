import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";

/** A fault of the shipped code that was found and corrected once, or a safeguard that is taken away. */
export interface Mutant {
  name: string;
  /** What the program does wrong with it. */
  what: string;
  /** The file, by its path in the project. */
  file: string;
  /** Its text, which occurs once, and what is there in place of it. */
  from: string;
  to: string;
  /** A seed whose schedule finds it, of those that the tests play without it. */
  seed: number;
}

const PROJECT = join(__dirname, "..", "..");

/** A mutant's source. @throws {Error} when its text does not occur once any more */
export function mutated({ name, file, from, to }: Mutant): string {
  const source = readFileSync(join(PROJECT, file), "utf8");
  const [before, after, ...more] = source.split(from);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`mutant "${name}": ${file} does not have its text once: ${from}`);
  return `${before}${to}${after}`;
}

let installed: Mutant | undefined;

/** The fault that this process has loaded the program with. */
export const installedMutant = (): Mutant | undefined => installed;

/** Loads the program with a fault from now on; it must not have been loaded before. */
export function installMutant(mutant: Mutant): void {
  installed = mutant;
  const path = join(PROJECT, mutant.file);
  const load = require.extensions[".ts"];
  if (load === undefined) throw new Error("no loader for TypeScript");
  require.extensions[".ts"] = (module, file) => {
    if (file !== path) return load(module, file);
    const { code } = transformSync(mutated(mutant), { format: "cjs", target: "node20", loader: "ts" });
    // Node.js documents no types of its own for this method of a loading module.
    (module as unknown as { _compile(code: string, file: string): void })._compile(code, file);
  };
}
