import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PauserProgram } from "./bundle";

const texts = new Map<PauserProgram, string>();

/** In place of bundle.ts in the npm package, into which `npm run build` has put the programs: no compiler is needed there. */
export function bundlePauser(program: PauserProgram = "pauser"): string {
  const text = texts.get(program) ?? readFileSync(join(__dirname, `${program}.cjs`), "utf8");
  texts.set(program, text);
  return text;
}
