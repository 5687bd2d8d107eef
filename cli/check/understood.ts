import type { AwsSettings } from "../../components/cloud-settings";
import { type DatabaseArgs, kindOf } from "../../components/databases";
import type { PauseScheduleArgs } from "../../components/pause/args";
import { setMembers } from "../../components/pause-need";
import { pausedReleases } from "../../components/release-databases";
import { matches } from "../../components/schema-tools";
import { stackConfigSchema } from "../../config/schema";
import { pauseNeed } from "../../restore-points/rules/pause-need";
import { nextPauseText } from "./next-pause";
import { PLACEHOLDER } from "./values";

/** What a stack's file says: which databases, and when pods are paused. */
export interface Understood {
  databases: { name: string; kind: string; region?: string }[];
  /** Absent where no pods are paused. */
  pauses?: { releases: string[]; schedule: string; timeZone: string; suspended: boolean };
}

/** @param values The configuration's, with texts for those that are not known. Undefined where such a text cannot be a value. */
export function understoodOf(values: Record<string, unknown>, aws: AwsSettings): Understood | undefined {
  // A stack that only restores has its databases in another one.
  if (!matches(stackConfigSchema, values) || values.databases === undefined) return undefined;
  const { databases, pause, backup } = values;
  const isPaused = pause !== undefined && backup === undefined && pauseNeed(setMembers(databases)).required;
  return { databases: databases.map((each) => databaseOf(each, aws)), ...(isPaused && { pauses: pausesOf(pause) }) };
}

function databaseOf(database: DatabaseArgs, aws: AwsSettings): Understood["databases"][number] {
  const { name, kind, args } = kindOf(database);
  const region = kind.region && (kind.region(args) ?? aws.defaultRegion);
  return { name, kind: kind.label, ...(region !== undefined && region !== PLACEHOLDER && { region }) };
}

function pausesOf(pause: PauseScheduleArgs): NonNullable<Understood["pauses"]> {
  return {
    releases: pausedReleases(pause).map(({ namespace, name }) => `${namespace}/${name}`),
    schedule: pause.schedule,
    // Cast: a file has no outputs.
    timeZone: (pause.timeZone ?? "Etc/UTC") as string,
    suspended: pause.suspend === true,
  };
}

/** The same as a line. */
export function understoodText({ databases, pauses }: Understood, now: number): string {
  const named = databases.map(
    ({ name, kind, region }) => `${name} (${kind}${region === undefined ? "" : `, ${region}`})`,
  );
  return `${named.join(", ")}; ${pauses === undefined ? "pauses no pods" : pausesText(pauses, now)}`;
}

function pausesText(
  { releases, schedule, timeZone, suspended }: NonNullable<Understood["pauses"]>,
  now: number,
): string {
  const next = suspended ? ", but is suspended" : nextPauseText(schedule, timeZone, now);
  return `pauses the pods of ${releases.join(", ")} at "${schedule}"${next}`;
}
