/** "up to 50 concurrent restores (any type of restore) in a given account" [AWS API Reference, RestoreTableToPointInTime]. */
const RESTORES_AT_ONCE = 50;

/** How many times in a row restores of so many tables take as long as one. */
export function wavesOf(tables: number): number {
  return Math.max(1, Math.ceil(tables / RESTORES_AT_ONCE));
}

/** How far a step has come. Of a thousand tables, 50 are restored at a time: the others are not looked at in the meantime. */
export class TableProgress {
  /** The tables for which nothing is left to do. */
  readonly done = new Set<string>();
  /** Those that were seen not to exist, and are not restored yet. */
  readonly #absent = new Set<string>();
  #full = false;

  /** Another look begins: restores may have ended. */
  lookAgain(): void {
    this.#full = false;
  }

  /** Whether a table waits until other restores have ended, so that it needs no look now. */
  waits(table: string): boolean {
    return this.#full && this.#absent.has(table);
  }

  /** Restores a table that does not exist, unless it has to wait. @param restore Answers whether it began; calls `full` if no further one can. */
  async restore(table: string, restore: (full: () => void) => Promise<boolean>): Promise<void> {
    this.#absent.add(table);
    if (this.#full) return;
    const began = await restore(() => {
      this.#full = true;
    });
    if (began) this.#absent.delete(table);
  }
}
