/** A service with a part of its own in each region, which is created when it is first used. */
export abstract class Regional<Region> {
  readonly #regions = new Map<string, Region>();

  protected abstract createRegion(name: string): Region;

  protected regions(): Iterable<Region> {
    return this.#regions.values();
  }

  region(name: string): Region {
    let region = this.#regions.get(name);
    if (!region) {
      region = this.createRegion(name);
      this.#regions.set(name, region);
    }
    return region;
  }
}
