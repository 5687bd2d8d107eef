import { pauseNeed } from "../../restore-points/rules/pause-need";
import { auditorHint } from "../../restore-points/scalar-products";
import type { KnownDatabase } from "../databases";
import type { RestoredCoordinator } from "../databases/kind";
import type { PauseScheduleArgs } from "../pause/args";
import { membersOf } from "../pause-need";
import type { Problem } from "../problem";
import {
  databasesOf,
  type PausedReleaseArgs,
  pausedReleases,
  runsTransactions,
  withoutTransactions,
} from "../release-databases";
import type { ScalarRestoreArgs } from "../restore-args";
import type { VerifyArgs } from "./args";

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

/**
 * Why the coordinators of some releases are not compared, as sentences. Without releases, the set is one.
 *
 * @param compared whether a release's coordinator in a relational database is compared with the present one
 */
export function coordinatorReasons(
  holders: readonly Holder[],
  releases: readonly PausedReleaseArgs[],
  compared: (release?: PausedReleaseArgs) => boolean = () => false,
): string[] {
  if (releases.length === 0) return ofRelease(holders, compared());
  const transactional = releases.filter(runsTransactions);
  if (transactional.length === 0)
    return [`${NO_TRANSACTIONS}: no coordinator shows that nothing was written around the instant`];
  return [...new Set(transactional.flatMap((release) => ofRelease(holdersOf(holders, release), compared(release))))];
}

const NO_TRANSACTIONS = "no release of the set runs ScalarDB transactions (pause.releases[].transactions)";

/** Why a gap between commits proves nothing about the set, as sentences: releases without transactions commit none. */
export function quietGapReasons(releases: readonly PausedReleaseArgs[]): string[] {
  const silent = withoutTransactions(releases);
  if (silent.length === 0) return [];
  return [
    `${silent.join(", ")} runs no ScalarDB transactions, so that a gap between commits does not show that it wrote nothing`,
  ];
}

/** Whether the coordinator of a release, or of all databases, can only be in a relational one. */
export function isRelational(holders: readonly Holder[], release?: PausedReleaseArgs): boolean {
  const own = release === undefined ? holders : holdersOf(holders, release);
  const others = own.filter(({ database }) => !database.kind.relational);
  return own.length > others.length && others.every(({ coordinator }) => coordinator.found === false);
}

function holdersOf(holders: readonly Holder[], release: PausedReleaseArgs): Holder[] {
  return holders.filter(({ database }) => databasesOf(release, [database]).length > 0);
}

function ofRelease(own: readonly Holder[], compared: boolean): string[] {
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
    return compared
      ? []
      : [
          `the coordinator is in a relational database (${relational.join(", ")}), whose cloud keeps no record of a restore's instant; to compare its copy with the present coordinator, set restore.verify.scan.presentCoordinator; ${auditorHint()}`,
        ];
  const missing = own.map(({ database, coordinator }) => `${database.name} has ${coordinator.missing ?? "none"}`);
  return [`no database of the set has ScalarDB's coordinator: ${missing.join("; ")}; ${auditorHint()}`];
}

function whyNotCompared(name: string, { because, verify }: RestoredCoordinator): string[] {
  if (verify) return [];
  return [`${name}: ${because ?? "the coordinator's table did not exist at this instant"}`];
}

/** Releases by which every restore of a set is unproven: known in peacetime. Paths begin at the configuration's root. */
export function neverProvenNotes(
  databases: readonly KnownDatabase[],
  pause: PauseScheduleArgs | undefined,
  verify: VerifyArgs | undefined,
): Problem[] {
  if (verify?.enabled === false) return [];
  if (!pauseNeed(membersOf(databases)).required) return [];
  const releases = pausedReleases(pause);
  const transactional = releases.filter(runsTransactions);
  if (releases.length > 0 && transactional.length === 0)
    return [
      {
        path: "pause",
        message: `${NO_TRANSACTIONS}, whose coordinator would prove a restore: every restore is "unproven", and no drill passes; accept one with restore.acceptUnproven`,
      },
    ];
  const relational = transactional.flatMap((release) => {
    const own = databasesOf(release, databases);
    if (own.length === 0 || !own.every(({ kind }) => kind.relational)) return [];
    return [`${release.namespace}/${release.name} (${own.map(({ name }) => name).join(", ")})`];
  });
  if (relational.length === 0 || verify?.scan?.presentCoordinator === true) return [];
  return [
    {
      path: "pause",
      message: `the coordinator of ${relational.join(" and of ")} is in a relational database, whose cloud keeps no record of a restore's instant: every restore is "unproven", and no drill passes; set restore.verify.scan.presentCoordinator to true (docs/verification-jobs.md), or, ${auditorHint()}`,
    },
  ];
}
