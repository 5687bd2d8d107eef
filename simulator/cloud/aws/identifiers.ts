/** Makes the identifiers that a cloud invents, the same ones again for the same seed. */
export class Identifiers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Lower-case hexadecimal digits. */
  hex(length: number): string {
    return this.#draw(length, "0123456789abcdef");
  }

  /** Capital letters and digits, as in resource ids of RDS and IAM. */
  capitals(length: number): string {
    return this.#draw(length, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
  }

  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.hex(length)).join("-");
  }

  #draw(length: number, alphabet: string): string {
    return Array.from({ length }, () => alphabet[Math.floor(this.#next() * alphabet.length)]).join("");
  }

  /** mulberry32: small, fast, and good enough for names. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
