/** Keyed values with everything they ever were, so that a database can be read, and restored, as of any instant. */
export class History<Value> {
  /** In order of time; several changes at the same millisecond keep the order in which they were made. */
  readonly #changes: { at: number; key: string; value: Value | undefined }[] = [];

  /** A history that begins at an instant with values that are there already. */
  static from<Value>(values: Map<string, Value>, at: number): History<Value> {
    const history = new History<Value>();
    for (const [key, value] of values) history.set(key, value, at);
    return history;
  }

  set(key: string, value: Value, at: number): void {
    this.#record({ at, key, value });
  }

  delete(key: string, at: number): void {
    this.#record({ at, key, value: undefined });
  }

  /** The values as of an instant, or each as of its own instant, including what was written in that millisecond. */
  at(instant: number | ((key: string) => number)): Map<string, Value> {
    const values = new Map<string, Value>();
    for (const change of this.#changes) {
      if (typeof instant === "number" && change.at > instant) break;
      if (typeof instant !== "number" && change.at > instant(change.key)) continue;
      if (change.value === undefined) values.delete(change.key);
      else values.set(change.key, change.value);
    }
    return values;
  }

  /** When the first change was made. */
  get since(): number | undefined {
    return this.#changes[0]?.at;
  }

  #record(change: { at: number; key: string; value: Value | undefined }): void {
    let index = this.#changes.length;
    while (index > 0 && (this.#changes[index - 1] as { at: number }).at > change.at) index -= 1;
    this.#changes.splice(index, 0, change);
  }
}
