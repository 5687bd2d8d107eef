import { z } from "zod";
import { nearestWord } from "../restore-points/rules/nearest-word";
import { releaseLabel } from "../restore-points/window";
import type { PauseScheduleArgs } from "./pause/args";
import { releaseNameShape } from "./pause/release-args";
import type { Problem } from "./problem";
import type { Shape } from "./schema-tools";

/** A release, and the databases of the set that it uses. */
export interface ReleaseDatabases {
  namespace: string;
  name: string;
  /** By their names in the set. Absent: all. */
  databases?: readonly string[];
  /** Whether it runs ScalarDB transactions. Absent: it does. */
  transactions?: boolean;
}

/** A release whose pods write to the set. */
export interface PausedReleaseArgs {
  /** The namespace that the release is installed in. */
  namespace: string;
  /** The Helm release's name. */
  name: string;
  /** The cluster's name in recorded windows. Defaults to "default". */
  cluster?: string;
  /** The databases that it uses, by their names in the set. Defaults to all. */
  databases?: string[];
  /** Whether it runs ScalarDB transactions, whose coordinator a restore is verified by. Defaults to true. */
  transactions?: boolean;
}

/** Describes `PausedReleaseArgs`. Releases as `pause` has them are accepted with their further keys. */
export const pausedReleaseSchema = z.object({
  ...releaseNameShape,
  cluster: z.string().optional().describe('The cluster\'s name in recorded windows. Defaults to "default".'),
} satisfies Shape<PausedReleaseArgs>);

/** The databases that a release uses, in the order of the set. */
export function databasesOf<Database extends { name: string }>(
  { databases }: Pick<ReleaseDatabases, "databases">,
  set: readonly Database[],
): Database[] {
  return set.filter(({ name }) => databases === undefined || databases.includes(name));
}

/** Whether a release has a coordinator, by which its copies are verified. */
export function runsTransactions({ transactions }: Pick<ReleaseDatabases, "transactions">): boolean {
  return transactions !== false;
}

/** Whether a release that runs transactions uses a database. Without releases, the set is one that does. */
export function hasTransactions(database: { name: string }, releases: readonly ReleaseDatabases[]): boolean {
  if (releases.length === 0) return true;
  return releases.some((release) => runsTransactions(release) && databasesOf(release, [database]).length > 0);
}

/** The releases without transactions, as text. */
export function withoutTransactions(releases: readonly PausedReleaseArgs[]): string[] {
  return releases.filter((release) => !runsTransactions(release)).map(releaseLabel);
}

/** What is wrong with the databases that releases name, those of other clusters among them. `path` is where the releases are. */
export function releaseDatabaseProblems(
  databases: readonly { name: string }[],
  releases: readonly ReleaseDatabases[],
  path: string,
  otherClusters: readonly { releases: readonly ReleaseDatabases[] }[] = [],
): Problem[] {
  const names = databases.map(({ name }) => name);
  const problems = [
    ...nameProblems(names, releases, path),
    ...otherClusters.flatMap((other, index) =>
      nameProblems(names, other.releases, `pause.otherClusters[${index}].releases`),
    ),
  ];
  const all = [...releases, ...otherClusters.flatMap((other) => other.releases)];
  if (problems.length > 0 || all.length === 0) return problems;
  return databases.flatMap((database, index) =>
    all.some((release) => databasesOf(release, [database]).length > 0)
      ? []
      : [
          {
            path: `databases[${index}].name`,
            message: `"${database.name}" is used by no release of ${path}, so nothing that writes to it is known to be paused; name it in the "databases" of the release that uses it, or remove it from the set`,
          },
        ],
  );
}

function nameProblems(names: readonly string[], releases: readonly ReleaseDatabases[], path: string): Problem[] {
  return releases.flatMap(({ databases: own = [] }, index) =>
    own.flatMap((name, position): Problem[] => {
      const at = `${path}[${index}].databases[${position}]`;
      if (own.indexOf(name) < position)
        return [{ path: at, message: `"${name}" is given twice; remove one of the two` }];
      if (names.includes(name)) return [];
      const meant = nearestWord(name, names);
      return [
        {
          path: at,
          message: `"${name}" is not the name of a database of the set${meant === undefined ? "" : ` (did you mean "${meant}"?)`}; expected one of ${names.join(", ")}`,
        },
      ];
    }),
  );
}

/** The releases of a pause on every cluster, as its windows name them, with the databases that they use. */
export function pausedReleases(pause: PauseScheduleArgs | undefined): PausedReleaseArgs[] {
  const own = (pause?.releases ?? []).map(({ namespace, name, databases, transactions }) => ({
    cluster: pause?.cluster,
    namespace,
    name,
    ...(databases && { databases }),
    ...(transactions !== undefined && { transactions }),
  }));
  const others = (pause?.otherClusters ?? []).flatMap(({ cluster, releases }) =>
    releases.map((release) => ({ ...release, cluster })),
  );
  return [...own, ...others];
}
