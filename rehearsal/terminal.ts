import { styleText } from "node:util";
import type { Operation } from "../simulator/engine/stack";
import { countOf, folded, shortType } from "./text";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

const SIGNS: Record<Operation["kind"], [string, Style]> = {
  create: ["+", "green"],
  update: ["~", "yellow"],
  replace: ["+-", "yellow"],
  delete: ["-", "red"],
  read: [">", "cyan"],
  import: ["=", "green"],
  refresh: ["~", "cyan"],
  same: [" ", "dim"],
};

/** A terminal, or a pipe, which has no columns. */
export interface Output {
  columns?: number;
  isTTY?: boolean;
  write(text: string): unknown;
}

/** Used where the output is no terminal: a file, or a CI log. */
const DEFAULT_WIDTH = 80;
/** Longer lines are hard to read. */
const GREATEST_WIDTH = 120;
/** A reader of a pipe must see within 3 seconds that work goes on; the rest is for a busy machine. */
const SILENCE_MILLIS = 2000;

/** A line that is nothing but a command. */
const COMMAND = /^ *(npx|pulumi|kubectl|aws|az|helm) [a-z-]+ /;

/** Prints the drill's progress: readable in a file, and with colours on a terminal. */
export class Terminal {
  /** The number of columns to use. */
  readonly width: number;
  readonly #out: Output;
  #progress: NodeJS.Timeout | undefined;
  #lastWrite = Date.now();
  #failures = 0;

  constructor(out: Output) {
    this.#out = out;
    this.width = Math.min(out.columns || DEFAULT_WIDTH, GREATEST_WIDTH);
  }

  get failures(): number {
    return this.#failures;
  }

  /** The heading of a new section. */
  section(title: string): void {
    this.#write(`\n${this.#styled("bold", folded(title, this.width))}\n`);
  }

  /** Information within a section. Lines that are too long are folded; a command is not, because somebody may copy it. */
  note(text: string): void {
    for (const line of text.split("\n"))
      this.#write(`${COMMAND.test(line) ? `  ${line}` : folded(`  ${line}`, this.width)}\n`);
  }

  /** The result of a check. */
  check(claim: string, holds: boolean, detail?: string): void {
    if (!holds) this.#failures++;
    const sign = holds ? "ok    " : "FAILED";
    const text = folded(`  ${sign} ${claim}${detail ? ` (${detail})` : ""}`, this.width, " ".repeat(9));
    this.#write(`${text.replace(sign, this.#styled(holds ? "green" : "red", sign))}\n`);
  }

  /** What a run did, resource by resource; unchanged resources are only counted. */
  operations(operations: readonly Operation[]): void {
    const shown = operations.filter(({ kind }) => kind !== "same" && kind !== "read");
    const typeWidth = Math.max(0, ...shown.map(({ type }) => shortType(type).length));
    for (const operation of shown) {
      const [sign, style] = SIGNS[operation.kind];
      const why = operation.replacedBy.length > 0 ? operation.replacedBy : operation.changed;
      const changed = operation.kind === "create" || operation.kind === "delete" ? "" : ` [${why.join(", ")}]`;
      const text = `${shortType(operation.type).padEnd(typeWidth)} ${operation.name}${changed}`;
      // A name that does not fit next to its type gets its own line, so that the columns line up.
      const fits = text.length + 5 <= this.width;
      this.#write(`  ${this.#styled(style, sign.padStart(2))} ${fits ? text : shortType(operation.type)}\n`);
      if (!fits) this.#write(`${folded(`       ${operation.name}${changed}`, this.width)}\n`);
    }
    this.note(countOf(operations));
  }

  /** Shows that work goes on, until it is done: a counter on a terminal, else a line whenever nothing was printed for long. */
  async during<Result>(what: string, work: Promise<Result>): Promise<Result> {
    const began = Date.now();
    const seconds = () => `${((Date.now() - began) / 1000).toFixed(0)} s`;
    const show = this.#out.isTTY
      ? () => this.#out.write(`\r\x1b[2K  ${what} ... ${seconds()}`)
      : () => {
          if (Date.now() - this.#lastWrite >= SILENCE_MILLIS) this.#print(`  ${what} ... ${seconds()}\n`);
        };
    this.#progress = setInterval(show, 200);
    try {
      return await work;
    } finally {
      this.#endProgress();
    }
  }

  /** What is written while work goes on takes the place of its counter, which then goes on below. */
  #write(text: string): void {
    this.#eraseCounter();
    this.#print(text);
  }

  #print(text: string): void {
    this.#lastWrite = Date.now();
    this.#out.write(text);
  }

  #endProgress(): void {
    if (this.#progress === undefined) return;
    clearInterval(this.#progress);
    this.#eraseCounter();
    this.#progress = undefined;
  }

  #eraseCounter(): void {
    if (this.#progress !== undefined && this.#out.isTTY) this.#out.write("\r\x1b[2K");
  }

  #styled(style: Style, text: string): string {
    return this.#out.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text;
  }
}
