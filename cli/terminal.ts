import { styleText } from "node:util";
import { type Paint, PLAIN } from "../restore-points/paint";

/** Where a command writes to, and what it knows of its surroundings. Tests give another one. */
export interface Terminal {
  /** Prints a line to standard output: only what was asked for. */
  out(line: string): void;
  /** Prints a line to standard error: progress, warnings, errors. */
  note(line: string): void;
  /** The columns of standard output; 80 where it is no terminal. */
  columns: number;
  /** Styles for standard output. They never carry information that the text does not. */
  paint: Paint;
  /** Whether a person can answer questions. */
  interactive: boolean;
  env: NodeJS.ProcessEnv;
  /** Milliseconds since the epoch. */
  now(): number;
}

const DEFAULT_COLUMNS = 80;

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  return {
    out: (line) => stdout.write(`${line}\n`),
    note: (line) => stderr.write(`${line}\n`),
    columns: stdout.columns ?? DEFAULT_COLUMNS,
    paint: hasColors(stdout.isTTY, env) ? styleText : PLAIN,
    interactive: stdin.isTTY && stderr.isTTY,
    env,
    now: Date.now,
  };
}

/** NO_COLOR (no-color.org) and FORCE_COLOR (as in Node.js) decide before the stream does. */
export function hasColors(isTerminal: boolean, { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return isTerminal && TERM !== "dumb";
}
