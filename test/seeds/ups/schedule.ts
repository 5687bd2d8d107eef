import { randomFrom } from "../../unit/pauser/virtual/time";

/** What a user does with one stack, and what goes wrong in the meantime, as data: made from a seed, printed, and made smaller. */
export interface Schedule {
  seed: number;
  set: SetName;
  steps: Step[];
}

export const SETS = [
  "tables and a cluster",
  "a cluster alone",
  "tables elsewhere and an instance",
  "a created instance",
] as const;
export type SetName = (typeof SETS)[number];

/** A change of the configuration, or of the clouds; nothing happens where it makes no sense. */
export const CHANGES = [
  "restore the older instant",
  "restore the newer instant",
  "recover the older instant",
  "recover the newer instant",
  "remove the restore",
  "confirm the switch-over",
  "confirm another switch-over",
  "abort the switch-over",
  "other tags",
  "another schedule",
  "another database",
  "one database less",
  "somebody takes a copy's name",
] as const;
export type Change = (typeof CHANGES)[number];

export const RUNS = ["up", "preview", "refresh"] as const;

export interface Step {
  changes: Change[];
  run: (typeof RUNS)[number];
  fault?: Fault;
}

const KILLS = ["killed before", "killed after"] as const;
const LOSSES = ["lost answer", "no connection", "throttled"] as const;

/** At a change of a provider, or at a changing request of an operation, both by number. */
export type Fault =
  | { of: "engine"; at: number; what: (typeof KILLS)[number] }
  | { of: "operations"; at: number; what: (typeof KILLS)[number] | (typeof LOSSES)[number] };

/** A seed's schedule: the same on every machine. */
export function scheduleOf(seed: number): Schedule {
  const random = randomFrom(seed);
  // The first numbers of neighbouring seeds resemble each other.
  for (let skipped = 0; skipped < 4; skipped++) random();
  const below = (most: number) => Math.floor(random() * most);
  // Cast: the index is below the length.
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const set = random() < 0.5 ? SETS[0] : oneOf(SETS);
  const switches = random() < 0.5;
  const faultOf = (): Fault =>
    random() < 0.6
      ? { of: "engine", at: 1 + below(random() < 0.5 ? 5 : 25), what: oneOf(KILLS) }
      : { of: "operations", at: 1 + below(random() < 0.5 ? 10 : 60), what: oneOf([...KILLS, ...KILLS, ...LOSSES]) };
  const step = (changes: Change[]): Step => {
    const run = random() < 0.8 ? "up" : oneOf(RUNS);
    return { changes, run, ...(run === "up" && random() < 0.55 && { fault: faultOf() }) };
  };
  const steps = Array.from({ length: 1 + below(4) }, () =>
    step(Array.from({ length: random() < 0.8 ? 1 : below(3) }, () => oneOf(CHANGES))),
  );
  // Few would come to a switch-over by chance.
  if (switches) {
    const recover = oneOf(["recover the older instant", "recover the newer instant"] as const);
    steps.splice(below(steps.length), 0, step([recover]), step(["confirm the switch-over"]));
  }
  if (random() < 0.1) steps.push(step(["somebody takes a copy's name", "restore the older instant"]));
  // Nor to a drill as of the instant of a recovery, whose copies have stayed.
  if (random() < 0.1) {
    const which = oneOf(["older", "newer"] as const);
    steps.push(step([`recover the ${which} instant`]), step(["remove the restore"]));
    steps.push(step([`restore the ${which} instant`]));
  }
  return { seed, set, steps };
}
