import { runCli } from "../../../cli/program";
import type { Terminal } from "../../../cli/terminal";
import { PLAIN } from "../../../restore-points/paint";

export interface Ran {
  exitCode: number;
  /** Standard output's lines. */
  out: string[];
  /** Standard error's lines. */
  notes: string[];
}

/** Runs a command line in this process. */
export async function ran(args: readonly string[], surroundings: Partial<Terminal> = {}): Promise<Ran> {
  const out: string[] = [];
  const notes: string[] = [];
  const terminal: Terminal = {
    out: (line) => out.push(...line.split("\n")),
    note: (line) => notes.push(...line.split("\n")),
    columns: 80,
    paint: PLAIN,
    interactive: false,
    env: {},
    now: Date.now,
    ...surroundings,
  };
  return { exitCode: await runCli(args, terminal), out, notes };
}
