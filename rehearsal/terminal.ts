import type { WriteStream } from "node:tty";
import type { Operation } from "../simulator/engine/stack";

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Style = keyof typeof STYLES;

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

/** Prints the play as it goes: readable in a file, coloured and with signs of life on a terminal. */
export class Terminal {
  readonly #out: NodeJS.WritableStream & Partial<WriteStream>;
  #progress: NodeJS.Timeout | undefined;
  #failures = 0;

  constructor(out: NodeJS.WritableStream & Partial<WriteStream>) {
    this.#out = out;
  }

  get failures(): number {
    return this.#failures;
  }

  /** A new act of the play. */
  act(title: string): void {
    this.line(`\n${this.#styled("bold", title)}`);
  }

  line(text = ""): void {
    this.#endProgress();
    this.#out.write(`${text}\n`);
  }

  /** Something worth knowing within an act. */
  note(text: string): void {
    this.line(
      text
        .split("\n")
        .map((line) => `  ${line}`)
        .join("\n"),
    );
  }

  /** A claim that was just put to the test. */
  check(claim: string, holds: boolean, detail?: string): void {
    if (!holds) this.#failures++;
    const sign = holds ? this.#styled("green", "ok    ") : this.#styled("red", "FAILED");
    this.line(`  ${sign} ${claim}${detail ? this.#styled("dim", ` (${detail})`) : ""}`);
  }

  /** What a run did, resource by resource; what stayed the same is counted only. */
  operations(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.kind === "same" || operation.kind === "read") continue;
      const [sign, style] = SIGNS[operation.kind];
      const why = operation.replacedBy.length > 0 ? operation.replacedBy : operation.changed;
      const changed = operation.kind === "create" || operation.kind === "delete" ? "" : ` [${why.join(", ")}]`;
      this.note(`${this.#styled(style, sign.padStart(2))} ${operation.type.padEnd(44)} ${operation.name}${changed}`);
    }
    this.note(this.#styled("dim", `${countOf(operations)}`));
  }

  /** Shows that work goes on, until it is done. On a terminal only. */
  async during<Result>(what: string, work: Promise<Result>): Promise<Result> {
    if (this.#out.isTTY) {
      const began = Date.now();
      this.#progress = setInterval(() => {
        this.#out.write(`\r\x1b[2K  ${what} ... ${((Date.now() - began) / 1000).toFixed(0)} s`);
      }, 200);
    }
    try {
      return await work;
    } finally {
      this.#endProgress();
    }
  }

  #endProgress(): void {
    if (this.#progress === undefined) return;
    clearInterval(this.#progress);
    this.#progress = undefined;
    this.#out.write("\r\x1b[2K");
  }

  #styled(style: Style, text: string): string {
    return this.#out.isTTY && !process.env.NO_COLOR ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
  }
}

/** `12 created, 3 unchanged`. */
export function countOf(operations: readonly Operation[]): string {
  const words: [Operation["kind"], string][] = [
    ["create", "created"],
    ["update", "updated"],
    ["replace", "replaced"],
    ["delete", "deleted"],
    ["refresh", "found changed"],
    ["same", "unchanged"],
  ];
  const counts = words.flatMap(([kind, word]) => {
    const count = operations.filter((operation) => operation.kind === kind).length;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  return counts.length > 0 ? counts.join(", ") : "nothing to do";
}

/** Simulated time for people: `1 h 4 min`, `34 min`, `12 s`. */
export function duration(millis: number): string {
  const seconds = Math.round(millis / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
