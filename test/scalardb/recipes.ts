import type { Recipe } from "./scalardb";

const CONSENSUS_COMMIT = "scalar.db.consensus_commit";
const SERIALIZABLE = `${CONSENSUS_COMMIT}.isolation_level=SERIALIZABLE`;
const SNAPSHOT = `${CONSENSUS_COMMIT}.isolation_level=SNAPSHOT`;
const GROUP_COMMIT = `${CONSENSUS_COMMIT}.coordinator.group_commit.enabled=true`;
const ASYNC_COMMIT = `${CONSENSUS_COMMIT}.async_commit.enabled=true`;
const ONE_PHASE_COMMIT = `${CONSENSUS_COMMIT}.one_phase_commit.enabled=true`;
const WRITE_SETS = `${CONSENSUS_COMMIT}.coordinator.write_set_logging.enabled=true`;

export const VERSIONS = ["3.14.0", "3.16.2", "3.17.1", "3.19.1"] as const;
export type Version = (typeof VERSIONS)[number];

/** How pods are configured that the rule accepts. */
const MODES: readonly (readonly string[])[] = [
  [SERIALIZABLE],
  [SNAPSHOT, GROUP_COMMIT, ASYNC_COMMIT],
  [SERIALIZABLE, GROUP_COMMIT],
  [SNAPSHOT, ASYNC_COMMIT],
  [SERIALIZABLE, ASYNC_COMMIT],
];

/** What makes rows of the coordinator disappear, or not be written at all. */
export const SPECIAL = {
  purge: "the coordinator is purged",
  onePhase: "one-phase commit",
  finish: "finishTransaction",
} as const;
export type Special = (typeof SPECIAL)[keyof typeof SPECIAL];

export interface Planned {
  version: Version;
  recipe: Recipe;
  special?: Special;
}

/** The histories of one round. Another round has other seeds, and other modes for each version. */
export function plannedHistories(seed: number, round: number, phases: number): Planned[] {
  const ownSeed = (index: number) => (seed + round * 100 + index) % 1_000_000;
  const normal = VERSIONS.map((version, index): Planned => {
    const settings = MODES[(index + round) % MODES.length] ?? [];
    return { version, recipe: { name: nameOf(settings), phases, seed: ownSeed(index), settings } };
  });
  // A leftover whose row is purged is rolled back in the source, too: leave none.
  const clean = ["kills=false", "leavesPrepared=false"];
  const special = (kind: Special, version: Version, index: number, settings: readonly string[]): Planned => {
    const recipe = { name: kind, phases, seed: ownSeed(10 + index), settings: [...settings, ...clean] };
    return { version, recipe, special: kind };
  };
  return [
    ...normal,
    special(SPECIAL.purge, VERSIONS[(round + 2) % VERSIONS.length] ?? "3.17.1", 0, [
      SERIALIZABLE,
      `purge=${round % 2 === 0 ? "recent" : "old"}`,
    ]),
    special(SPECIAL.onePhase, round % 2 === 0 ? "3.19.1" : "3.16.2", 1, [
      SNAPSHOT,
      ONE_PHASE_COMMIT,
      "onePartition=true",
    ]),
    special(SPECIAL.finish, "3.19.1", 2, [SNAPSHOT, WRITE_SETS, `finishAfterMillis=${round % 2 === 0 ? 0 : 200}`]),
  ];
}

/** Histories over a server: one of one version; with more cuts of all versions, and of what is special. */
export function plannedOnServer(version: Version, seed: number, cuts: number): Planned[] {
  const all = plannedHistories(seed, 0, 9);
  return cuts > 12 ? all : all.filter((each) => each.version === version && each.special === undefined);
}

/** A history in which transactions arrive at random. */
export interface Traffic {
  version: Version;
  recipe: Recipe;
}

/**
 * Traffic of 0.01 to 10 transactions a second. At random instants there are no gaps of ten seconds above some rate, so that it also comes
 * in bursts: people work, and pause.
 *
 * @param gaps how many candidates each is to have, about, where that is possible
 */
export function plannedTraffic(seed: number, gaps: number): Traffic[] {
  /** The mean length of a burst and of the time after it: half of these are gaps. Seconds of the history. */
  const burst = 15;
  const kinds: { perSecond: number; bursts: boolean; transactions: number; stretch: number }[] = [
    { perSecond: 0.01, bursts: false, transactions: gaps, stretch: 20 },
    { perSecond: 0.1, bursts: false, transactions: 2.7 * gaps, stretch: 20 },
    { perSecond: 0.1, bursts: true, transactions: 3 * gaps, stretch: 20 },
    // No gap is to be expected: e^-10 of the times in between.
    { perSecond: 1, bursts: false, transactions: 20 * gaps, stretch: 20 },
    { perSecond: 1, bursts: true, transactions: 60 * gaps, stretch: 20 },
    { perSecond: 10, bursts: false, transactions: 20 * gaps, stretch: 5 },
    // 20 a second in a burst: with less stretch, ScalarDB can do that on a slow machine, too.
    { perSecond: 10, bursts: true, transactions: 150 * gaps, stretch: 5 },
  ];
  return kinds.map(({ perSecond, bursts, transactions, stretch }, index) => {
    const settings = [
      ...(MODES[index % MODES.length] ?? []),
      `perSecond=${perSecond * stretch * (bursts ? 2 : 1)}`,
      `transactions=${Math.ceil(transactions)}`,
      ...(bursts ? [`burstMillis=${(burst * 1000) / stretch}`] : []),
    ];
    const name = `${perSecond} a second${bursts ? ", in bursts" : ""}`;
    return {
      version: VERSIONS[index % VERSIONS.length] ?? "3.19.1",
      recipe: { name, phases: 0, seed: (seed + 50 + index) % 1_000_000, settings, stretch },
    };
  });
}

function nameOf(settings: readonly string[]): string {
  const named = settings.map((each) => each.slice(CONSENSUS_COMMIT.length + 1).replace("isolation_level=", ""));
  return named.map((each) => each.replace("coordinator.", "").replace(".enabled=true", "")).join(" ");
}
