import type { Store } from "../../../../rehearsal/scalardb/store";
import type { SimulatedClock } from "../../../../simulator/cloud/clock";

/** A store that remembers what it held at any instant, and can replace any database. */
export class MemoryStore implements Store {
  readonly #clock: SimulatedClock;
  readonly #writes: { at: number; table: string; key: string; record: object }[] = [];
  readonly #now = new Map<string, object>();

  constructor(
    clock: SimulatedClock,
    readonly name: string,
  ) {
    this.#clock = clock;
  }

  read(table: string, key: string): object | undefined {
    return this.#now.get(`${table}/${key}`);
  }

  write(table: string, key: string, record: object): void {
    this.#now.set(`${table}/${key}`, record);
    this.#writes.push({ at: this.#clock.now(), table, key, record });
  }

  /** When each record was written that answers to the description, in milliseconds since the epoch. */
  written(table: string, is: (record: object) => boolean): number[] {
    return this.#writes.filter((write) => write.table === table && is(write.record)).map(({ at }) => at);
  }

  copy(table: string, at: number): Map<string, object> {
    const records = new Map<string, object>();
    for (const write of this.#writes) {
      if (write.at <= at && write.table === table) records.set(write.key, write.record);
    }
    return records;
  }
}
