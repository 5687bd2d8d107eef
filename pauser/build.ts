import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundlePauser, type PauserProgram } from "./bundle";

/** `npm run build` writes the programs to the folder from which built.ts reads them. */
const PROGRAMS: PauserProgram[] = ["pauser", "pauser-with-window-backups"];

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: node register/index.cjs pauser/build.ts FOLDER");
for (const program of PROGRAMS) writeFileSync(join(folder, `${program}.cjs`), bundlePauser(program));
