import type { RdsKind } from "../../unit/operations/switch-over/world";
import { randomFrom } from "../../unit/pauser/virtual/time";
import { type AZURE_EVENTS, type AzurePlan, azureFor } from "./azure-plan";

/** Everything that happens around one switch-over, as data: made from a seed, printed, and made smaller. */
export interface Schedule {
  seed: number;
  /** How many tables of DynamoDB the set has; 0: none. */
  tables: number;
  /** The tables' copies are of backups that a pause window made, which expire in the middle. */
  windowBackups?: { expireAt: number };
  /** The set's relational database, if it has one. */
  relational?: RdsKind;
  /** Its databases of Azure, if it has any. */
  azure?: AzurePlan;
  /** Pods of each release; 0: the set has no releases, as only one relational database may. */
  pods: number;
  /** How long a pod takes to start, and to end, in milliseconds. */
  podMillis: number;
  /** How long a renaming takes, as a part of what AWS documents; and whether the status is `available` in between. */
  renaming: { pace: number; flaps: boolean };
  /** How long a request and its answer are on their way, in milliseconds, at most. */
  tripMillis: number;
  /** Processes next to the first one, with what they do, in the order of their beginning. */
  others: { at: number; task: Task }[];
  /** What the first process does, and what is tried once if that fails; from then on, the set is switched over. */
  first: Task;
  second: Task;
  events: Event[];
}

/** `aborts`: the operation that ends a switch-over as if it had not begun. */
export type Task = "switches over" | "aborts";

const CLUSTERS = ["aurora", "multiAz"] as const;
const KILLS = ["killed before", "killed after"] as const;
export const CALL_FAULTS = [...KILLS, "lost answer", "no connection", "throttled", "stale answer", "frozen"] as const;
export const WORLD_EVENTS = [
  "somebody starts pods",
  "somebody takes the production name",
  "somebody takes the name of what is replaced",
] as const;

export type Event =
  /** At a call of a process, both by number: the first processes are killed most. */
  | { process: number; call: number; fault: (typeof CALL_FAULTS)[number]; forMillis: number }
  | { at: number; what: (typeof WORLD_EVENTS)[number] | (typeof AZURE_EVENTS)[number] };

/** A seed's schedule: the same on every machine. */
export function scheduleOf(seed: number): Schedule {
  const random = randomFrom(seed);
  // The first numbers of neighbouring seeds resemble each other.
  for (let skipped = 0; skipped < 4; skipped++) random();
  const below = (most: number) => Math.floor(random() * most);
  // Cast: the index is below the length.
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const alone = random() < 0.15;
  const tables = alone ? 0 : random() < 0.75 ? 1 + below(3) : 0;
  const processes = random() < 0.35 ? 2 : 1;
  const plan: Schedule = {
    seed,
    tables,
    ...((alone || tables === 0 || random() < 0.7) && { relational: random() < 0.6 ? "instance" : oneOf(CLUSTERS) }),
    pods: alone ? 0 : 1 + below(3),
    podMillis: below(random() < 0.8 ? 5000 : 120_000),
    renaming:
      random() < 0.2 ? { pace: 1, flaps: true } : { pace: random() < 0.6 ? 1 : 0.2 + random() * 4, flaps: false },
    tripMillis: random() < 0.5 ? 20 : 2 + below(3000),
    first: random() < 0.93 ? "switches over" : "aborts",
    second: random() < 0.7 ? "switches over" : "aborts",
    others: Array.from({ length: processes - 1 }, () => ({
      at: below(random() < 0.4 ? 400_000 : 3_600_000),
      task: random() < 0.6 ? ("switches over" as const) : ("aborts" as const),
    })),
    events: Array.from({ length: below(5) }, () => event(random, below)),
  };
  const whole = random() < 0.4 ? withAzure(plan, random) : plan;
  return whole.tables > 0 && random() < 0.25 ? { ...whole, windowBackups: { expireAt: below(5_400_000) } } : whole;
}

function withAzure(plan: Schedule, random: () => number): Schedule {
  const { relational, tables, ...others } = plan;
  const { azure, alone, events } = azureFor(random, tables > 0 || relational !== undefined);
  return {
    ...others,
    tables: alone ? 0 : tables,
    ...(!alone && relational && { relational }),
    pods: Math.max(1, plan.pods),
    azure,
    events: [...plan.events, ...events],
  };
}

function event(random: () => number, below: (most: number) => number): Event {
  // Cast: the index is below the length.
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  if (random() < 0.25) return { at: below(random() < 0.5 ? 600_000 : 5_400_000), what: oneOf(WORLD_EVENTS) };
  return {
    process: below(random() < 0.7 ? 1 : 4),
    // A whole switch-over makes some hundreds of calls.
    call: 1 + below(random() < 0.5 ? 60 : 400),
    fault: oneOf(random() < 0.35 ? KILLS : CALL_FAULTS),
    forMillis: below(random() < 0.5 ? 60_000 : 1_200_000),
  };
}
