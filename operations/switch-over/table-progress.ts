/** "up to 50 concurrent restores (any type of restore) in a given account" [AWS API Reference, RestoreTableToPointInTime]. */
const RESTORES_AT_ONCE = 50;

/** In how many rounds so many tables are restored, 50 at a time. */
export function wavesOf(tables: number): number {
  return Math.max(1, Math.ceil(tables / RESTORES_AT_ONCE));
}

/** How far a step has come. Of a thousand tables, 50 are restored at a time: the others are not looked at in the meantime. */
export class TableProgress {
  /** The tables for which nothing is left to do. */
  readonly done = new Set<string>();
  /** Those that were seen not to exist, and are not restored yet. */
  readonly #absent = new Set<string>();
  /** Those that are being restored. */
  readonly #restoring = new Set<string>();
  #refused = false;

  /** Another look begins: what others have under way in the account may have ended. */
  lookAgain(): void {
    this.#refused = false;
  }

  /** Whether AWS would refuse to restore or to delete a further table now. */
  get full(): boolean {
    return this.#refused || this.#restoring.size >= RESTORES_AT_ONCE;
  }

  /** To be called where AWS has refused a call, because too much is under way in the account. */
  readonly refuse = (): void => {
    this.#refused = true;
  };

  /** Whether a table waits until other restores have ended, so that it needs no look now. */
  waits(table: string): boolean {
    return this.full && this.#absent.has(table);
  }

  /** Notes what a look has found of a table that exists. */
  exists(table: string, restoring: boolean): void {
    if (restoring) this.#restoring.add(table);
    else this.#restoring.delete(table);
  }

  /** Restores a table that does not exist, unless it has to wait. @param restore Answers whether it began. */
  async restore(table: string, restore: () => Promise<boolean>): Promise<void> {
    this.#absent.add(table);
    // A restore that was accepted may not show as a table yet.
    if (this.full && !this.#restoring.has(table)) return;
    this.#restoring.add(table);
    if (await restore()) this.#absent.delete(table);
    else this.#restoring.delete(table);
  }
}
