import type { KnownDatabase } from "../databases";
import type { RestoredCoordinator } from "../databases/kind";
import { databasesOf, type PausedReleaseArgs } from "../release-databases";
import type { ScalarRestoreArgs } from "../restore-args";

/** A database of the set with what a restore has found of ScalarDB's coordinator in it. */
export interface Holder {
  database: KnownDatabase;
  coordinator: RestoredCoordinator;
}

/** Why nothing is compared at all, as sentences; empty when coordinators are to be compared. */
export function notComparedReasons({ verify, from }: Pick<ScalarRestoreArgs, "verify" | "from">): string[] {
  if (verify?.enabled === false) return ["restore.verify.enabled is false: nothing was verified"];
  const names = Object.keys(from ?? {});
  if (names.length === 0) return [];
  return [
    `${names.join(", ")}: restored from backups (restore.from), which are of one instant each, so the coordinator cannot be restored around it`,
  ];
}

/** Why the coordinators of some releases are not compared, as sentences. Without releases, the set is one. */
export function coordinatorReasons(holders: readonly Holder[], releases: readonly PausedReleaseArgs[]): string[] {
  const sets =
    releases.length === 0
      ? [holders]
      : releases.map((release) => {
          const names = databasesOf(
            release,
            holders.map(({ database }) => database),
          ).map(({ name }) => name);
          return holders.filter(({ database }) => names.includes(database.name));
        });
  return [...new Set(sets.flatMap(ofRelease))];
}

function ofRelease(own: readonly Holder[]): string[] {
  const found = own.filter(({ coordinator }) => coordinator.found === true);
  if (found.length > 0) return found.flatMap(({ database, coordinator }) => whyNotCompared(database.name, coordinator));
  const notRead = own.filter(
    ({ database, coordinator }) => !database.kind.relational && coordinator.found === undefined,
  );
  if (notRead.length > 0)
    return notRead.map(
      ({ database, coordinator }) =>
        `${database.name}: ${coordinator.because ?? `this version does not look for the coordinator in ${database.kind.label}`}`,
    );
  const relational = own.filter(({ database }) => database.kind.relational).map(({ database }) => database.name);
  if (relational.length > 0)
    return [
      `the coordinator is in a relational database (${relational.join(", ")}), which this version does not restore a second time to compare it`,
    ];
  const missing = own.map(({ database, coordinator }) => `${database.name} has ${coordinator.missing ?? "none"}`);
  return [`no database of the set has ScalarDB's coordinator: ${missing.join("; ")}`];
}

function whyNotCompared(name: string, { because, verify }: RestoredCoordinator): string[] {
  if (verify) return [];
  return [`${name}: ${because ?? "the coordinator's table did not exist at this instant"}`];
}
