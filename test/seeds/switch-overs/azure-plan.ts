export type AzureKind = "account" | "postgresql" | "mysql";

/** A set's databases of Azure, and how its releases are upgraded. */
export interface AzurePlan {
  kinds: AzureKind[];
  /** With two, the last database is the second one's. */
  releases: 1 | 2;
  /** Who has the first copy's name until somebody clears it. */
  foreign?: "another stack's" | "somebody's";
  colleague: Colleague;
}

/** Somebody who upgrades the releases when a switch-over asks for it. */
export interface Colleague {
  /** After how long, and how long each release takes. */
  afterMillis: number;
  eachMillis: number;
  /** How long Helm takes between its requests. */
  betweenMillis: number;
  /** What is wrong with the first upgrade: it starts pods, or has the keys of the database that is replaced. */
  mistake?: "starts pods" | "the former keys";
}

export const AZURE_EVENTS = ["somebody deploys the former properties", "somebody tags the databases"] as const;

const KINDS: readonly AzureKind[] = ["account", "postgresql", "mysql"];

/**
 * Databases of Azure for a set, and what else happens to them.
 * @param hasOthers Whether the set has other databases; in half of the cases, it loses them.
 */
export function azureFor(random: () => number, hasOthers: boolean) {
  const below = (most: number) => Math.floor(random() * most);
  // Cast: the index is below the length.
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const kinds = Array.from({ length: random() < 0.5 ? 1 : 2 }, () => oneOf(KINDS));
  const alone = random() < 0.5 || !hasOthers;
  const azure: AzurePlan = {
    kinds,
    releases: random() < 0.6 || (alone && kinds.length === 1) ? 1 : 2,
    ...(random() < 0.06 && { foreign: oneOf(["another stack's", "somebody's"] as const) }),
    colleague: {
      afterMillis: below(random() < 0.8 ? 120_000 : 1_200_000),
      eachMillis: below(random() < 0.7 ? 5000 : 300_000),
      betweenMillis: below(random() < 0.7 ? 200 : 3000),
      ...(random() < 0.25 && { mistake: oneOf(["starts pods", "the former keys"] as const) }),
    },
  };
  const events = Array.from({ length: random() < 0.5 ? 0 : 1 + below(2) }, () => ({
    at: below(random() < 0.5 ? 600_000 : 5_400_000),
    what: oneOf(AZURE_EVENTS),
  }));
  return { azure, alone, events };
}
