import type { Say } from "./long-work";

/**
 * The command provider hands what a command has printed to the next command of its resource, in an environment variable. Linux
 * starts no program with one of more than 128 KiB [execve(2), MAX_ARG_STRLEN]: the resource could never be updated again.
 */
const WHOLE_BYTES = 40 * 1024;
const SHORT_CHARACTERS = 40;
/** So many short lines in the 24 hours that the longest operation may take fit, too. */
const SHORT_EVERY_MILLIS = 50_000;

/** Prints the lines of an operation whole, as long as they are few; then only their beginnings, and few of them. */
export class BoundedLines {
  readonly #print: Say;
  readonly #now: () => number;
  #bytes = 0;
  #shortAt = Number.NEGATIVE_INFINITY;
  /** The last line, if it was not printed whole: it may be the operation's result. */
  #held: string | undefined;

  constructor(print: Say, now: () => number = Date.now) {
    this.#print = print;
    this.#now = now;
  }

  print(line: string): void {
    this.#bytes += Buffer.byteLength(line) + 1;
    if (this.#bytes <= WHOLE_BYTES) {
      this.#print(line);
      return;
    }
    this.#held = line;
    if (this.#now() - this.#shortAt < SHORT_EVERY_MILLIS) return;
    this.#shortAt = this.#now();
    this.#print(line.slice(0, SHORT_CHARACTERS));
  }

  /** Prints the last line whole. */
  end(): void {
    if (this.#held !== undefined) this.#print(this.#held);
    this.#held = undefined;
  }
}
