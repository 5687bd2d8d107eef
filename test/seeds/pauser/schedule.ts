import type { Faults } from "../../unit/pauser/virtual/pod";
import { randomFrom } from "../../unit/pauser/virtual/time";

/**
 * Everything that happens in one simulated world, as data: it is made from a seed, can be printed, and can be made smaller
 * (`shrink.ts`).
 */
export interface Schedule {
  seed: number;
  /** The faults of each pod of each release. */
  releases: Faults[][];
  /** 2: two clusters pause in a rendezvous. */
  clusters: 1 | 2;
  pausers: PauserPlan[];
  /** The API server's clock minus the true one, in milliseconds. */
  apiSkew: number;
  /** By how much the pauser's node's clock is ahead of the true one at first, in milliseconds. */
  wallOffset: number;
  driftPpm: number;
  /** How long until Kubernetes reports that a pod of the pauser has ended. */
  noticeMillis: number;
  /** How long until Kubernetes reports that a pod of the pauser is running. */
  startMillis: number;
  /** When the unpauser's CronJob is due for the first time, in milliseconds after the beginning. */
  firstUnpauserAt: number;
  /** Whether the next day's run is played, too. */
  nextRun: boolean;
  events: Event[];
}

export interface PauserPlan {
  /** Indices of its releases. */
  releases: number[];
  startsAt: number;
  holdSeconds: number;
  minWindowSeconds: number;
  alignToMinute: boolean;
  backups?: BackupPlan;
}

export type BackupPlan = "works" | "one is refused" | "is throttled" | "no answer" | "is slow";

/** When something happens: some time after the beginning, or at a call of a process. */
export type When = { at: number } | { pauser: number; attempt: number; call: number; side: "before" | "after" };

export const POD_EVENTS = [
  "restarts",
  "its sidecar restarts",
  "vanishes",
  "is unpaused and paused again",
  "appears",
  "is rolled out",
  "is replaced",
  "fails to unpause",
  "ignores Unpauses",
  "answers slowly",
  "hangs",
  "is paused by a user",
  "is unpaused at the end of a drain",
  "restarts, is paused, and its run is killed",
  "gets its Pause late, and its run is killed",
] as const;
/** Rare ones, which were added later: the other schedules stay what they were. */
export const RARE_POD_EVENTS = [
  "restarts, and is paused by a user at once",
  "appears before its Deployment says so",
  "appears for a moment",
  "is paused by a user right before its Pause",
] as const;
export type PodEvent = (typeof POD_EVENTS)[number] | (typeof RARE_POD_EVENTS)[number];
export const API_EVENTS = [
  "drops",
  "loses answers",
  "does not answer",
  401,
  429,
  500,
  503,
  "PUT 409",
  "PUT 422",
  "is slow",
  "lags behind",
  "lags behind while a pod appears",
  "refuses writes for long, and the run is killed",
  "does not answer, and pods ignore Unpauses",
  "is written by others",
] as const;
export const PROCESS_EVENTS = [
  "SIGTERM",
  "SIGKILL",
  "SIGSTOP",
  "its clock is stepped",
  "is starved",
  "loses the API server",
  "loses the pods",
  "its node is lost",
  "its Job is deleted",
] as const;
export const RECORD_EVENTS = [
  "invalid windows",
  "newer windows",
  "invalid note",
  "newer note",
  "a pod of the note is damaged",
  "is damaged, its run is killed, and pods hang",
] as const;
export const LEASE_EVENTS = ["is taken", "is released"] as const;

export type Event = { when: When; forMillis: number } & (
  | { pod: number; what: PodEvent }
  | { api: (typeof API_EVENTS)[number]; cluster: number }
  | { process: (typeof PROCESS_EVENTS)[number]; pauser: number }
  | { unpauser: "SIGKILL" | "SIGSTOP"; calls: number }
  | { record: (typeof RECORD_EVENTS)[number] }
  | { lease: (typeof LEASE_EVENTS)[number] }
  | { tool: "runs" }
);

type Random = () => number;

const below = (random: Random, most: number): number => Math.floor(random() * most);

function oneOf<T>(random: Random, values: readonly T[]): T {
  // The index is below the length.
  return values[below(random, values.length)] as T;
}

/** A seed's schedule: the same on every machine. */
export function scheduleOf(seed: number): Schedule {
  const random = randomFrom(seed);
  // The first numbers of neighbouring seeds resemble each other.
  for (let skipped = 0; skipped < 4; skipped++) random();
  const clusters = random() < 0.02 ? 2 : 1;
  const releases = Array.from({ length: random() < 0.25 ? 2 : 1 }, () =>
    Array.from({ length: 1 + below(random, 2.4) }, () => podFaults(random)),
  );
  const two = clusters === 1 && random() < 0.12;
  const pausers = Array.from({ length: two ? 2 : 1 }, (_, index) =>
    pauserPlan(random, releases.length, index, clusters === 1),
  );
  return {
    seed,
    releases,
    clusters,
    pausers,
    apiSkew: random() < 0.7 ? 0 : below(random, 1200) - 600,
    wallOffset: random() < 0.7 ? 0 : below(random, random() < 0.8 ? 1200 : 8000) - (random() < 0.8 ? 600 : 4000),
    driftPpm: random() < 0.8 ? 0 : below(random, 400) - 200,
    noticeMillis: oneOf(random, [0, 0, 2000, 300_000]),
    startMillis: oneOf(random, [0, 500, 5000]),
    firstUnpauserAt: below(random, random() < 0.3 ? 5000 : 300_000),
    nextRun: random() < (two ? 0.6 : 0.15),
    events: Array.from({ length: below(random, 5) }, () => event(random, pausers.length)),
  };
}

/** A pod's faults from the start: mostly none, or no run would get far. */
function podFaults(random: Random): Faults {
  const which = random();
  if (which < 0.86) return {};
  if (which < 0.93) return { drainMillis: below(random, 4000) };
  if (which < 0.95) return { drainMillis: below(random, 45_000), withoutErrorInfo: random() < 0.5 };
  if (which < 0.955) return { refusePause: true };
  if (which < 0.97) return { pretendToPause: true };
  return { failUnpauses: below(random, 4), ignoreUnpauses: below(random, 3) };
}

function pauserPlan(random: Random, releases: number, index: number, alone: boolean): PauserPlan {
  const long = random() < 0.08;
  const all = Array.from({ length: releases }, (_, release) => release);
  return {
    releases: random() < 0.8 ? all : [below(random, releases)],
    startsAt: index === 0 ? 0 : atOnce(below(random, random() < 0.7 ? 3000 : 120_000)),
    holdSeconds: long ? 10 : oneOf(random, [1.5, 2, 2, 3]),
    minWindowSeconds: long ? 5 : 0.5,
    alignToMinute: random() < 0.15,
    ...(alone &&
      random() < 0.02 && {
        backups: oneOf(random, ["works", "one is refused", "is throttled", "no answer", "is slow"] as const),
      }),
  };
}

/** CronJobs of the same minute start their Jobs at the same time: in one of eight schedules, some milliseconds apart. */
const atOnce = (millis: number): number => (millis % 8 === 3 ? (millis >> 3) % 12 : millis);

function when(random: Random, pausers: number): When {
  const which = random();
  if (which < 0.3) return { at: below(random, 4000) };
  if (which < 0.38) return { at: below(random, 120_000) };
  return {
    pauser: below(random, pausers),
    // Mostly the first try: later ones happen only after a failure.
    attempt: random() < 0.75 ? 0 : below(random, 4),
    call: below(random, random() < 0.6 ? 20 : 60),
    side: random() < 0.5 ? "before" : "after",
  };
}

function event(random: Random, pausers: number): Event {
  const base = { when: when(random, pausers) };
  const which = random();
  if (which < 0.27) {
    const forMillis = below(random, random() < 0.4 ? 400 : 6000);
    const pod = below(random, 9);
    const usual = oneOf(random, POD_EVENTS);
    const rare = forMillis % 8 === 3 ? RARE_POD_EVENTS[(forMillis >> 3) % 3] : RARE_POD_EVENTS[3 + (forMillis % 16)];
    return { ...base, forMillis, pod, what: rare ?? usual };
  }
  if (which < 0.49)
    return {
      ...base,
      forMillis: below(random, random() < 0.7 ? 3000 : 40_000),
      api: oneOf(random, API_EVENTS),
      cluster: below(random, 2),
    };
  if (which < 0.84) {
    const process = random() < 0.25 ? "SIGKILL" : oneOf(random, PROCESS_EVENTS);
    const longest = random() < 0.7 ? 8000 : 900_000;
    return { ...base, forMillis: below(random, longest), process, pauser: below(random, pausers) };
  }
  if (which < 0.9)
    return {
      ...base,
      forMillis: below(random, 400_000),
      unpauser: oneOf(random, ["SIGKILL", "SIGSTOP"] as const),
      calls: below(random, 12),
    };
  if (which < 0.95) return { ...base, forMillis: below(random, 100_000), record: oneOf(random, RECORD_EVENTS) };
  if (which < 0.97) return { ...base, forMillis: 0, lease: oneOf(random, LEASE_EVENTS) };
  return { ...base, forMillis: 1000 + below(random, 5000), tool: "runs" };
}
