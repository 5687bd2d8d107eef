import { auditorHint } from "../restore-points/scalar-products";
import type { CoordinatorFinding } from "./databases/coordinator";
import { databasesOf, type ReleaseDatabases, runsTransactions } from "./release-databases";

/** A database, as far as its coordinator goes. */
export interface CoordinatorHolder extends CoordinatorFinding {
  name: string;
  relational: boolean;
}

/**
 * Releases none of whose databases holds a coordinator: without it, the committed transactions of their copies are unknown, and
 * ScalarDB does not start on them. A relational database may hold it: look-ups do not see inside those.
 */
export function coordinatorProblems(
  holders: readonly CoordinatorHolder[],
  releases: readonly ReleaseDatabases[],
): string[] {
  return releases.flatMap((release, index) => {
    if (!runsTransactions(release)) return [];
    const own = databasesOf(release, holders);
    if (own.some(({ found, relational }) => found !== false || relational)) return [];
    const missing = own.map(({ name, missing = "none" }) => `${name} has ${missing}`).join("; ");
    return [
      `pause.releases[${index}]: no database that ${release.namespace}/${release.name} uses holds ScalarDB's coordinator, without which the committed transactions of a copy are unknown: ${missing}. If scalar.db.consensus_commit.coordinator.namespace is set, set existing.coordinatorNamespace of the database that holds it to the same; if the coordinator is in another database, add that to databases, and to the release's databases where it names some; if the schema is not loaded yet, load it first; ${auditorHint(`pause.releases[${index}].transactions`)}`,
    ];
  });
}
