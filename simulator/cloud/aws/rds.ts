import type { SimulatedClock } from "../clock";
import type { Identifiers } from "./identifiers";
import { RdsRegion } from "./rds-region";
import { type RenameCourses, renameCourses } from "./rds-rename";
import { Regional } from "./regional";

/** RDS in all regions. */
export class Rds extends Regional<RdsRegion> {
  /** How databases are renamed from now on. */
  readonly renames: RenameCourses = renameCourses();
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;

  constructor(clock: SimulatedClock, identifiers: Identifiers) {
    super();
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  protected createRegion(name: string): RdsRegion {
    return new RdsRegion(name, this.#clock, this.#identifiers, this.renames);
  }
}
