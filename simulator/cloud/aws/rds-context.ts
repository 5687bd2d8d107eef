import type { SimulatedClock } from "../clock";
import type { Identifiers } from "./identifiers";
import type { RdsGroups } from "./rds-groups";
import type { RenameCourses } from "./rds-rename";
import type { RdsSnapshots } from "./rds-snapshots";

/** What the clusters and instances of a region share. */
export interface RdsContext {
  region: string;
  clock: SimulatedClock;
  identifiers: Identifiers;
  dns: string;
  groups: RdsGroups;
  snapshots: RdsSnapshots;
  /** How databases are renamed. */
  renames: RenameCourses;
  /** Lets AWS Backup do what its schedule has made due. */
  beforeAccess(): void;
}
