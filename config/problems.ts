import { backupStackProblems } from "../components/backup-of-stack";
import type { AwsSettings } from "../components/cloud-settings";
import { kindOf } from "../components/databases";
import { awsSettings } from "../components/databases/settings";
import { AN_INSTANT } from "../components/instant-problems";
import { importedWindowProblems } from "../components/pause/imported-windows";
import { pauseWarnings } from "../components/pause/validate";
import { isWithin, type Problem, under, visible } from "../components/problem";
import { presentPropertiesProblems, sharedPropertiesProblems } from "../components/properties-problems";
import { pausedReleases } from "../components/release-databases";
import { RestoreMode } from "../components/restore-mode";
import { acceptanceProblems, recoveryProblems } from "../components/restore-problems";
import { problemsOf } from "../components/schema-problems";
import { matches } from "../components/schema-tools";
import { setProblems } from "../components/set-problems";
import { placeNotes, recoveryWarnings } from "../components/switch-over/out-of-reach";
import { switchOverProblems } from "../components/switch-over/problems";
import { setClusters } from "../components/switch-over/set-pods";
import { tagsNotCopiedProblems } from "../components/tags";
import { validParts } from "../components/valid-parts";
import { restoreFromProblems } from "../components/vaults/restore-from-problems";
import { neverProvenNotes } from "../components/verification/reasons";
import { setWarnings } from "../components/warnings";
import { type RestoreConfig, type StackFileConfig, stackConfigSchema } from "./schema";

/** The parts that `setProblems` checks. */
const SET = ["databases", "pause", "vault", "tags"] as const;

/** The parts that name releases. */
const RELEASES = ["pause.releases", "pause.otherClusters"] as const;

/**
 * All problems of a configuration given as plain data. What two parts have to do with each other is checked when both are valid.
 * @param aws By default as the running program's configuration says.
 */
export function stackConfigProblems(values: Record<string, unknown>, aws: AwsSettings = awsSettings()): Problem[] {
  return visible(foundProblems(values, aws));
}

function foundProblems(values: Record<string, unknown>, aws: AwsSettings): Problem[] {
  const set = Object.fromEntries(SET.filter((part) => part in values).map((part) => [part, values[part]]));
  const schema = problemsOf(stackConfigSchema, values).filter(
    ({ path }) => !SET.some((part) => part in values && isWithin(path, part)),
  );
  // Databases under a misspelt key are not missing as well: the schema of the whole knows that.
  const ofSet = setProblems(set, aws).filter(({ path }) => path !== "databases" || values.databases !== undefined);
  const problems = [...ofSet, ...schema];
  const valid = (part: string) => !problems.some(({ path }) => isWithin(path, part));
  const config = validParts<StackFileConfig>(values, "", problems);

  if (values.restore !== undefined && !schema.some(({ path }) => path === "restore"))
    problems.push(...restoreProblems(validParts<RestoreConfig>(values.restore, "restore", schema), schema));
  if (values.properties !== undefined) {
    const known = !problems.some(({ path }) => path === "pause" || RELEASES.some((part) => isWithin(path, part)));
    const { pause } = validParts<StackFileConfig>(values, "", []);
    problems.push(...presentPropertiesProblems(values.properties, known ? pausedReleases(pause) : undefined));
    if (typeof values.properties === "string" && known && valid("databases"))
      problems.push(
        ...sharedPropertiesProblems(values.properties, config.databases ?? [], pausedReleases(config.pause)),
      );
  }
  if (config.backup !== undefined && valid("databases")) problems.push(...backupStackProblems(config.databases ?? []));
  problems.push(...tagsNotCopiedProblems(config.tagsNotCopied, valid("databases") ? (config.databases ?? []) : []));
  if (!valid("databases") || !valid("aws:region")) return problems;
  const { databases = [], restore } = config;
  if (valid("restore")) problems.push(...under("restore", restoreFromProblems(databases, restore?.from, aws)));
  if (problems.length > 0 || restore?.at === undefined) return problems;
  const { at, mode, switchOver } = restore;
  const switched = { databases, pods: setClusters(config.pause, undefined) };
  problems.push(...recoveryProblems(switched, { at, mode, switchOver }, aws));
  problems.push(...under("restore", switchOverProblems({ at, mode, switchOver }, switched, aws)));
  return problems;
}

/** What may be a mistake in a configuration without problems, and may be meant. */
export function stackConfigWarnings(values: Record<string, unknown>, aws: AwsSettings): Problem[] {
  if (!matches(stackConfigSchema, values)) return [];
  return [
    ...setWarnings(values, aws),
    ...(values.pause === undefined ? [] : pauseWarnings(values.pause)),
    ...recoveryDoubts(values, aws),
  ];
}

/** What a configuration without problems leaves to be done one day: good to know, and nothing to change now. */
export function stackConfigNotes(values: Record<string, unknown>, aws: AwsSettings): Problem[] {
  if (!matches(stackConfigSchema, values)) return [];
  const { databases = [], pause, restore } = values;
  // How restores are verified may be said without an instant.
  return [...recoveryNotes(values, aws), ...neverProvenNotes(databases.map(kindOf), pause, restore?.verify)];
}

type Recovered = Partial<Pick<StackFileConfig, "databases" | "pause" | "backup" | "restore">>;

/** What keeps the recovery that is configured from replacing production. */
export function recoveryDoubts({ databases = [], pause, backup, restore }: Recovered, aws: AwsSettings): Problem[] {
  if (!isRecovery(restore)) return [];
  const pods = backup === undefined ? { pods: setClusters(pause, undefined) } : {};
  return under("restore", recoveryWarnings({ databases, ...pods }, restore, aws));
}

/** What would keep any recovery in the future from it. */
export function recoveryNotes({ databases = [], backup, restore }: Recovered, aws: AwsSettings): Problem[] {
  // Another stack has the set of its own, and may put its copies elsewhere.
  return isRecovery(restore) || backup !== undefined ? [] : placeNotes({ databases }, aws);
}

function isRecovery(restore: RestoreConfig | undefined): restore is RestoreConfig & { at: string } {
  return restore?.at !== undefined && restore.mode === RestoreMode.Recovery;
}

/** What is wrong between the keys of `restore`. */
function restoreProblems({ windows, ...restore }: RestoreConfig, known: readonly Problem[]): Problem[] {
  const problems = acceptanceProblems(restore);
  // How drills are verified may stay in the file between them; a drill that has begun has an instant.
  const { at, verify, ...how } = restore;
  // Windows may be listed before an instant is chosen.
  if (at === undefined && ((windows === undefined && verify === undefined) || Object.keys(how).length > 0))
    problems.push({ path: "at", message: `is missing; expected ${AN_INSTANT}` });
  if (windows !== undefined) problems.push(...under("windows", importedWindowProblems(windows)));
  return under("restore", problems).filter(({ path }) => !known.some((each) => each.path === path));
}
