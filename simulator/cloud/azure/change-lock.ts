import type { ArmError } from "./error";

/** How many others are refused at most during a change that is no longer polled. */
const REFUSALS = 2;

/**
 * A database of Azure's works at one change at a time, and refuses others while it does. A change over HTTP goes on until
 * its caller has seen that it is done; one in process is done at once. An abandoned one ends, too.
 */
export class ChangeLock {
  readonly #refusal: () => ArmError;
  #holder: symbol | undefined;
  #refused = 0;

  constructor(refusal: () => ArmError) {
    this.#refusal = refusal;
  }

  get isHeld(): boolean {
    return this.#holder !== undefined;
  }

  /** @throws {ArmError} while another change goes on. */
  refuse(): void {
    if (this.#holder === undefined) return;
    this.#refused += 1;
    if (this.#refused === REFUSALS) this.#holder = undefined;
    throw this.#refusal();
  }

  /** @returns what ends the change. */
  hold(): () => void {
    const holder = Symbol("change");
    this.#holder = holder;
    this.#refused = 0;
    return () => {
      if (this.#holder === holder) this.#holder = undefined;
    };
  }
}
