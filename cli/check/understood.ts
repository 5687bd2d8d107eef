import type { AwsSettings } from "../../components/cloud-settings";
import { type DatabaseArgs, kindOf } from "../../components/databases";
import type { PauseScheduleArgs } from "../../components/pause/args";
import { pauseTiming } from "../../components/pause/timing";
import { setMembers } from "../../components/pause-need";
import { pausedReleases } from "../../components/release-databases";
import { matches } from "../../components/schema-tools";
import { stackConfigSchema } from "../../config/schema";
import { pauseNeed } from "../../restore-points/rules/pause-need";
import { releaseLabel } from "../../restore-points/window";
import { nextPauseText } from "./next-pause";
import { PLACEHOLDER } from "./values";

/** What a stack's file says: which databases, and when pods are paused. */
export interface Understood {
  databases: { name: string; kind: string; region?: string }[];
  /** Absent where no pods are paused. */
  pauses?: {
    releases: string[];
    schedule: string;
    timeZone: string;
    suspended: boolean;
    /** For how long pods are held, however fast they drain, if several clusters pause at one instant. */
    rendezvousHoldSeconds?: number;
  };
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
  const { rendezvousSeconds, maxDrainSeconds, holdSeconds } = pauseTiming(pause);
  return {
    releases: pausedReleases(pause).map(releaseLabel),
    schedule: pause.schedule,
    // Cast: a file has no outputs.
    timeZone: (pause.timeZone ?? "Etc/UTC") as string,
    suspended: pause.suspend === true,
    ...(rendezvousSeconds > 0 && { rendezvousHoldSeconds: maxDrainSeconds + holdSeconds }),
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
  { releases, schedule, timeZone, suspended, rendezvousHoldSeconds }: NonNullable<Understood["pauses"]>,
  now: number,
): string {
  const next = suspended ? ", but is suspended" : nextPauseText(schedule, timeZone, now);
  const held =
    rendezvousHoldSeconds === undefined
      ? ""
      : `, for ${rendezvousHoldSeconds} s (pause.maxDrainSeconds + holdSeconds, because several clusters pause together)`;
  return `pauses the pods of ${releases.join(", ")} at "${schedule}"${held}${next}`;
}
