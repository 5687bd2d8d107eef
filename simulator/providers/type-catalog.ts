/** The resource types of a simulated provider, which answers between its configuration and its cancellation. */
export class TypeCatalog<Type> {
  readonly #provider: string;
  readonly #types: ReadonlyMap<string, Type>;
  #cancelled = false;

  constructor(provider: string, types: ReadonlyMap<string, Type>) {
    this.#provider = provider;
    this.#types = types;
  }

  /** @throws for a setting of the provider that is not among `settings`. */
  configure(config: object, settings: readonly string[]): void {
    this.#cancelled = false;
    const unknown = Object.keys(config).find((key) => !key.startsWith("__") && !settings.includes(key));
    if (unknown === undefined) return;
    throw new Error(
      `${this.#provider}:${unknown} is not simulated; known are ${settings.length > 0 ? settings.join(", ") : "no settings"}`,
    );
  }

  cancel(): void {
    this.#cancelled = true;
  }

  /** @throws when the provider was cancelled. */
  refuseCancelled(): void {
    if (this.#cancelled) throw new Error(`the provider ${this.#provider} was cancelled`);
  }

  /** @throws when the type is not simulated: a simulation that accepts anything proves nothing. */
  type(token: string): Type {
    this.refuseCancelled();
    const type = this.#types.get(token);
    if (!type)
      throw new Error(`the resource type ${token} is not simulated; known are ${[...this.#types.keys()].join(", ")}`);
    return type;
  }
}
